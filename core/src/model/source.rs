use serde::{Deserialize, Serialize};

use super::{Acl, Creator, Events, LifeStatus, Origin, SourceType, State};
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::lenient;

/// The id of an image [`Source`].
pub type SourceId = Id<Source>;

/// An image source: where images come from and how they are built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Source {
    /// The source's id.
    pub id: SourceId,
    /// A short name for people, made from `name`; several sources may share one.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub identifier: String,
    /// What its images are for; documented as `type`.
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: SourceType,
    /// The hub that it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// A name for people.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// What people wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<SourceAbout>,
    /// Where its images come from.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// What builds its images, if that isn't the platform itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<SourceBuilder>,
    /// Who made it.
    #[serde(default)]
    pub creator: Option<Creator>,
    /// Who may do what with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// Where it stands in its life.
    pub state: State<LifeStatus>,
    /// When what happened to it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: Events,
    /// What was computed for it, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<SourceMeta>,
}

/// What people wrote about a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceAbout {
    /// A description.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What builds a source's images, if that isn't the platform itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceBuilder {
    /// The id or the identifier of the integration that builds them.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
}

/// What was computed for a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceMeta {
    /// How many images were made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images_count: Option<ImageCounts>,
}

/// How many images were made from a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageCounts {
    /// How many there are.
    #[serde(deserialize_with = "lenient::whole")]
    pub total: u64,
    /// How many are in each state.
    #[serde(deserialize_with = "lenient::counts")]
    pub state: std::collections::BTreeMap<String, u64>,
}
