use serde::{Deserialize, Serialize};

use super::Events;
use super::ImageId;
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::lenient;

/// The id of a [`BuildLog`].
pub type BuildLogId = Id<BuildLog>;

/// What an image's build said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BuildLog {
    /// The log's id.
    pub id: BuildLogId,
    /// The hub that it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The image that was built.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub image_id: Option<ImageId>,
    /// The log itself, line by line as the build wrote it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub log: String,
    /// When what happened to it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: Events,
}
