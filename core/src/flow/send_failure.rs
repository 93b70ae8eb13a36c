use std::error::Error;
use std::io;
use std::iter::successors;
use std::time::Duration;

use super::FlowError;
use crate::error::{Attempts, RequestInfo};
use crate::hub::Hub;

type Source = Box<dyn Error + Send + Sync>;

/// Why a request got no response. A program that sends the requests of a [`Flow`](super::Flow)
/// makes one from the error of its HTTP client.
///
/// Any `std::error::Error` is converted by `?`. It is [`maybe_sent`](Self::maybe_sent) then, so
/// that nothing is done twice; a client that knows better says so:
///
/// ```
/// use cycle_images::flow::SendFailure;
///
/// fn send(address: &str) -> Result<(), SendFailure> {
///     let _stream = std::net::TcpStream::connect(address).map_err(SendFailure::not_sent)?;
///     // From here on, the request may arrive.
///     Err(std::io::Error::other("the peer hung up"))?
/// }
/// assert!(!send("not an address").unwrap_err().may_have_arrived());
/// ```
///
/// It is not an error itself: the flow that it is passed to returns a [`FlowError`].
#[derive(Debug)]
pub struct SendFailure {
    may_have_arrived: bool,
    is_fatal: bool,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Broken(Source),
    /// The limit, if it is known.
    TimedOut(Option<Duration>, Source),
    TooLarge(u64),
}

impl SendFailure {
    fn new(may_have_arrived: bool, source: Source) -> Self {
        let cause = if is_timeout(&*source) {
            Cause::TimedOut(None, source)
        } else {
            Cause::Broken(source)
        };
        Self { may_have_arrived, is_fatal: false, cause }
    }

    /// No part of the request can have reached the platform: even a POST is retried.
    pub fn not_sent(source: impl Into<Source>) -> Self {
        Self::new(false, source.into())
    }

    /// The request or a part of it may have reached the platform: only an idempotent request is
    /// retried.
    pub fn maybe_sent(source: impl Into<Source>) -> Self {
        Self::new(true, source.into())
    }

    /// The body of the response has more than `limit` bytes and was not read further. This is
    /// [fatal](Self::fatal).
    #[must_use]
    pub fn too_large(limit: u64) -> Self {
        Self { may_have_arrived: true, is_fatal: true, cause: Cause::TooLarge(limit) }
    }

    /// A retry can't help; for example because the HTTP client can't send the request.
    #[must_use]
    pub fn fatal(self) -> Self {
        Self { is_fatal: true, ..self }
    }

    /// The error is a timeout, with this limit. An [`io::Error`] of the kind
    /// [`TimedOut`](io::ErrorKind::TimedOut) is one without this, wherever it is among the sources.
    #[must_use]
    pub fn timed_out(self, limit: Duration) -> Self {
        let cause = match self.cause {
            Cause::Broken(source) | Cause::TimedOut(_, source) => {
                Cause::TimedOut(Some(limit), source)
            }
            Cause::TooLarge(limit) => Cause::TooLarge(limit),
        };
        Self { cause, ..self }
    }

    /// Whether any part of the request may have reached the platform.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    pub(super) fn is_timeout(&self) -> bool {
        matches!(self.cause, Cause::TimedOut(..))
    }

    /// Whether sending the request again is safe, and can help.
    pub(super) fn is_retryable(&self, is_idempotent: bool) -> bool {
        !self.is_fatal && (is_idempotent || !self.may_have_arrived)
    }

    /// Whether a flow that polls goes on after this error.
    pub(super) fn can_pass(&self) -> bool {
        !self.is_fatal
    }

    pub(super) fn source(&self) -> &(dyn Error + 'static) {
        match &self.cause {
            Cause::Broken(source) | Cause::TimedOut(_, source) => &**source,
            Cause::TooLarge(_) => &TooLarge,
        }
    }

    /// The error of a request that failed after these attempts, the last time with this error.
    pub(crate) fn into_error(
        self,
        request: RequestInfo,
        hub: &Hub,
        attempts: Attempts,
    ) -> FlowError {
        let RequestInfo { operation, is_idempotent, is_upload } = request;
        let Self { may_have_arrived, is_fatal, .. } = self;
        let host = hub.host(is_upload);
        match self.cause {
            Cause::Broken(source) => FlowError::Transport {
                operation,
                host,
                attempts,
                may_have_arrived,
                is_idempotent,
                is_fatal,
                source,
            },
            Cause::TimedOut(limit, source) => FlowError::Timeout {
                operation,
                host,
                attempts,
                limit,
                may_have_arrived,
                is_idempotent,
                is_fatal,
                source,
            },
            Cause::TooLarge(limit) => FlowError::BodyTooLarge { operation, attempts, limit },
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the response's body is too large")]
struct TooLarge;

fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    successors(Some(error), |&error| error.source()).any(|error| {
        let io = error.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    })
}

impl<E: Error + Send + Sync + 'static> From<E> for SendFailure {
    fn from(error: E) -> Self {
        Self::maybe_sent(error)
    }
}
