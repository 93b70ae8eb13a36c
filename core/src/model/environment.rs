use std::collections::BTreeMap;

use super::{
    Acl, ContainerSummary, Creator, PrivateNetwork, ResourceEvents, ResourceState, StateCounts,
};
use crate::wire::id::{HubId, Id};
use crate::wire::json::Json;
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of an [`Environment`].
pub type EnvironmentId = Id<Environment>;

model! {
    /// An environment: containers and the private network between them. Among the includes, it is
    /// one that created a resource on its own.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Environment {
        /// The environment's id.
        #[wire(required)]
        pub id: EnvironmentId,
        /// Human-readable identifier, derived from `name`; several environments may have the same.
        pub identifier: String,
        /// Human-readable name.
        pub name: String,
        /// The cluster it runs on.
        pub cluster: String,
        /// Descriptive text.
        pub about: EnvironmentAbout,
        /// The creator.
        pub creator: Option<Creator>,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<EnvironmentStatus>,
        /// Lifecycle timestamps.
        pub events: ResourceEvents,
        /// The features that are enabled in it, as sent.
        pub features: Option<Json>,
        /// The platform services that run in it, as sent.
        pub services: Option<Json>,
        /// Access rights.
        pub acl: Option<Acl>,
        /// Its private network.
        pub private_network: Option<PrivateNetwork>,
        /// Its deployments.
        pub deployments: Option<Deployments>,
        /// Computed values, if the request asked for them with `meta`.
        pub meta: Option<EnvironmentMeta>,
    }
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

model! {
    /// Descriptive text of an environment.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct EnvironmentAbout {
        /// A description.
        pub description: String,
        /// Whether it is marked as a favorite.
        pub favorite: bool,
    }
}

model! {
    /// An environment's deployments.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Deployments {
        /// The version of each tag.
        pub tags: BTreeMap<String, String>,
    }
}

model! {
    /// Computed values of an environment.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct EnvironmentMeta {
        /// How many containers it has, by state.
        pub containers_count: Option<StateCounts>,
        /// How many instances it has, by state.
        pub instances_count: Option<StateCounts>,
        /// Its containers.
        pub containers: Vec<ContainerSummary>,
        /// The versions of the platform's services in it, by service.
        pub service_versions: BTreeMap<String, Vec<ServiceVersion>>,
    }
}

model! {
    /// The version of a platform's service.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ServiceVersion {
        /// The version.
        pub version: String,
        /// The server instance that runs it.
        pub instance_id: Option<String>,
        /// When it was last updated.
        pub last_updated: Option<Timestamp>,
    }
}
