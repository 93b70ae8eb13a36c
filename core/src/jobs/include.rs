//! Includes of jobs: how a request names them, and what the response contains.

use crate::model::Creators;
use crate::wire::model::model;

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

model! {
    /// Resources that the jobs refer to, by id, if the request asked for them with `include`.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct JobIncludes {
        /// The creators of the jobs.
        pub creators: Creators,
    }
}
