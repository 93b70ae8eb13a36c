//! What a turning flow has on its way: requests, in the order of their answers, and the time.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::flow::Fault;
use cycle_images::http::{Method, Request, Response, Uri};

/// The part of a [`Turn`](crate::Turn) that belongs to its client: the transport and the timer,
/// with what they are doing. Its type can't be named, for it is made of that of their futures.
pub trait Carry: Sealed + Unpin {}

/// What came of a request.
pub(crate) type Outcome<B> = Result<Response<B>, Fault>;

pub trait Sealed {
    type Body: AsRef<[u8]>;

    fn hub(&self) -> &Hub;

    /// Sends a request, unless it is the one that was sent ahead.
    fn send(&mut self, request: Request<Vec<u8>>);

    /// Sends a request whose answer is wanted after all others.
    fn send_ahead(&mut self, request: Request<Vec<u8>>);

    /// How many requests have been sent and their answers not taken.
    fn len(&self) -> usize;

    /// Whether any of them was not answered with a success.
    fn has_failed(&self) -> bool;

    /// Lets all requests go on.
    fn advance(&mut self, context: &mut Context<'_>);

    /// Takes the answer to the first request.
    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Outcome<Self::Body>>;

    fn wait(&mut self, time: Duration);

    fn poll_waited(&mut self, context: &mut Context<'_>) -> Poll<()>;

    /// Leaves all that is under way.
    fn clear(&mut self);
}

/// `S` sends a request, `W` waits.
pub(crate) struct InFlight<'c, S, SF, B, W, WF> {
    hub: &'c Hub,
    limit: Duration,
    start: S,
    start_timer: W,
    flights: VecDeque<Flight<SF, B>>,
    /// The wait that the flow asked for, or the time that is left for the first answer.
    timer: Option<Pin<Box<WF>>>,
    /// Whether the timer has been started: it isn't for an answer that is there at once.
    is_timed: bool,
}

struct Flight<SF, B> {
    /// What tells a request that was sent ahead from others: its method, URI and body.
    ahead: Option<(Method, Uri, Vec<u8>)>,
    sending: Pin<Box<SF>>,
    outcome: Option<Outcome<B>>,
}

impl<'c, S, SF, B, W, WF> InFlight<'c, S, SF, B, W, WF>
where
    S: Fn(Request<Vec<u8>>) -> SF,
    W: Fn(Duration) -> WF,
{
    /// `limit` is the time that an answer may take once it is waited for.
    pub(crate) fn new(hub: &'c Hub, limit: Duration, start: S, start_timer: W) -> Self {
        let flights = VecDeque::new();
        Self { hub, limit, start, start_timer, flights, timer: None, is_timed: false }
    }

    fn begin(&self, request: Request<Vec<u8>>) -> Flight<SF, B> {
        Flight { ahead: None, sending: Box::pin((self.start)(request)), outcome: None }
    }
}

impl<SF, B> Flight<SF, B> {
    fn was_ahead(&self, request: &Request<Vec<u8>>) -> bool {
        self.ahead.as_ref().is_some_and(|(method, uri, body)| {
            method == request.method() && uri == request.uri() && body == request.body()
        })
    }
}

impl<S, SF, B, W, WF> Sealed for InFlight<'_, S, SF, B, W, WF>
where
    S: Fn(Request<Vec<u8>>) -> SF,
    SF: Future<Output = Outcome<B>>,
    B: AsRef<[u8]>,
    W: Fn(Duration) -> WF,
    WF: Future<Output = ()>,
{
    type Body = B;

    fn hub(&self) -> &Hub {
        self.hub
    }

    fn send(&mut self, request: Request<Vec<u8>>) {
        if !self.flights.front().is_some_and(|first| first.was_ahead(&request)) {
            let flight = self.begin(request);
            self.flights.push_front(flight);
        }
        // The time of a request that was sent ahead begins when its answer is wanted: until then,
        // it goes on only as often as the program comes by.
        self.wait(self.limit);
    }

    fn send_ahead(&mut self, request: Request<Vec<u8>>) {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let ahead = Some((method, uri, request.body().clone()));
        let flight = self.begin(request);
        self.flights.push_back(Flight { ahead, ..flight });
    }

    fn len(&self) -> usize {
        self.flights.len()
    }

    fn has_failed(&self) -> bool {
        let mut outcomes = self.flights.iter().filter_map(|flight| flight.outcome.as_ref());
        outcomes.any(|outcome| !matches!(outcome, Ok(answer) if answer.status().is_success()))
    }

    fn advance(&mut self, context: &mut Context<'_>) {
        // A time that runs comes first: a request that is never out of work, as under a flood of 1xx
        // answers, uses up what tokio lets a task do, and tokio's timer would not ring after it.
        if self.is_timed {
            let _ = self.poll_waited(context);
        }
        for flight in self.flights.iter_mut().filter(|flight| flight.outcome.is_none()) {
            if let Poll::Ready(outcome) = flight.sending.as_mut().poll(context) {
                flight.outcome = Some(outcome);
            }
        }
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Outcome<B>> {
        let landed = self.flights.front_mut().and_then(|flight| flight.outcome.take());
        let outcome = match landed {
            Some(outcome) => outcome,
            None => {
                ready!(self.poll_waited(context));
                Err(Fault::lost("no answer came in time").timed_out(self.limit))
            }
        };
        self.flights.pop_front();
        self.timer = None;
        Poll::Ready(outcome)
    }

    fn wait(&mut self, time: Duration) {
        self.timer = Some(Box::pin((self.start_timer)(time)));
        self.is_timed = false;
    }

    fn poll_waited(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = &mut self.timer {
            self.is_timed = true;
            ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
        Poll::Ready(())
    }

    fn clear(&mut self) {
        self.flights.clear();
        self.timer = None;
    }
}

impl<S, SF, B, W, WF> Carry for InFlight<'_, S, SF, B, W, WF> where Self: Sealed {}

/// Nothing in it is pinned but what is boxed.
impl<S, SF, B, W, WF> Unpin for InFlight<'_, S, SF, B, W, WF> {}
