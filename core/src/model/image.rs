use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::IntegrationId;
use super::{Config, Creator, Events, ImageSource, State, StateCounts};
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::lenient;
use crate::wire::shown::{Names, debug};
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
    /// The hub that it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// A name for people.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The size in bytes.
    #[serde(default, deserialize_with = "lenient::whole")]
    pub size: u64,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ImageAbout>,
    /// Where it is kept.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub backend: Backend,
    /// What a server must have to run it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub requires: Requires,
    /// How it was asked to be built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// What builds it, if that isn't the platform itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<Builder>,
    /// How containers are to run it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub config: Config,
    /// What it is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ImageSource>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Creator>,
    /// The factory that built it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factory: Option<Factory>,
    /// Where it stands in its life.
    pub state: State<ImageStatus>,
    /// When what happened to it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: Events,
    /// What was computed for it, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<ImageMeta>,
}

string_enum! {
    /// Where an image stands in its life.
    pub enum ImageStatus {
        /// Made, and not yet imported.
        New = "new",
        /// Waiting for its tar, or receiving it.
        Uploading = "uploading",
        /// Being fetched from its origin.
        Downloading = "downloading",
        /// Being built.
        Building = "building",
        /// Being checked.
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

/// What people wrote about an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageAbout {
    /// A description.
    #[serde(deserialize_with = "lenient::text")]
    pub description: Option<String>,
}

/// Where an image is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Backend {
    /// Who hosts it.
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

/// What a server must have to run an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Requires {
    /// Whether it must have an NVIDIA GPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<bool>,
}

/// How an image was asked to be built.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Build {
    /// The build's arguments.
    #[serde(deserialize_with = "lenient::texts", skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Whether to build on disk and not in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_disk: Option<bool>,
}

debug!(Build { args = Names(args), use_disk });

impl Build {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What builds an image, if that isn't the platform itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Builder {
    /// The integration that builds it.
    #[serde(deserialize_with = "lenient::or_none")]
    pub integration_id: Option<IntegrationId>,
}

/// The factory that built an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Factory {
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

/// What was computed for an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageMeta {
    /// How many containers use it, by state; asked for as
    /// [`ContainersCount`](crate::images::ImageMetaName::ContainersCount).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub containers_count: Option<StateCounts>,
}
