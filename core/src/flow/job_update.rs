use serde::{Deserialize, Serialize};

use crate::model::{Job, JobProgress, JobStatus};

/// What a [`JobTracker`](super::JobTracker) knows of its job between two polls.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobSnapshot {
    /// The state of the job.
    pub status: JobStatus,
    /// The progress, as it was last [reported](JobUpdate::progress).
    pub progress: JobProgress,
}

/// A job and its progress: what a [`JobTracker`](super::JobTracker) yields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobUpdate {
    /// The job.
    pub job: Job,
    /// The progress, in units that are done, failed, and in total. Its ratio never decreases, even
    /// if the job's own does because tasks were added.
    pub progress: JobProgress,
}
