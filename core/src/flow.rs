//! Flows: state machines that decide what to send next, without IO, clock or randomness of their
//! own.
//!
//! | flow | what it does | what it yields |
//! |---|---|---|
//! | [`Exchange`] | one operation, with retries | one [`Reply`](crate::Reply) |
//! | [`Pages`] | a list, page by page | a [`Reply`](crate::Reply) for each page |
//! | [`JobTracker`] | a job, polled until it ends | a [`JobUpdate`] for each change |
//! | [`JobsTracker`] | many jobs of a hub, polled together | [`JobReport`]s, several at a time |
//! | [`Until`] | an operation, polled until a condition is met | the [`Reply`](crate::Reply) that meets it |
//!
//! A program drives a flow by doing what [`poll`](Flow::poll) returns: it sends the request and
//! passes the outcome to [`handle`](Flow::handle), or waits. The clients do this; a program can do
//! it itself:
//!
//! ```
//! use cycle_images::flow::{SendFailure, Flow, FlowError, Step};
//! use cycle_images::{Hub, Timestamp};
//!
//! /// Drives a flow to its next item, or until it is done.
//! fn run<F: Flow>(flow: &mut F, hub: &Hub) -> Result<Option<F::Item>, FlowError> {
//!     loop {
//!         if let Some(item) = flow.due(now()) {
//!             return Ok(Some(item));
//!         }
//!         match flow.poll(hub, now())? {
//!             Step::Send { request, timeout } => {
//!                 let outcome = send(request, timeout); // by a client of your choice
//!                 if let Some(item) = flow.handle(hub, outcome, now())? {
//!                     return Ok(Some(item));
//!                 }
//!             }
//!             Step::Wait(time) => std::thread::sleep(time),
//!             Step::Done => return Ok(None),
//!         }
//!     }
//! }
//! # fn now() -> Timestamp { std::time::SystemTime::now().into() }
//! # type Sent = Result<http::Response<Vec<u8>>, SendFailure>;
//! # fn send(_: http::Request<Vec<u8>>, _: std::time::Duration) -> Sent {
//! #     Ok(http::Response::new(br#"{"data": []}"#.to_vec()))
//! # }
//! # let hub = Hub::new("key", "hub").unwrap();
//! # let mut flow = cycle_images::flow::Exchange::new(cycle_images::images::GetImages::new(), 7);
//! # assert!(run(&mut flow, &hub).unwrap().is_some());
//! # assert!(run(&mut flow, &hub).unwrap().is_none());
//! ```
//!
//! `now` is the current time of any clock that runs on between two calls, such as the system's. It
//! is compared with `Retry-After` dates and with the expiry of upload tokens, so it should be the
//! real time, and it is stored with a flow. A clock that is set back makes no wait and no deadline
//! longer.
//!
//! A running flow is plain data: it can be serialized, and resumed in another process. Store it
//! after [`poll`](Flow::poll) and before its request is sent: then the resumed flow knows that the
//! request may have been sent. A flow contains no API key, as the hub is passed in at each step.
//! Operations with credentials can't be serialized; `CreateImage` can, with its build arguments in
//! plain text. Time and the seed of the jitter are passed in as well, so that hours of waiting can
//! be tested in no time.

mod error;
mod exchange;
#[cfg(doc)]
pub mod faults;
mod job_error;
mod job_report;
mod job_tracker;
mod job_update;
mod jobs_tracker;
mod pages;
mod poll_schedule;
mod retry_policy;
mod retry_state;
mod send_failure;
mod subject;
#[cfg(feature = "tracing")]
mod trace;
mod tracked_job;
mod until;
mod upload;
mod version;

use std::fmt;
use std::time::Duration;

use http::{Request, Response};

pub use crate::attempt::Attempt;
pub use crate::event::{Event, EventKind};
pub use crate::retry_quota::RetryQuota;
pub use error::{FlowError, LastReply};
pub use exchange::Exchange;
pub use job_error::JobError;
pub use job_report::JobReport;
pub use job_tracker::JobTracker;
pub use job_update::{JobSnapshot, JobUpdate};
pub use jobs_tracker::JobsTracker;
pub use pages::Pages;
pub use retry_policy::RetryPolicy;
pub use send_failure::SendFailure;
#[cfg(feature = "tracing")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
pub use trace::{call_span, trace, trace_failure};
pub use until::Until;
pub use upload::TarSent;

use crate::hub::Hub;
use crate::wire::debug::Sent;
use crate::wire::timestamp::Timestamp;

/// The most pages that a [`Pages`] reads.
pub const MAX_PAGES: u32 = 10_000;

/// The most pages in flight, if pages are [prefetched](Flow::prefetch).
pub const MAX_PAGES_IN_FLIGHT: u32 = 16;

/// What to do next for a [`Flow`]. `Debug` shows a request's method, URL and length of body, as the
/// body may contain credentials.
#[expect(clippy::exhaustive_enums, reason = "a program that drives a flow must handle every case")]
#[expect(clippy::large_enum_variant, reason = "it is short-lived, and mostly a request")]
pub enum Step {
    /// Send this request, and pass the outcome to [`Flow::handle`].
    Send {
        /// The request.
        request: Request<Vec<u8>>,
        /// The time that is left for the response: what is left of the call's time limit, or until
        /// the deadline of a job.
        timeout: Duration,
    },
    /// Wait this long, then poll again.
    Wait(Duration),
    /// Nothing: the flow is done.
    Done,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { request, timeout } => {
                write!(f, "Send({:?}, within {timeout:?})", Sent(request, request.body().len()))
            }
            Self::Wait(time) => f.debug_tuple("Wait").field(time).finish(),
            Self::Done => f.write_str("Done"),
        }
    }
}

/// A state machine that decides what to do next.
pub trait Flow {
    /// What the flow yields.
    type Item;

    /// The documented name of the operation that the flow sends, for spans and logs.
    fn operation(&self) -> &'static str;

    /// An item that is due without a response, such as the end of a job whose deadline has passed:
    /// only [`JobsTracker`] has any. A loop asks for it before each [`poll`](Self::poll).
    fn due(&mut self, now: Timestamp) -> Option<Self::Item> {
        let _ = now;
        None
    }

    /// What to do next, at the time `now`.
    ///
    /// If it is polled again without an outcome, the flow assumes that the request may have been
    /// sent and that its response was lost.
    ///
    /// # Errors
    /// If an argument is invalid, or if a request that must not be repeated was interrupted.
    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError>;

    /// Takes the response to the request that [`poll`](Self::poll) returned, or why there is none.
    /// Returns an item if the flow yields one.
    ///
    /// # Errors
    /// If the flow fails with this outcome; or if no request is in flight, which leaves the flow
    /// as it is.
    fn handle(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<impl AsRef<[u8]>>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError>
    where
        Self: Sized,
    {
        match outcome {
            Ok(response) => {
                let (head, body) = response.into_parts();
                self.handle_bytes(hub, Ok(Response::from_parts(head, body.as_ref())), now)
            }
            Err(error) => self.handle_bytes(hub, Err(error), now),
        }
    }

    /// What [`handle`](Self::handle) does, without a type parameter: this is what a flow
    /// implements, and it makes `Flow` a trait that can be used as an object.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError>;

    /// The request that will be polled `steps` responses after the one that is in flight, if it is
    /// known and harmless to send early. Its outcome is passed to [`handle`](Self::handle) only
    /// after [`poll`](Self::poll) has returned the same request.
    fn prefetch(&mut self, hub: &Hub, steps: u32) -> Option<Request<Vec<u8>>> {
        let _ = (hub, steps);
        None
    }
}

/// A boxed flow is a flow, so that one loop can drive different flows:
///
/// ```
/// use cycle_images::flow::{Exchange, Flow, Pages};
/// use cycle_images::images::GetImages;
///
/// let flows: Vec<Box<dyn Flow<Item = _>>> = vec![
///     Box::new(Exchange::new(GetImages::new(), 1)),
///     Box::new(Pages::new(GetImages::new(), 2)),
/// ];
/// ```
impl<F: Flow + ?Sized> Flow for Box<F> {
    type Item = F::Item;

    fn operation(&self) -> &'static str {
        (**self).operation()
    }

    fn due(&mut self, now: Timestamp) -> Option<Self::Item> {
        (**self).due(now)
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        (**self).poll(hub, now)
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        (**self).handle_bytes(hub, outcome, now)
    }

    fn prefetch(&mut self, hub: &Hub, steps: u32) -> Option<Request<Vec<u8>>> {
        (**self).prefetch(hub, steps)
    }
}
