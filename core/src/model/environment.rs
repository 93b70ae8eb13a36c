use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Acl, ContainerSummary, Creator, Events, PrivateNetwork, State, StateCounts};
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of an [`Environment`].
pub type EnvironmentId = Id<Environment>;

/// An environment: containers and the private network between them. Among the includes, it is one
/// that made a resource on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Environment {
    /// The environment's id.
    pub id: EnvironmentId,
    /// A short name for people, made from `name`; several environments may share one.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub identifier: String,
    /// A name for people.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The cluster that it runs on.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cluster: String,
    /// What people wrote about it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub about: EnvironmentAbout,
    /// Who made it.
    #[serde(default)]
    pub creator: Option<Creator>,
    /// The hub that it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// Where it stands in its life.
    pub state: State<EnvironmentStatus>,
    /// When what happened to it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: Events,
    /// What is switched on in it, as it was sent.
    #[serde(default)]
    pub features: Option<Json>,
    /// The services that the platform runs in it, as they were sent.
    #[serde(default)]
    pub services: Option<Json>,
    /// Who may do what with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// Its private network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network: Option<PrivateNetwork>,
    /// Its deployments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments: Option<Deployments>,
    /// What was computed for it, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<EnvironmentMeta>,
}

string_enum! {
    /// Where an environment stands in its life.
    pub enum EnvironmentStatus {
        /// Made, and not yet there.
        New = "new",
        /// There to be used.
        Live = "live",
        /// Being copied from another.
        Cloning = "cloning",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

/// What people wrote about an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EnvironmentAbout {
    /// A description.
    #[serde(deserialize_with = "lenient::or_default")]
    pub description: String,
    /// Whether someone marked it as a favourite.
    #[serde(deserialize_with = "lenient::or_default")]
    pub favorite: bool,
}

/// An environment's deployments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Deployments {
    /// The version that each tag stands for.
    #[serde(deserialize_with = "lenient::texts")]
    pub tags: BTreeMap<String, String>,
}

/// What was computed for an environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EnvironmentMeta {
    /// How many containers it has, by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub containers_count: Option<StateCounts>,
    /// How many instances it has, by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instances_count: Option<StateCounts>,
    /// Its containers.
    #[serde(deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<ContainerSummary>,
    /// The versions of the platform's services in it, by service.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
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
    /// The instance that runs it.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// When it was last updated.
    #[serde(with = "lenient::or_never")]
    pub last_updated: Option<Timestamp>,
}
