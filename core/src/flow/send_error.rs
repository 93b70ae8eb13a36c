use std::error::Error;
use std::time::Duration;

use super::FlowError;

type Source = Box<dyn Error + Send + Sync>;

/// Why a request got no response. A program that sends the requests of a [`Flow`](super::Flow)
/// makes one from the error of its HTTP client.
///
/// Any `std::error::Error` is converted by `?`. It is [`maybe_sent`](Self::maybe_sent) then, so
/// that nothing is done twice; a client that knows better says so:
///
/// ```
/// use cycle_images::flow::SendError;
///
/// fn send(address: &str) -> Result<(), SendError> {
///     let _stream = std::net::TcpStream::connect(address).map_err(SendError::not_sent)?;
///     // From here on, the request may arrive.
///     Err(std::io::Error::other("the peer hung up"))?
/// }
/// assert!(!send("not an address").unwrap_err().may_have_arrived());
/// ```
///
/// It is not an error itself; with its operation it [becomes one](Self::into_error).
#[derive(Debug)]
pub struct SendError {
    may_have_arrived: bool,
    is_fatal: bool,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Broken(Source),
    TimedOut(Duration, Source),
    TooLarge(u64),
}

impl SendError {
    /// No part of the request can have reached the platform: even a POST is retried.
    pub fn not_sent(source: impl Into<Source>) -> Self {
        let cause = Cause::Broken(source.into());
        Self { may_have_arrived: false, is_fatal: false, cause }
    }

    /// The request or a part of it may have reached the platform: only an idempotent request is
    /// retried.
    pub fn maybe_sent(source: impl Into<Source>) -> Self {
        let cause = Cause::Broken(source.into());
        Self { may_have_arrived: true, is_fatal: false, cause }
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

    /// The error is a timeout, with this limit.
    #[must_use]
    pub fn timed_out(self, limit: Duration) -> Self {
        let cause = match self.cause {
            Cause::Broken(source) => Cause::TimedOut(limit, source),
            other => other,
        };
        Self { cause, ..self }
    }

    /// Whether any part of the request may have reached the platform.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    pub(super) fn is_fatal(&self) -> bool {
        self.is_fatal
    }

    /// The error of an operation that failed after this number of attempts, the last time with this
    /// error.
    #[must_use]
    pub fn into_error(self, operation: &'static str, attempts: u32) -> FlowError {
        let may_have_arrived = self.may_have_arrived;
        match self.cause {
            Cause::Broken(source) => {
                FlowError::Transport { operation, attempts, may_have_arrived, source }
            }
            Cause::TimedOut(limit, source) => {
                FlowError::Timeout { operation, attempts, limit, may_have_arrived, source }
            }
            Cause::TooLarge(limit) => FlowError::BodyTooLarge { operation, limit },
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for SendError {
    fn from(error: E) -> Self {
        Self::maybe_sent(error)
    }
}
