use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::debug::{Names, debug};
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;

/// The configuration of containers that run an image.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageConfig {
    /// The Linux user that its processes run as.
    #[serde(deserialize_with = "lenient::or_default")]
    pub user: String,
    /// The ports it listens on.
    #[serde(deserialize_with = "lenient::list")]
    pub ports: Vec<ImagePort>,
    /// Its environment variables.
    #[serde(deserialize_with = "lenient::texts")]
    pub env: BTreeMap<String, String>,
    /// Its labels.
    #[serde(deserialize_with = "lenient::texts")]
    pub labels: BTreeMap<String, String>,
    /// The command and its arguments.
    #[serde(deserialize_with = "lenient::list")]
    pub command: Vec<String>,
    /// The entrypoint and its arguments.
    #[serde(deserialize_with = "lenient::list")]
    pub entrypoint: Vec<String>,
    /// The volumes that it declares.
    #[serde(deserialize_with = "lenient::list")]
    pub volumes: Vec<ImageVolume>,
    /// The directory that it starts in.
    #[serde(deserialize_with = "lenient::or_default")]
    pub workdir: String,
    /// The signal that stops it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub signal_stop: String,
}

debug!(ImageConfig { user, ports, env = Names(env), labels, command, entrypoint, volumes, workdir, signal_stop });

/// A port that an image listens on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImagePort {
    /// The port on the host.
    #[serde(deserialize_with = "lenient::whole")]
    pub host: u32,
    /// The port in the container.
    #[serde(deserialize_with = "lenient::whole")]
    pub container: u32,
    /// The protocol, such as `tcp`; documented as `type`.
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    pub kind: String,
}

/// A volume that an image declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageVolume {
    /// Where it is mounted.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether the container may write to it.
    #[serde(deserialize_with = "lenient::word", skip_serializing_if = "Option::is_none")]
    pub mode: Option<VolumeMode>,
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
