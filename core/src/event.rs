use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

/// What a flow does: see [`Hub::with_observer`](crate::Hub::with_observer).
///
/// No event contains a body or a secret, and only the error of a retry may contain an id.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request is about to be sent.
    #[non_exhaustive]
    Attempt {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the attempt, counted from 1.
        attempt: u32,
        /// The HTTP method.
        method: &'a Method,
        /// The path without ids, such as `/v1/images/{id}`.
        path: &'a str,
    },
    /// A response was received, whatever its status.
    #[non_exhaustive]
    Response {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the attempt, counted from 1.
        attempt: u32,
        /// The HTTP status.
        status: StatusCode,
        /// The time since the attempt; for a prefetched page, since it was wanted.
        elapsed: Duration,
        /// The `X-Request-Id` header.
        request_id: Option<&'a str>,
    },
    /// An attempt got no response.
    #[non_exhaustive]
    NoResponse {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the attempt, counted from 1.
        attempt: u32,
        /// The time since the attempt.
        elapsed: Duration,
        /// Whether any part of the request may have reached the platform.
        may_have_arrived: bool,
        /// The HTTP client's error.
        error: &'a (dyn Error + 'static),
    },
    /// A failed attempt will be retried.
    #[non_exhaustive]
    Retry {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the failed attempt, counted from 1.
        attempt: u32,
        /// The wait before the next attempt.
        after: Duration,
        /// Why the attempt failed.
        error: &'a (dyn Error + 'static),
    },
    /// An attempt was due to be retried, but the [`RetryQuota`](crate::flow::RetryQuota) was empty: the
    /// operation fails, or a flow that polls goes on at its usual interval.
    #[non_exhaustive]
    QuotaEmpty {
        /// The operation's documented name.
        operation: &'static str,
        /// The number of the failed attempt, counted from 1.
        attempt: u32,
    },
    /// The state of a tracked job changed.
    #[non_exhaustive]
    JobState {
        /// The new state, such as `running`.
        state: &'a str,
        /// Units of the job that are done.
        done: usize,
        /// Units of the job in total.
        total: usize,
    },
}

/// The functions that are called with each event.
#[derive(Clone, Default)]
pub(crate) struct Observers(Vec<Arc<Observer>>);

type Observer = dyn Fn(&Event<'_>) + Send + Sync;

impl Observers {
    pub(crate) fn add(&mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.0.push(Arc::new(observer));
    }

    /// Whether there are none, and an event need not be built.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn call(&self, event: &Event<'_>) {
        self.0.iter().for_each(|observer| observer(event));
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} observers", self.0.len())
    }
}
