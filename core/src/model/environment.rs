use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Acl, ContainerSummary, Creator, PrivateNetwork, ResourceEvents, ResourceState, StateCounts,
};
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of an [`Environment`].
pub type EnvironmentId = Id<Environment>;

/// An environment: containers and the private network between them. Among the includes, it is one
/// that created a resource on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Environment {
    /// The environment's id.
    pub id: EnvironmentId,
    /// Human-readable identifier, derived from `name`; several environments may have the same.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub identifier: String,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The cluster it runs on.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cluster: String,
    /// Descriptive text.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub about: EnvironmentAbout,
    /// The creator.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub creator: Option<Creator>,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<EnvironmentStatus>,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: ResourceEvents,
    /// The features that are enabled in it, as sent.
    #[serde(default)]
    pub features: Option<Json>,
    /// The platform services that run in it, as sent.
    #[serde(default)]
    pub services: Option<Json>,
    /// Access rights.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// Its private network.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub private_network: Option<PrivateNetwork>,
    /// Its deployments.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub deployments: Option<Deployments>,
    /// Computed values, if the request asked for them with `meta`.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub meta: Option<EnvironmentMeta>,
}

string_enum! {
    /// The state of an environment.
    pub enum EnvironmentStatus {
        /// Created, not ready yet.
        New = "new",
        /// Ready for use.
        Live = "live",
        /// Being copied from another.
        Cloning = "cloning",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

/// Descriptive text of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EnvironmentAbout {
    /// A description.
    #[serde(deserialize_with = "lenient::or_default")]
    pub description: String,
    /// Whether it is marked as a favorite.
    #[serde(deserialize_with = "lenient::or_default")]
    pub favorite: bool,
}

/// An environment's deployments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Deployments {
    /// The version of each tag.
    #[serde(deserialize_with = "lenient::texts")]
    pub tags: BTreeMap<String, String>,
}

/// Computed values of an environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EnvironmentMeta {
    /// How many containers it has, by state.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub containers_count: Option<StateCounts>,
    /// How many instances it has, by state.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub instances_count: Option<StateCounts>,
    /// Its containers.
    #[serde(deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<ContainerSummary>,
    /// The versions of the platform's services in it, by service.
    #[serde(deserialize_with = "lenient::lists", skip_serializing_if = "BTreeMap::is_empty")]
    pub service_versions: BTreeMap<String, Vec<ServiceVersion>>,
}

/// The version of a platform's service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServiceVersion {
    /// The version.
    #[serde(deserialize_with = "lenient::or_default")]
    pub version: String,
    /// The server instance that runs it.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// When it was last updated.
    #[serde(with = "lenient::or_never")]
    pub last_updated: Option<Timestamp>,
}
