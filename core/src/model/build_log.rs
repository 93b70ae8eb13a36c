use serde::{Deserialize, Serialize};

use super::ImageId;
use super::ResourceEvents;
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::lenient;

/// The id of a [`BuildLog`].
pub type BuildLogId = Id<BuildLog>;

/// The log of an image's build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BuildLog {
    /// The log's id.
    pub id: BuildLogId,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The image that was built.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub image_id: Option<ImageId>,
    /// The lines of the log.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub log: String,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: ResourceEvents,
}
