use super::{Acl, Creator, LifeStatus, Origin, ResourceEvents, ResourceState, SourceType};
use crate::wire::id::{HubId, Id};
use crate::wire::model::model;

/// The id of an image [`ImageSource`].
pub type SourceId = Id<ImageSource>;

model! {
    /// An image source: where images come from and how they are built.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ImageSource {
        /// The source's id.
        #[wire(required)]
        pub id: SourceId,
        /// Human-readable identifier, derived from `name`; several sources may have the same.
        pub identifier: String,
        /// The type of source; documented as `type`.
        #[wire(key = "type")]
        pub kind: SourceType,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// Human-readable name.
        pub name: String,
        /// Descriptive text.
        pub about: Option<SourceAbout>,
        /// The origin of its images.
        pub origin: Option<Origin>,
        /// The builder of its images, if it isn't the platform.
        pub builder: Option<SourceBuilder>,
        /// The creator.
        pub creator: Option<Creator>,
        /// Access rights.
        pub acl: Option<Acl>,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<LifeStatus>,
        /// Lifecycle timestamps.
        pub events: ResourceEvents,
        /// Computed values, if the request asked for them with `meta`.
        pub meta: Option<SourceMeta>,
    }
}

model! {
    /// Descriptive text of a source.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct SourceAbout {
        /// A description.
        pub description: Option<String>,
    }
}

model! {
    /// The builder of a source's images, if it isn't the platform.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct SourceBuilder {
        /// The id or the identifier of the integration that builds them.
        pub integration_id: Option<String>,
    }
}

model! {
    /// Computed values of a source.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct SourceMeta {
        /// The number of images created from it.
        pub images_count: Option<ImageCounts>,
    }
}

model! {
    /// The number of images created from a source.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageCounts {
        /// The number of them.
        pub total: u64,
        /// The number in each state.
        pub state: std::collections::BTreeMap<String, u64>,
    }
}
