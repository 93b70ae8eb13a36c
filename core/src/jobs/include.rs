//! What jobs can include, as a request asks for it and as a response returns it.

use serde::{Deserialize, Serialize};

use crate::model::Creators;
use crate::wire::lenient;

/// Resources that [`GetJobs`](super::GetJobs) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobInclude {
    /// Who made the jobs.
    Creators,
}

impl JobInclude {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creators => "creators",
        }
    }
}

/// Resources that jobs refer to, by id, as far as they were asked for with `include`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobIncludes {
    /// Who made the jobs.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "Creators::is_empty")]
    pub creators: Creators,
}
