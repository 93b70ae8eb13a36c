//! What a turning flow has on its way: requests, in the order of their answers, and the time.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::flow::SendError;
use cycle_images::http::{Method, Request, Response, Uri};

/// The part of a [`FlowStream`](crate::FlowStream) that belongs to its client: the transport and the timer,
/// with what they are doing. Its type can't be named, for it is made of that of their futures.
pub trait Driver: Sealed + Unpin {}

/// What came of a request.
pub(crate) type Outcome<B> = Result<Response<B>, SendError>;

pub trait Sealed {
    type Body: AsRef<[u8]>;

    fn hub(&self) -> &Hub;

    /// Sends a request, unless it is the one that was sent ahead.
    fn send(&mut self, request: Request<Vec<u8>>);

    /// Sends a request whose answer is wanted after all others.
    fn send_prefetch(&mut self, request: Request<Vec<u8>>);

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
pub(crate) struct PendingRequests<'c, S, SF, B, W, WF> {
    hub: &'c Hub,
    limit: Duration,
    start: S,
    start_timer: W,
    requests: VecDeque<Pending<SF, B>>,
    /// The wait that the flow asked for, or the time that is left for the first answer.
    timer: Option<Pin<Box<WF>>>,
    /// Whether the timer has been started: it isn't for an answer that is there at once.
    is_timed: bool,
}

struct Pending<SF, B> {
    /// What tells a request that was sent ahead from others: its method, URI and body.
    prefetched: Option<(Method, Uri, Vec<u8>)>,
    sending: Pin<Box<SF>>,
    outcome: Option<Outcome<B>>,
}

impl<'c, S, SF, B, W, WF> PendingRequests<'c, S, SF, B, W, WF>
where
    S: Fn(Request<Vec<u8>>) -> SF,
    W: Fn(Duration) -> WF,
{
    /// `limit` is the time that an answer may take once it is waited for.
    pub(crate) fn new(hub: &'c Hub, limit: Duration, start: S, start_timer: W) -> Self {
        let requests = VecDeque::new();
        Self { hub, limit, start, start_timer, requests, timer: None, is_timed: false }
    }

    fn begin(&self, request: Request<Vec<u8>>) -> Pending<SF, B> {
        Pending { prefetched: None, sending: Box::pin((self.start)(request)), outcome: None }
    }
}

impl<SF, B> Pending<SF, B> {
    fn was_prefetched(&self, request: &Request<Vec<u8>>) -> bool {
        self.prefetched.as_ref().is_some_and(|(method, uri, body)| {
            method == request.method() && uri == request.uri() && body == request.body()
        })
    }
}

impl<S, SF, B, W, WF> Sealed for PendingRequests<'_, S, SF, B, W, WF>
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
        if !self.requests.front().is_some_and(|first| first.was_prefetched(&request)) {
            let pending = self.begin(request);
            self.requests.push_front(pending);
        }
        // The time of a request that was sent ahead begins when its answer is wanted: until then,
        // it goes on only as often as the program comes by.
        self.wait(self.limit);
    }

    fn send_prefetch(&mut self, request: Request<Vec<u8>>) {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let prefetched = Some((method, uri, request.body().clone()));
        let pending = self.begin(request);
        self.requests.push_back(Pending { prefetched, ..pending });
    }

    fn len(&self) -> usize {
        self.requests.len()
    }

    fn has_failed(&self) -> bool {
        let mut outcomes = self.requests.iter().filter_map(|pending| pending.outcome.as_ref());
        outcomes.any(|outcome| !matches!(outcome, Ok(answer) if answer.status().is_success()))
    }

    fn advance(&mut self, context: &mut Context<'_>) {
        // A timer that runs comes first: a request that is never out of work, as under a flood of 1xx
        // answers, uses up what tokio lets a task do, and tokio's timer would not fire after it.
        if self.is_timed {
            let _ = self.poll_waited(context);
        }
        for pending in self.requests.iter_mut().filter(|pending| pending.outcome.is_none()) {
            if let Poll::Ready(outcome) = pending.sending.as_mut().poll(context) {
                pending.outcome = Some(outcome);
            }
        }
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Outcome<B>> {
        let outcome = self.requests.front_mut().and_then(|pending| pending.outcome.take());
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => {
                ready!(self.poll_waited(context));
                Err(SendError::maybe_sent("no answer came in time").timed_out(self.limit))
            }
        };
        self.requests.pop_front();
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
        self.requests.clear();
        self.timer = None;
    }
}

impl<S, SF, B, W, WF> Driver for PendingRequests<'_, S, SF, B, W, WF> where Self: Sealed {}

/// Nothing in it is pinned but what is boxed.
impl<S, SF, B, W, WF> Unpin for PendingRequests<'_, S, SF, B, W, WF> {}
