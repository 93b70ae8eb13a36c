use std::error::Error;
use std::time::Duration;

use super::{JobError, MAX_PAGES};
use crate::error::{RequestError, ResponseError};

/// Why a call or any other flow did not come to a good end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// An argument can't be sent. Nothing was.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request could not be sent, or the answer not received.
    #[error(
        "{operation} could not be carried to the platform and back{}; {}",
        often(*.attempts), arrival(*.may_have_arrived)
    )]
    #[non_exhaustive]
    Transport {
        /// The operation's documented name.
        operation: &'static str,
        /// How often it was sent.
        attempts: u32,
        /// Whether anything of the last request can have reached the platform.
        may_have_arrived: bool,
        /// What the HTTP client says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The request took longer than it may.
    #[error(
        "{operation} was not answered within {} s{}; {}",
        .limit.as_secs_f64(), often(*.attempts), arrival(*.may_have_arrived)
    )]
    #[non_exhaustive]
    Timeout {
        /// The operation's documented name.
        operation: &'static str,
        /// How often it was sent.
        attempts: u32,
        /// The time that was allowed: a setting of the client.
        limit: Duration,
        /// Whether anything of the last request can have reached the platform.
        may_have_arrived: bool,
        /// What the HTTP client says.
        source: Box<dyn Error + Send + Sync>,
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
        /// The limit in bytes: a setting of the client.
        limit: u64,
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
    #[error("{operation} was answered with page {earlier} again as page {page}")]
    #[non_exhaustive]
    RepeatedPage {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the page, counted from 1.
        page: u32,
        /// The number of the page that had the same records.
        earlier: u32,
    },
    /// The list has more pages than are read: see [`MAX_PAGES`](super::MAX_PAGES).
    #[error(
        "{operation} was answered with {MAX_PAGES} pages and page {page} is not the end; ask for \
         larger pages, or begin another list with that page"
    )]
    #[non_exhaustive]
    TooManyPages {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the page that was too many.
        page: u32,
    },
    /// The job that was update did not come to a good end.
    #[error(transparent)]
    Job(#[from] Box<JobError>),
    /// More was asked of a flow that had ended.
    #[error("the flow ended before; begin another")]
    Ended,
    /// An answer was given that nothing had asked for.
    #[error("an answer was given to a flow that had asked for none; call `poll` first")]
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

fn often(attempts: u32) -> String {
    if attempts > 1 { format!(", {attempts} times") } else { String::new() }
}
