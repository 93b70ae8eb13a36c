use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::IntegrationId;
use super::{
    Creator, ImageConfig, ResourceEvents, ResourceState, SourceId, SourceReference, SourceType,
    StateCounts,
};
use crate::hub::HubId;
use crate::wire::debug::{Names, debug};
use crate::wire::id::Id;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of an [`Image`].
pub type ImageId = Id<Image>;

/// An image: an atomic copy of a filesystem, built from a source, that containers are run from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// The image's id.
    pub id: ImageId,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The size in bytes.
    #[serde(default, deserialize_with = "lenient::whole")]
    pub size: u64,
    /// Descriptive text.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub about: Option<ImageAbout>,
    /// Where it is stored.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub backend: ImageBackend,
    /// Requirements on the server that runs it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub requires: ImageRequires,
    /// The build options.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub build: Option<ImageBuild>,
    /// The builder, if it isn't the platform.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub builder: Option<ImageBuilder>,
    /// The configuration of containers that run it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub config: ImageConfig,
    /// What it is built from.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceReference>,
    /// The creator.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub creator: Option<Creator>,
    /// The factory that built it.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub factory: Option<ImageFactory>,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<ImageStatus>,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: ResourceEvents,
    /// Computed values, if the request asked for them with `meta`.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub meta: Option<ImageMeta>,
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

/// Descriptive text of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageAbout {
    /// A description.
    #[serde(deserialize_with = "lenient::text")]
    pub description: Option<String>,
}

/// Where an image is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageBackend {
    /// The git host.
    #[serde(deserialize_with = "lenient::or_default")]
    pub provider: String,
    /// The size in bytes.
    #[serde(deserialize_with = "lenient::whole")]
    pub size: u64,
    /// The platform's name for the file.
    #[serde(deserialize_with = "lenient::or_default")]
    pub file_name: String,
    /// The platform's id for the file.
    #[serde(deserialize_with = "lenient::or_default")]
    pub file_id: String,
}

/// Requirements on the server that runs an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageRequires {
    /// Whether it must have an NVIDIA GPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<bool>,
}

/// The build options of an image.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageBuild {
    /// The build's arguments.
    #[serde(deserialize_with = "lenient::texts", skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Whether to build on disk instead of in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_disk: Option<bool>,
}

debug!(ImageBuild { args = Names(args), use_disk });

impl ImageBuild {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The builder of an image, if it isn't the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageBuilder {
    /// The integration that builds it.
    #[serde(deserialize_with = "lenient::or_none")]
    pub integration_id: Option<IntegrationId>,
}

/// The factory that built an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageFactory {
    /// The id of the node that built it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub node_id: String,
    /// When it was cached there.
    #[serde(with = "lenient::or_never")]
    pub cached: Option<Timestamp>,
    /// When the factory acknowledged it.
    #[serde(with = "lenient::or_never")]
    pub acknowledged: Option<Timestamp>,
}

/// Computed values of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageMeta {
    /// The number of containers that use it, by state; requested by
    /// [`ContainersCount`](crate::images::ImageMetaName::ContainersCount).
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub containers_count: Option<StateCounts>,
}
