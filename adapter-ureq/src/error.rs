use std::time::Duration;

use cycle_images::flow::{Fault, FlowError, JobError};
use cycle_images::{RequestError, ResponseError};

use crate::carry::Broken;

/// Why a call has no reply.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument can't be sent. Nothing was.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request could not be sent, or the answer not received.
    #[error("{operation} could not be carried to the platform and back; {}", arrival(*.may_have_arrived))]
    #[non_exhaustive]
    Transport {
        /// The operation's documented name.
        operation: &'static str,
        /// Whether anything of the request can have reached the platform.
        may_have_arrived: bool,
        /// What the HTTP client says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The call took longer than it may.
    #[error("{operation} was not answered within {}; {}", seconds(*.limit), arrival(*.may_have_arrived))]
    #[non_exhaustive]
    Timeout {
        /// The operation's documented name.
        operation: &'static str,
        /// The time that was allowed: [`with_connect_timeout`](crate::Client::with_connect_timeout)
        /// or [`with_timeout`](crate::Client::with_timeout).
        limit: Duration,
        /// Whether anything of the request can have reached the platform.
        may_have_arrived: bool,
        /// What the HTTP client says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The answer's body is larger than the client may hold.
    #[error(
        "{operation} was answered with more than {limit} bytes; \
         raise the limit with `with_body_limit` if that is to be expected"
    )]
    #[non_exhaustive]
    BodyTooLarge {
        /// The operation's documented name.
        operation: &'static str,
        /// The limit in bytes: [`with_body_limit`](crate::Client::with_body_limit).
        limit: u64,
    },
    /// The answer is not a success.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The job that was tracked did not come to a good end.
    #[error(transparent)]
    Job(Box<JobError>),
    /// What was done in several requests could not go on.
    #[error(transparent)]
    Flow(FlowError),
}

impl From<FlowError> for Error {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Request(error) => Self::Request(error),
            FlowError::Response(error) => Self::Response(error),
            FlowError::Fault { operation, source, .. } => Self::of_fault(operation, source),
            FlowError::Job(error) => Self::Job(error),
            other => Self::Flow(other),
        }
    }
}

impl Error {
    pub(crate) fn of_fault(operation: &'static str, fault: Fault) -> Self {
        let may_have_arrived = fault.may_have_arrived();
        match fault.into_source().downcast::<Broken>().map(|broken| *broken) {
            Ok(Broken::TooLarge(limit)) => Self::BodyTooLarge { operation, limit },
            Ok(Broken::TimedOut(limit, error)) => {
                Self::Timeout { operation, limit, may_have_arrived, source: error.into() }
            }
            Ok(Broken::Ureq(error)) => {
                Self::Transport { operation, may_have_arrived, source: error.into() }
            }
            Err(source) => Self::Transport { operation, may_have_arrived, source },
        }
    }

    /// How a job ended, if that is what is wrong.
    #[must_use]
    pub fn job(&self) -> Option<&JobError> {
        match self {
            Self::Job(error) => Some(error),
            _ => None,
        }
    }

    /// What the other side answered, if it did.
    #[must_use]
    pub fn response(&self) -> Option<&ResponseError> {
        match self {
            Self::Response(error) => Some(error),
            _ => None,
        }
    }

    /// Whether anything of the request can have reached the platform: if not, even a POST can be
    /// sent again without being done twice.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Request(_) => false,
            Self::Transport { may_have_arrived, .. } | Self::Timeout { may_have_arrived, .. } => {
                *may_have_arrived
            }
            _ => true,
        }
    }
}

fn arrival(may_have_arrived: bool) -> &'static str {
    if may_have_arrived {
        "it may have been done all the same: look before sending it again"
    } else {
        "nothing was sent: check the network and the base URL"
    }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}
