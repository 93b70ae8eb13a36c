use std::collections::BTreeMap;

use crate::wire::debug::{Names, debug};
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;

model! {
    /// The configuration of containers that run an image.
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct ImageConfig {
        /// The Linux user that its processes run as.
        pub user: String,
        /// The ports it listens on.
        pub ports: Vec<ImagePort>,
        /// Its environment variables.
        pub env: BTreeMap<String, String>,
        /// Its labels.
        pub labels: BTreeMap<String, String>,
        /// The command and its arguments.
        pub command: Vec<String>,
        /// The entrypoint and its arguments.
        pub entrypoint: Vec<String>,
        /// The volumes that it declares.
        pub volumes: Vec<ImageVolume>,
        /// The directory that it starts in.
        pub workdir: String,
        /// The signal that stops it.
        pub signal_stop: String,
    }
}

debug!(ImageConfig { user, ports, env = Names(env), labels, command, entrypoint, volumes, workdir, signal_stop });

model! {
    /// A port that an image listens on.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImagePort {
        /// The port on the host.
        pub host: u32,
        /// The port in the container.
        pub container: u32,
        /// The protocol, such as `tcp`; documented as `type`.
        #[wire(key = "type")]
        pub kind: String,
    }
}

model! {
    /// A volume that an image declares.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageVolume {
        /// Where it is mounted.
        pub path: Option<String>,
        /// Whether the container may write to it.
        pub mode: Option<VolumeMode>,
    }
}

string_enum! {
    /// Whether a container may write to a volume.
    pub enum VolumeMode {
        /// Read it.
        ReadOnly = "ro",
        /// Read and write it.
        ReadWrite = "rw",
    }
}
