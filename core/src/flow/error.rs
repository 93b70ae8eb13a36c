use std::any::Any;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::job_error::last_poll;
use super::{JobError, MAX_PAGES};
use crate::error::{
    Attempts, DecodeError, MAY_HAVE_TAKEN_EFFECT, RequestError, ResponseError, Seconds,
};
use crate::upload::UploadImage;

/// Why a call or any other flow failed.
///
/// `Display` shows what failed and what to do next. The platform's own message is a
/// [source](Error::source); [`report`](crate::error::report) shows it as well.
///
/// The page [`faults`](super::faults) has the error of each broken and hostile answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// An argument can't be sent. Nothing was.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request could not be sent, or its response not received.
    #[error(
        "{operation} {}{}",
        unanswered(.host, *.attempts, *.may_have_arrived, *.is_fatal),
        advice(operation, *.may_have_arrived, *.is_idempotent, *.is_fatal)
    )]
    #[non_exhaustive]
    Transport {
        /// The operation's documented name.
        operation: &'static str,
        /// The host and port that the request was for.
        host: String,
        /// The attempts, and how long they took.
        attempts: Attempts,
        /// Whether any part of the last request may have reached the platform.
        may_have_arrived: bool,
        /// Whether the operation can be repeated without taking effect twice.
        is_idempotent: bool,
        /// Whether sending it again would fail in the same way.
        is_fatal: bool,
        /// The HTTP client's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The request timed out.
    #[error(
        "{operation} timed out: no {} {host}{} ({attempts}){}",
        if *.may_have_arrived { "response from" } else { "connection to" },
        .limit.map(|limit| format!(" within {}", Seconds(limit))).unwrap_or_default(),
        advice(operation, *.may_have_arrived, *.is_idempotent, *.is_fatal)
    )]
    #[non_exhaustive]
    Timeout {
        /// The operation's documented name.
        operation: &'static str,
        /// The host and port that the request was for.
        host: String,
        /// The attempts, and how long they took.
        attempts: Attempts,
        /// The time limit that passed; `None` if it is one of the HTTP client's own.
        limit: Option<Duration>,
        /// Whether any part of the last request may have reached the platform.
        may_have_arrived: bool,
        /// Whether the operation can be repeated without taking effect twice.
        is_idempotent: bool,
        /// Whether sending it again would fail in the same way.
        is_fatal: bool,
        /// The HTTP client's error, or that of the last attempt.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The response's body is larger than the client's limit.
    #[error(
        "{operation}: the response's body is larger than {limit} bytes ({attempts}); raise the limit \
         with `with_body_limit` if that is expected"
    )]
    #[non_exhaustive]
    BodyTooLarge {
        /// The operation's documented name.
        operation: &'static str,
        /// The attempts, and how long they took.
        attempts: Attempts,
        /// The limit in bytes: a setting of the client.
        limit: u64,
    },
    /// An upload failed after it had begun.
    #[error("{operation}: {}", ended_upload(*.sent, *.size))]
    #[non_exhaustive]
    Upload {
        /// The operation's documented name.
        operation: &'static str,
        /// How many bytes of the tar were passed to the HTTP client. The factory got at most these.
        sent: u64,
        /// The size of the tar in bytes.
        size: u64,
        /// Why it failed: an error of reading the tar, or another `FlowError`.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The response is not a success.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The flow was interrupted while an operation was in flight that must not be repeated. It may
    /// still take effect. Before you send it again, look for what it creates: an image by its name,
    /// a job by [`Job::mentions`](crate::model::Job::mentions). The page `after_a_crash` of
    /// `cycle-images-ureq` says how, for both clients.
    #[error(
        "{operation} was sent, and interrupted before its response was read; {MAY_HAVE_TAKEN_EFFECT}"
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
    #[error(
        "{operation}: the condition was not met within {}{}", Seconds(*.limit),
        last_poll(.last_failure.as_deref())
    )]
    #[non_exhaustive]
    ConditionNotMet {
        /// The operation's documented name.
        operation: &'static str,
        /// The time limit.
        limit: Duration,
        /// The last reply, if there was one: see [`FlowError::last_reply`].
        last: Option<LastReply>,
        /// Why the last poll failed, if it did.
        last_failure: Option<String>,
    },
    /// The condition of an [`Until`](super::Until) can no longer be met.
    #[error("{operation}: the condition can't be met")]
    #[non_exhaustive]
    Condition {
        /// The operation's documented name.
        operation: &'static str,
        /// The error of the condition.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The program cancelled the call or the flow. A flow can be resumed, an upload can't.
    #[error("cancelled by the program")]
    Cancelled,
    /// The tracked job failed, expired, no longer exists, or passed its deadline.
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

    /// Sending the operation again is safe, and can help: see [`ResponseError::is_retryable`].
    /// Without a response, it is safe if nothing was sent or the operation is idempotent.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport { may_have_arrived, is_idempotent, is_fatal, .. }
            | Self::Timeout { may_have_arrived, is_idempotent, is_fatal, .. } => {
                !is_fatal && (*is_idempotent || !may_have_arrived)
            }
            _ => self.response().is_some_and(ResponseError::is_retryable),
        }
    }

    /// A time limit passed: that of an attempt, a call, a job or a condition.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::ConditionNotMet { .. } => true,
            Self::Job(error) => matches!(**error, JobError::DeadlinePassed { .. }),
            Self::Upload { source, .. } => {
                source.downcast_ref::<Self>().is_some_and(Self::is_timeout)
            }
            _ => false,
        }
    }

    /// The attempts that were made, if a request failed.
    #[must_use]
    pub fn attempts(&self) -> Option<Attempts> {
        match self {
            Self::Transport { attempts, .. }
            | Self::Timeout { attempts, .. }
            | Self::BodyTooLarge { attempts, .. } => Some(*attempts),
            _ => self.response()?.attempts(),
        }
    }

    /// The last reply of an [`Until`](super::Until) whose deadline passed; `T` is the
    /// [`ReplyOf`](crate::operation::ReplyOf) its operation.
    ///
    /// ```
    /// use cycle_images::flow::FlowError;
    /// use cycle_images::images::GetImage;
    /// use cycle_images::operation::ReplyOf;
    ///
    /// fn last_state(error: &FlowError) -> Option<&str> {
    ///     let reply = error.last_reply::<ReplyOf<GetImage>>()?;
    ///     Some(reply.data.state.current.as_str())
    /// }
    /// ```
    #[must_use]
    pub fn last_reply<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::ConditionNotMet { last: Some(LastReply(last)), .. } => last.downcast_ref(),
            _ => None,
        }
    }

    pub(super) fn with_empty_quota(mut self) -> Self {
        match &mut self {
            Self::Transport { attempts, .. }
            | Self::Timeout { attempts, .. }
            | Self::BodyTooLarge { attempts, .. } => attempts.quota_empty = true,
            Self::Response(error) => error.set_empty_quota(),
            _ => {}
        }
        self
    }

    /// Why the tracked job was not completed, if that is the reason.
    #[must_use]
    pub fn job(&self) -> Option<&JobError> {
        match self {
            Self::Job(error) => Some(error),
            _ => None,
        }
    }

    /// Whether any part of the request may have reached the platform. If not, even a POST can be
    /// sent again without taking effect twice.
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

/// A reply of any operation.
pub struct LastReply(pub(super) Box<dyn Any + Send + Sync>);

impl fmt::Debug for LastReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastReply(..)")
    }
}

fn unanswered(host: &str, attempts: Attempts, may_have_arrived: bool, is_fatal: bool) -> String {
    match (may_have_arrived, is_fatal) {
        (true, _) => format!("got no response from {host} ({attempts})"),
        (false, false) => format!("could not connect to {host} ({attempts})"),
        // The source says why: it isn't the network.
        (false, true) => "was not sent".to_owned(),
    }
}

fn advice(
    operation: &str,
    may_have_arrived: bool,
    is_idempotent: bool,
    is_fatal: bool,
) -> &'static str {
    let is_upload = operation == UploadImage::NAME;
    match (may_have_arrived, is_fatal) {
        // It is the source of an error that has the advice.
        (true, _) if is_upload => "",
        (true, _) if !is_idempotent => "; it may have taken effect: check before sending it again",
        (true, true) => "; it would fail again in the same way",
        (true, false) => "; it is safe to send it again",
        (false, true) => "",
        (false, false) if is_upload => "; nothing was sent: check the network and the factory URL",
        (false, false) => "; nothing was sent: check the network and the base URL",
    }
}

fn ended_upload(sent: u64, size: u64) -> String {
    if sent < size {
        format!(
            "the upload ended after {sent} of {size} bytes of the tar; upload the tar to a new image"
        )
    } else {
        "the whole tar was sent; read the image's state before uploading it again".to_owned()
    }
}
