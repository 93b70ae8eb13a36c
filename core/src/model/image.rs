use std::collections::BTreeMap;

use super::IntegrationId;
use super::{
    Creator, ImageConfig, ResourceEvents, ResourceState, SourceId, SourceReference, SourceType,
    StateCounts,
};
use crate::wire::debug::{Names, debug};
use crate::wire::id::{HubId, Id};
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of an [`Image`].
pub type ImageId = Id<Image>;

model! {
    /// An image: an atomic copy of a filesystem, built from a source, that containers are run from.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Image {
        /// The image's id.
        #[wire(required)]
        pub id: ImageId,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// Human-readable name.
        pub name: String,
        /// The size in bytes.
        pub size: u64,
        /// Descriptive text.
        pub about: Option<ImageAbout>,
        /// Where it is stored.
        pub backend: ImageBackend,
        /// Requirements on the server that runs it.
        pub requires: ImageRequires,
        /// The build options.
        pub build: Option<ImageBuild>,
        /// The builder, if it isn't the platform.
        pub builder: Option<ImageBuilder>,
        /// The configuration of containers that run it.
        pub config: ImageConfig,
        /// What it is built from.
        pub source: Option<SourceReference>,
        /// The creator.
        pub creator: Option<Creator>,
        /// The factory that built it.
        pub factory: Option<ImageFactory>,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<ImageStatus>,
        /// Lifecycle timestamps.
        pub events: ResourceEvents,
        /// Computed values, if the request asked for them with `meta`.
        pub meta: Option<ImageMeta>,
    }
}

impl Image {
    /// The source that it is built from; `None` for a stack build, a bucket or an unknown type.
    ///
    /// ```
    /// # use cycle_images::model::Image;
    /// let image: Image = serde_json::from_str(r#"{"id": "i1", "state": {"current": "live"},
    ///     "source": {"type": "direct", "details": {"id": "s1"}}}"#)?;
    /// assert_eq!(image.source_id().unwrap().as_str(), "s1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn source_id(&self) -> Option<SourceId> {
        let source = self.source.as_ref().filter(|source| source.kind == SourceType::Direct)?;
        SourceId::new(&source.details.id).ok()
    }
}

string_enum! {
    /// The state of an image.
    pub enum ImageStatus {
        /// Created, not imported yet.
        New = "new",
        /// Waiting for its tar, or receiving it.
        Uploading = "uploading",
        /// Being downloaded from its origin.
        Downloading = "downloading",
        /// Being built.
        Building = "building",
        /// Being verified.
        Verifying = "verifying",
        /// Being saved to its backend.
        Saving = "saving",
        /// Ready for containers.
        Live = "live",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

model! {
    /// Descriptive text of an image.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageAbout {
        /// A description.
        pub description: Option<String>,
    }
}

model! {
    /// Where an image is stored.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageBackend {
        /// The storage provider.
        pub provider: String,
        /// The size in bytes.
        pub size: u64,
        /// The platform's name for the file.
        pub file_name: String,
        /// The platform's id for the file.
        pub file_id: String,
    }
}

model! {
    /// Requirements on the server that runs an image.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageRequires {
        /// Whether it must have an NVIDIA GPU.
        pub nvidia_gpu: Option<bool>,
    }
}

model! {
    /// The build options of an image.
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct ImageBuild {
        /// The build's arguments.
        pub args: BTreeMap<String, String>,
        /// Whether to build on disk instead of in memory.
        pub use_disk: Option<bool>,
    }
}

debug!(ImageBuild { args = Names(args), use_disk });

impl ImageBuild {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

model! {
    /// The builder of an image, if it isn't the platform.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageBuilder {
        /// The integration that builds it.
        pub integration_id: Option<IntegrationId>,
    }
}

model! {
    /// The factory that built an image.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageFactory {
        /// The id of the node that built it.
        pub node_id: String,
        /// When it was cached there.
        pub cached: Option<Timestamp>,
        /// When the factory acknowledged it.
        pub acknowledged: Option<Timestamp>,
    }
}

model! {
    /// Computed values of an image.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageMeta {
        /// The number of containers that use it, by state; requested by
        /// [`ContainersCount`](crate::images::ImageMetaName::ContainersCount).
        pub containers_count: Option<StateCounts>,
    }
}
