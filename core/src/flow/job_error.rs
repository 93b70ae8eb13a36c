use std::error::Error;
use std::fmt;

use crate::model::Job;
use crate::model::JobId;

/// How a job can fail to come to a good end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JobError {
    /// The platform took on the action without naming a job that could be followed.
    #[non_exhaustive]
    NoJob {
        /// The action, such as `import`.
        action: String,
    },
    /// There is no such job: it was never seen, or it was and is no longer there. Whether it was
    /// done can't be told from it; look at what it was to change.
    #[non_exhaustive]
    Gone {
        /// The job's id.
        id: JobId,
        /// The job as it was last seen.
        last: Option<Job>,
    },
    /// The platform answered with another job than the one that was asked for, which tells nothing
    /// about that one.
    #[non_exhaustive]
    OtherJob {
        /// The id of the tracked job.
        id: JobId,
        /// The id in the answer.
        answered: JobId,
    },
    /// The job failed.
    #[non_exhaustive]
    Failed {
        /// The job with every task; [`Job::failure`] gathers the messages.
        job: Job,
    },
    /// The job was given up by the platform.
    #[non_exhaustive]
    Expired {
        /// The job with every task.
        job: Job,
    },
    /// The job didn't end in the time that it was given here. It may go on.
    #[non_exhaustive]
    DeadlinePassed {
        /// The job's id.
        id: JobId,
        /// The job as it was last seen.
        last: Option<Job>,
    },
}

impl JobError {
    /// The job as it was last seen, if it was.
    #[must_use]
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::NoJob { .. } | Self::OtherJob { .. } => None,
            Self::Gone { last, .. } | Self::DeadlinePassed { last, .. } => last.as_ref(),
            Self::Failed { job } | Self::Expired { job } => Some(job),
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoJob { action } => {
                write!(f, "the platform named no job for {action:?}: there is nothing to follow")
            }
            Self::Gone { id, last: None } => {
                write!(f, "job {id} did not appear: check the id")
            }
            Self::Gone { id, last: Some(_) } => {
                write!(f, "job {id} is gone: look at what it was to change")
            }
            Self::OtherJob { id, answered } => {
                write!(
                    f,
                    "the answer about job {id} was about job {answered:.40}: look for a cache on \
                     the way, and track it again"
                )
            }
            Self::Failed { job } => match job.failure() {
                Some(failure) => write!(f, "{failure} (job {})", job.id),
                None => write!(f, "job {} failed without a message", job.id),
            },
            Self::Expired { job } => {
                write!(f, "job {} expired before it was done: ask for it again", job.id)
            }
            Self::DeadlinePassed { id, .. } => {
                write!(f, "job {id} didn't end in time; it may go on: track it again")
            }
        }
    }
}

impl Error for JobError {}
