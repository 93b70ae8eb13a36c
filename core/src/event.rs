use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

/// What a flow does: see [`Hub::with_observer`](crate::Hub::with_observer).
///
/// No event contains a body or a secret.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The flow: `Exchange`, `Pages`, `JobTracker`, `JobsTracker` or `Until`.
    pub flow: &'static str,
    /// The operation's documented name.
    pub operation: &'static str,
    /// What the flow is about: the path of its requests, such as
    /// `/v1/jobs/651586fca6078e98982dbd90`; for the state of a job, always that of the job.
    pub path: &'a str,
    /// The path without ids, such as `/v1/jobs/{id}`.
    pub template: &'a str,
    /// The HTTP method.
    pub method: &'a Method,
    /// The host and port that requests are sent to.
    pub host: &'a str,
    /// The number of the attempt, counted from 1.
    pub attempt: u32,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened to an attempt, or to a job.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// A request is about to be sent.
    Attempt,
    /// A response was received, whatever its status.
    #[non_exhaustive]
    Response {
        /// The HTTP status.
        status: StatusCode,
        /// The time since the attempt; for a prefetched page, since it was wanted.
        elapsed: Duration,
        /// The `X-Request-Id` header.
        request_id: Option<&'a str>,
    },
    /// The attempt got no response.
    #[non_exhaustive]
    NoResponse {
        /// The time since the attempt.
        elapsed: Duration,
        /// Whether any part of the request may have reached the platform.
        may_have_arrived: bool,
        /// Whether it is a time limit that passed.
        is_timeout: bool,
        /// The HTTP client's error.
        error: &'a (dyn Error + 'static),
    },
    /// The failed attempt will be retried.
    #[non_exhaustive]
    Retry {
        /// The wait before the next attempt.
        after: Duration,
        /// Why the attempt failed.
        error: &'a (dyn Error + 'static),
    },
    /// The attempt was due to be retried, but the [`RetryQuota`](crate::flow::RetryQuota) was
    /// empty: the operation fails, or a flow that polls goes on at its usual interval.
    QuotaEmpty,
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
