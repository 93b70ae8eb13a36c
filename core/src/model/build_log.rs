use super::ImageId;
use super::ResourceEvents;
use crate::wire::id::{HubId, Id};
use crate::wire::model::model;

/// The id of a [`BuildLog`].
pub type BuildLogId = Id<BuildLog>;

model! {
    /// The log of an image's build.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BuildLog {
        /// The log's id.
        #[wire(required)]
        pub id: BuildLogId,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The image that was built.
        pub image_id: Option<ImageId>,
        /// The lines of the log.
        pub log: String,
        /// Lifecycle timestamps.
        pub events: ResourceEvents,
    }
}
