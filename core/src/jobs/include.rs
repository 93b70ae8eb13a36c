//! Includes of jobs: how a request names them, and what the response contains.

use serde::{Deserialize, Serialize};

use crate::model::Creators;
use crate::wire::lenient;

/// Resources that [`GetJobs`](super::GetJobs) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobInclude {
    /// The creators of the jobs.
    Creators,
}

impl JobInclude {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creators => "creators",
        }
    }
}

/// Resources that the jobs refer to, by id, if the request asked for them with `include`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobIncludes {
    /// The creators of the jobs.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "Creators::is_empty")]
    pub creators: Creators,
}
