use std::error::Error;
use std::fmt;

use crate::error::{RequestError, ResponseError};
use crate::id::JobId;
use crate::model::Job;

/// Why a request has no response. Whoever sends requests for a [`Flow`](super::Flow) makes one of
/// what their HTTP client says.
#[derive(Debug)]
pub struct Fault {
    kind: FaultKind,
    source: Box<dyn Error + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FaultKind {
    Unsent,
    Lost,
    Fatal,
}

impl Fault {
    /// Nothing of the request can have reached the platform: even a POST may be sent again.
    pub fn unsent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Unsent, source: source.into() }
    }

    /// The request may have reached the platform, or some of it.
    pub fn lost(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Lost, source: source.into() }
    }

    /// The request may have reached the platform, and to send it again would not help: the answer is
    /// larger than it may be, for one.
    pub fn fatal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Fatal, source: source.into() }
    }

    /// Whether anything of the request can have reached the platform.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.kind != FaultKind::Unsent
    }

    pub(super) fn is_fatal(&self) -> bool {
        self.kind == FaultKind::Fatal
    }

    /// What the HTTP client said.
    #[must_use]
    pub fn into_source(self) -> Box<dyn Error + Send + Sync> {
        self.source
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FaultKind::Unsent => "nothing was sent",
            FaultKind::Lost | FaultKind::Fatal => "the request may have arrived all the same",
        })
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// How a [`Flow`](super::Flow) fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// An argument can't be sent.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request could not be carried to the platform and back.
    #[error("{operation} could not be carried to the platform and back (tries: {tries})")]
    #[non_exhaustive]
    Fault {
        /// The operation's documented name.
        operation: &'static str,
        /// How often it was sent.
        tries: u32,
        /// What went wrong the last time.
        source: Fault,
    },
    /// The answer is not a success.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The flow was left in the midst of an operation that must not be done twice.
    #[error(
        "{operation} was sent and its answer never read; it may have been done: look before \
         sending it again"
    )]
    #[non_exhaustive]
    Interrupted {
        /// The operation's documented name.
        operation: &'static str,
    },
    /// The platform sent the same page twice, so that there may be no end to them.
    #[error("{operation} was answered with page {} again as page {page}", .page.saturating_sub(1))]
    #[non_exhaustive]
    RepeatedPage {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the page, counted from 1.
        page: u32,
    },
    /// The job that was tracked did not come to a good end.
    #[error(transparent)]
    Job(#[from] Box<JobError>),
    /// More was asked of a flow that had ended.
    #[error("the flow ended before; begin another")]
    Ended,
    /// An answer was given that nothing had asked for.
    #[error("an answer was given to a flow that had asked for none; call `next` first")]
    NotAsked,
}

impl FlowError {
    /// What the other side answered, if it did.
    #[must_use]
    pub fn response(&self) -> Option<&ResponseError> {
        match self {
            Self::Response(error) => Some(error),
            _ => None,
        }
    }

    /// How the job ended, if that is what is wrong.
    #[must_use]
    pub fn job(&self) -> Option<&JobError> {
        match self {
            Self::Job(error) => Some(error),
            _ => None,
        }
    }
}

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
            Self::NoJob { .. } => None,
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
