use std::error::Error;
use std::time::Duration;

use http::StatusCode;

use super::{JobError, MAX_PAGES};
use crate::error::{DecodeError, RequestError, ResponseError};

/// Why a call or any other flow failed.
///
/// # Broken and hostile answers
/// What a call of [`GetImages`](crate::images::GetImages) returns for each, with either client: the reply,
/// or a variant of this error, followed by the [kind](ResponseError::kind) of a `Response`. Afterwards the
/// client works as before, and no other request gets what is left on the connection.
///
#[doc = include_str!("faults.md")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// An argument can't be sent. Nothing was.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request could not be sent, or its response not received.
    #[error(
        "{operation} {}{}; {}",
        if *.may_have_arrived { "was sent and got no response" } else { "could not be sent" },
        count(*.attempts), advice(*.may_have_arrived)
    )]
    #[non_exhaustive]
    Transport {
        /// The operation's documented name.
        operation: &'static str,
        /// How many attempts were made.
        attempts: u32,
        /// Whether any part of the last request may have reached the platform.
        may_have_arrived: bool,
        /// The HTTP client's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The request timed out.
    #[error(
        "{operation} timed out after {} s{}; {}",
        .limit.as_secs_f64(), count(*.attempts), advice(*.may_have_arrived)
    )]
    #[non_exhaustive]
    Timeout {
        /// The operation's documented name.
        operation: &'static str,
        /// How many attempts were made.
        attempts: u32,
        /// The time limit: a setting of the client. For a connect timeout of an async transport, the
        /// elapsed time.
        limit: Duration,
        /// Whether any part of the last request may have reached the platform.
        may_have_arrived: bool,
        /// The HTTP client's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The response's body is larger than the client's limit.
    #[error(
        "{operation}: the response's body is larger than {limit} bytes; raise the limit with \
         `with_body_limit` if that is expected"
    )]
    #[non_exhaustive]
    BodyTooLarge {
        /// The operation's documented name.
        operation: &'static str,
        /// The limit in bytes: a setting of the client.
        limit: u64,
    },
    /// The response is not a success.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The flow was interrupted while an operation was in flight that must not be repeated.
    #[error(
        "{operation} was sent and its response was not read; it may have taken effect: check before \
         sending it again"
    )]
    #[non_exhaustive]
    Interrupted {
        /// The operation's documented name.
        operation: &'static str,
    },
    /// The platform sent a page twice, so the list might never end.
    #[error("{operation}: page {page} repeats page {earlier}; the list might never end")]
    #[non_exhaustive]
    RepeatedPage {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the page, counted from 1.
        page: u32,
        /// The number of the page that had the same records.
        earlier: u32,
    },
    /// The list has more than [`MAX_PAGES`](super::MAX_PAGES) pages.
    #[error(
        "{operation}: the list has more than {MAX_PAGES} pages; ask for larger pages, or start \
         another list at page {page}"
    )]
    #[non_exhaustive]
    TooManyPages {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the first page that was not read.
        page: u32,
    },
    /// A page has a record or an include that can't be decoded, and the list is read
    /// [strictly](super::Pages::strict).
    #[error("{operation}: page {page} has a record that can't be decoded")]
    #[non_exhaustive]
    Skipped {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the page, counted from 1.
        page: u32,
        /// The first of the page's errors.
        source: Box<DecodeError>,
    },
    /// The deadline of an [`Until`](super::Until) passed before its condition was met.
    #[error("{operation}: the condition was not met within {} s", .limit.as_secs_f64())]
    #[non_exhaustive]
    ConditionNotMet {
        /// The operation's documented name.
        operation: &'static str,
        /// The time limit.
        limit: Duration,
    },
    /// A wait was cancelled by the program. The flow can be resumed.
    #[error("cancelled while waiting; the flow can be resumed")]
    Cancelled,
    /// The tracked job failed, expired, is gone, or passed its deadline.
    #[error(transparent)]
    Job(#[from] Box<JobError>),
    /// The flow is done.
    #[error("the flow is done; start another")]
    Ended,
    /// An outcome was passed to a flow that has no request in flight.
    #[error("an outcome was passed to a flow that has no request in flight; call `poll` first")]
    NothingInFlight,
}

impl FlowError {
    /// The response, if it is the reason.
    #[must_use]
    pub fn response(&self) -> Option<&ResponseError> {
        match self {
            Self::Response(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status of the response, if that is the reason.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(ResponseError::status)
    }

    /// See [`ResponseError::is_not_found`]. False if there was no response, as with all of these.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.response().is_some_and(ResponseError::is_not_found)
    }

    /// See [`ResponseError::is_unauthorized`].
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.response().is_some_and(ResponseError::is_unauthorized)
    }

    /// See [`ResponseError::is_forbidden`].
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.response().is_some_and(ResponseError::is_forbidden)
    }

    /// See [`ResponseError::is_conflict`].
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.response().is_some_and(ResponseError::is_conflict)
    }

    /// See [`ResponseError::is_invalid`].
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.response().is_some_and(ResponseError::is_invalid)
    }

    /// See [`ResponseError::is_rate_limited`].
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.response().is_some_and(ResponseError::is_rate_limited)
    }

    /// See [`ResponseError::is_retryable`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.response().is_some_and(ResponseError::is_retryable)
    }

    /// Why the tracked job was not completed, if that is the reason.
    #[must_use]
    pub fn job(&self) -> Option<&JobError> {
        match self {
            Self::Job(error) => Some(error),
            _ => None,
        }
    }

    /// Whether any part of the request may have reached the platform. If not, even a POST can be sent
    /// again without taking effect twice.
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

fn advice(may_have_arrived: bool) -> &'static str {
    if may_have_arrived {
        "it may have taken effect: check before sending it again"
    } else {
        "nothing was sent: check the network and the base URL"
    }
}

fn count(attempts: u32) -> String {
    if attempts > 1 { format!(" in {attempts} attempts") } else { String::new() }
}
