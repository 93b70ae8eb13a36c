use super::StateError;
use super::{EnvironmentId, ImageId};
use crate::wire::id::Id;
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a container.
pub type ContainerId = Id<ContainerSummary>;

model! {
    /// A container, as listed in an environment's `meta`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ContainerSummary {
        /// The container's id.
        #[wire(required)]
        pub id: ContainerId,
        /// Human-readable name.
        pub name: String,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ContainerState,
        /// The image that it runs.
        pub image: ContainerImage,
        /// The environment that it runs in.
        pub environment: ContainerEnvironment,
    }
}

model! {
    /// The current and the desired state of a container.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ContainerState {
        /// The current state.
        #[wire(required)]
        pub current: ContainerStatus,
        /// The desired state.
        pub desired: Option<ContainerStatus>,
        /// When it entered this state.
        pub changed: Option<Timestamp>,
        /// The error, if there is one.
        pub error: Option<StateError>,
    }
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

model! {
    /// The image that a container runs.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ContainerImage {
        /// The image.
        pub id: Option<ImageId>,
        /// The platform service that it runs, if it is one: `discovery`, `loadbalancer` or `vpn`.
        pub service: Option<String>,
    }
}

model! {
    /// The environment that a container runs in.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ContainerEnvironment {
        /// The environment.
        pub id: Option<EnvironmentId>,
        /// The cluster it runs on.
        pub cluster: String,
        /// The id of the subnet of the container.
        pub container_subnet: Option<String>,
        /// Its IPv6 network.
        pub ipv6: Option<IpNet>,
        /// Its legacy network.
        pub legacy: Option<LegacyNetwork>,
    }
}

model! {
    /// An environment's private network.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct PrivateNetwork {
        /// The VXLAN tag of its packets.
        pub vxlan_tag: u64,
        /// The id of the subnet.
        pub subnet: String,
        /// Its IPv6 network.
        pub ipv6: IpNet,
        /// Its legacy network.
        pub legacy: Option<LegacyNetwork>,
    }
}

model! {
    /// A legacy network.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct LegacyNetwork {
        /// The id of the IPv4 subnet.
        pub subnet: u64,
        /// Its IPv4 network.
        pub ipv4: Option<IpNet>,
    }
}

model! {
    /// A range of IP addresses.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct IpNet {
        /// An address.
        pub ip: String,
        /// The range, in CIDR notation.
        pub cidr: String,
    }
}
