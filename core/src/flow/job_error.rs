use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::JobSnapshot;
use crate::error::Seconds;
use crate::model::{Job, JobId};

/// Why a tracked job was not completed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JobError {
    /// The platform accepted the action without naming a job that could be tracked.
    #[non_exhaustive]
    NoJob {
        /// The action, such as `import`: at most 40 characters.
        action: String,
    },
    /// The job doesn't exist: it never appeared, or it was removed. It isn't known whether it was
    /// completed; check what it was to change.
    #[non_exhaustive]
    Gone {
        /// The job's id.
        id: JobId,
        /// The last known state of the job.
        last: Option<JobSnapshot>,
    },
    /// The platform returned another job than the tracked one.
    #[non_exhaustive]
    OtherJob {
        /// The id of the tracked job.
        id: JobId,
        /// The id in the response, without secrets of the request.
        answered: String,
    },
    /// The job failed.
    #[non_exhaustive]
    Failed {
        /// The job with its tasks; [`Job::failure`] collects the error messages. Its texts are
        /// without the API key, on one line, and at most 1,000 characters each.
        job: Job,
    },
    /// The job expired: the platform didn't run it in time.
    #[non_exhaustive]
    Expired {
        /// The job with its tasks.
        job: Job,
    },
    /// The tracker's deadline passed. The job may still be running.
    #[non_exhaustive]
    DeadlinePassed {
        /// The job's id.
        id: JobId,
        /// The time limit.
        limit: Duration,
        /// The last known state of the job.
        last: Option<JobSnapshot>,
        /// Why the last poll failed, if it did.
        last_failure: Option<String>,
    },
}

impl JobError {
    /// The job that failed or expired.
    #[must_use]
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Failed { job } | Self::Expired { job } => Some(job),
            _ => None,
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoJob { action } => {
                write!(f, "the platform accepted {action:?} and named no job to follow")
            }
            Self::Gone { id, last: None } => {
                write!(f, "job {id} did not appear: check the id and the hub id")
            }
            Self::Gone { id, last: Some(_) } => {
                write!(
                    f,
                    "job {id} no longer exists and its outcome is unknown: check the resource that it \
                     was to change"
                )
            }
            Self::OtherJob { id, answered } => {
                write!(
                    f,
                    "asked for job {id} and got job {answered:.40}: check for a caching proxy, then \
                     track the job again"
                )
            }
            Self::Failed { job } => match job.failure() {
                Some(failure) => write!(f, "{failure} (job {})", job.id),
                None => write!(f, "job {} failed without a message", job.id),
            },
            Self::Expired { job } => {
                write!(f, "job {} expired before it was completed: start it again", job.id)
            }
            Self::DeadlinePassed { id, limit, last, last_failure } => {
                write!(f, "job {id} did not end within {}", Seconds(*limit))?;
                // Not its state: an unknown word could be anything that a server repeats.
                if let Some(JobSnapshot { progress, .. }) = last {
                    write!(f, " ({} of {} done)", progress.done, progress.total)?;
                }
                f.write_str("; it may still be running: resume tracking it")?;
                f.write_str(&last_poll(last_failure.as_deref()))
            }
        }
    }
}

impl Error for JobError {}

pub(super) fn last_poll(failure: Option<&str>) -> String {
    failure.map(|failure| format!("; the last poll failed: {failure}")).unwrap_or_default()
}
