use serde::{Deserialize, Serialize};

use super::StateError;
use super::{EnvironmentId, ImageId};
use crate::wire::id::Id;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a container.
pub type ContainerId = Id<ContainerSummary>;

/// A container, as listed in an environment's `meta`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContainerSummary {
    /// The container's id.
    pub id: ContainerId,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ContainerState,
    /// The image that it runs.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub image: ContainerImage,
    /// The environment that it runs in.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub environment: ContainerEnvironment,
}

/// The current and the desired state of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContainerState {
    /// The current state.
    pub current: ContainerStatus,
    /// The desired state.
    #[serde(default, deserialize_with = "lenient::word", skip_serializing_if = "Option::is_none")]
    pub desired: Option<ContainerStatus>,
    /// When it entered this state.
    #[serde(default, with = "lenient::or_never")]
    pub changed: Option<Timestamp>,
    /// The error, if there is one.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub error: Option<StateError>,
}

string_enum! {
    /// The state of a container.
    pub enum ContainerStatus {
        /// Created, not started yet.
        New = "new",
        /// Being started.
        Starting = "starting",
        /// Running.
        Running = "running",
        /// Started for each call of a function.
        Function = "function",
        /// Being stopped.
        Stopping = "stopping",
        /// Stopped.
        Stopped = "stopped",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

/// The image that a container runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ContainerImage {
    /// The image.
    #[serde(deserialize_with = "lenient::or_none")]
    pub id: Option<ImageId>,
    /// The platform service that it runs, if it is one: `discovery`, `loadbalancer` or `vpn`.
    #[serde(deserialize_with = "lenient::text")]
    pub service: Option<String>,
}

/// The environment that a container runs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ContainerEnvironment {
    /// The environment.
    #[serde(deserialize_with = "lenient::or_none")]
    pub id: Option<EnvironmentId>,
    /// The cluster it runs on.
    #[serde(deserialize_with = "lenient::or_default")]
    pub cluster: String,
    /// The id of the subnet of the container.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub container_subnet: Option<String>,
    /// Its IPv6 network.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<IpNet>,
    /// Its legacy network.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub legacy: Option<LegacyNetwork>,
}

/// An environment's private network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrivateNetwork {
    /// The VXLAN tag of its packets.
    #[serde(deserialize_with = "lenient::whole")]
    pub vxlan_tag: u64,
    /// The id of the subnet.
    #[serde(deserialize_with = "lenient::or_default")]
    pub subnet: String,
    /// Its IPv6 network.
    #[serde(deserialize_with = "lenient::or_default")]
    pub ipv6: IpNet,
    /// Its legacy network.
    #[serde(deserialize_with = "lenient::maybe")]
    pub legacy: Option<LegacyNetwork>,
}

/// A legacy network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LegacyNetwork {
    /// The id of the IPv4 subnet.
    #[serde(deserialize_with = "lenient::whole")]
    pub subnet: u64,
    /// Its IPv4 network.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<IpNet>,
}

/// A range of IP addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpNet {
    /// An address.
    #[serde(deserialize_with = "lenient::or_default")]
    pub ip: String,
    /// The range, in CIDR notation.
    #[serde(deserialize_with = "lenient::or_default")]
    pub cidr: String,
}
