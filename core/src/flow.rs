//! What to do next, when one request is not enough: state machines without IO, clock or randomness
//! of their own.
//!
//! | flow | what it does | what it gives |
//! |---|---|---|
//! | [`Exchange`] | one operation, sent until it is answered | one [`Reply`](crate::Reply) |
//! | [`Pages`] | a list, page by page | a [`Reply`](crate::Reply) for each page |
//! | [`JobTracker`] | a job, looked at until it ends | a [`JobUpdate`] whenever there is something to tell |
//!
//! Whoever turns a flow does what [`poll`](Flow::poll) says: sends a request, hands what came of it
//! to [`handle`](Flow::handle), and waits where it is told to. This is all there is to it:
//!
//! ```
//! use cycle_images::flow::{SendError, Flow, FlowError, Step};
//! use cycle_images::{Hub, Timestamp};
//!
//! /// Turns a flow to the next thing it gives, or to its end.
//! fn run<F: Flow>(flow: &mut F, hub: &Hub) -> Result<Option<F::Item>, FlowError> {
//!     loop {
//!         match flow.poll(hub, now())? {
//!             Step::Send(request) => {
//!                 let outcome = send(request); // by a client of your choice
//!                 if let Some(item) = flow.handle(hub, outcome, now())? {
//!                     return Ok(Some(item));
//!                 }
//!             }
//!             Step::Wait(time) => std::thread::sleep(time),
//!             Step::Done => return Ok(None),
//!         }
//!     }
//! }
//! # fn now() -> Timestamp { std::time::SystemTime::now().try_into().unwrap() }
//! # fn send(_: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SendError> {
//! #     Ok(http::Response::new(br#"{"data": []}"#.to_vec()))
//! # }
//! # let hub = Hub::new("key", "hub").unwrap();
//! # let mut flow = cycle_images::flow::Exchange::new(cycle_images::images::GetImages::new(), 7);
//! # assert!(run(&mut flow, &hub).unwrap().is_some());
//! # assert!(run(&mut flow, &hub).unwrap().is_none());
//! ```
//!
//! A flow is plain data: it can be written with serde in the midst of its work and go on from the
//! text in another process. Store it when [`poll`](Flow::poll) has said what to send, before that is
//! sent: then a flow that is resumed knows that its request may have arrived. It holds no API key,
//! for the hub is handed in at each step; operations that carry credentials can't be stored, but
//! `CreateImage` can, with its build arguments as they are. Time is handed in as well, so that hours
//! of waiting are tested in no time, and so is the seed of the jitter.

mod error;
mod exchange;
mod job_error;
mod job_tracker;
mod pages;
mod retry;
mod send_error;

use std::fmt;
use std::time::Duration;

use http::{Request, Response};

pub use error::FlowError;
pub use exchange::Exchange;
pub use job_error::JobError;
pub use job_tracker::{JobTracker, JobUpdate};
pub use pages::{MAX_PAGES, MAX_PAGES_IN_FLIGHT, Pages};
pub use retry::RetryPolicy;
pub use send_error::SendError;

use crate::hub::Hub;
use crate::wire::shown::Sent;
use crate::wire::timestamp::Timestamp;

/// What a [`Flow`] wants next. `Debug` tells a request's method and URL, and its body's length alone:
/// there may be credentials in it.
#[expect(clippy::exhaustive_enums, reason = "whoever turns a flow must handle every case")]
#[expect(clippy::large_enum_variant, reason = "it lives for a moment, and is a request as a rule")]
pub enum Step {
    /// Send this request, and hand what comes of it to [`Flow::handle`].
    Send(Request<Vec<u8>>),
    /// Wait this long, then ask again.
    Wait(Duration),
    /// Nothing: the flow has ended.
    Done,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(request) => write!(f, "Send({:?})", Sent(request, request.body().len())),
            Self::Wait(time) => f.debug_tuple("Wait").field(time).finish(),
            Self::Done => f.write_str("Done"),
        }
    }
}

/// A state machine that says what to do next.
pub trait Flow {
    /// What comes out on the way.
    type Item;

    /// What to do next, as of `now`.
    ///
    /// A flow that is asked again without having been given an answer takes it that there was none
    /// and that the request may have arrived.
    ///
    /// # Errors
    /// If the request can't be built, or was interrupted and must not be repeated.
    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError>;

    /// Takes the response to the request that [`poll`](Self::poll) returned, or why there is none.
    /// Returns an item if the flow yields one.
    ///
    /// # Errors
    /// If the flow fails with this outcome; or if no request is in flight, which leaves the flow as it
    /// is.
    fn handle(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<impl AsRef<[u8]>>, SendError>,
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

    /// What [`handle`](Self::handle) does, without a type parameter: this is what a flow implements,
    /// and it makes `Flow` a trait that can be used as an object.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendError>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError>;

    /// The request that will be wanted `steps` answers after the one that is sent now, if that can
    /// be told and it does no harm to send it early. Whoever does so hands its outcome to
    /// [`handle`](Self::handle) only when [`poll`](Self::poll) asks for that very request.
    fn prefetch(&mut self, hub: &Hub, steps: u32) -> Option<Request<Vec<u8>>> {
        let _ = (hub, steps);
        None
    }
}

/// A flow behind a pointer is one as well, so that one loop drives different flows:
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

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        (**self).poll(hub, now)
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendError>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        (**self).handle_bytes(hub, outcome, now)
    }

    fn prefetch(&mut self, hub: &Hub, steps: u32) -> Option<Request<Vec<u8>>> {
        (**self).prefetch(hub, steps)
    }
}
