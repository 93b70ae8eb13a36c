use serde::{Deserialize, Serialize};

use super::Creators;
use crate::wire::lenient;

/// Resources that jobs refer to, by id, as far as they were asked for with `include`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobIncludes {
    /// Who made the jobs.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "Creators::is_empty")]
    pub creators: Creators,
}
