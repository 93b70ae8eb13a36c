use serde::{Deserialize, Serialize};

use super::{Acl, Creator, LifeStatus, Origin, ResourceEvents, ResourceState, SourceType};
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::lenient;

/// The id of an image [`ImageSource`].
pub type SourceId = Id<ImageSource>;

/// An image source: where images come from and how they are built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageSource {
    /// The source's id.
    pub id: SourceId,
    /// Human-readable identifier, derived from `name`; several sources may have the same.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub identifier: String,
    /// The type of source; documented as `type`.
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: SourceType,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Descriptive text.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub about: Option<SourceAbout>,
    /// The origin of its images.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// The builder of its images, if it isn't the platform.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub builder: Option<SourceBuilder>,
    /// The creator.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub creator: Option<Creator>,
    /// Access rights.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<LifeStatus>,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: ResourceEvents,
    /// Computed values, if the request asked for them with `meta`.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub meta: Option<SourceMeta>,
}

/// Descriptive text of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceAbout {
    /// A description.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The builder of a source's images, if it isn't the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceBuilder {
    /// The id or the identifier of the integration that builds them.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
}

/// Computed values of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceMeta {
    /// The number of images created from it.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub images_count: Option<ImageCounts>,
}

/// The number of images created from a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageCounts {
    /// The number of them.
    #[serde(deserialize_with = "lenient::whole")]
    pub total: u64,
    /// The number in each state.
    #[serde(deserialize_with = "lenient::counts")]
    pub state: std::collections::BTreeMap<String, u64>,
}
