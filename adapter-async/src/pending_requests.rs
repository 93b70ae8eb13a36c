//! The requests in flight of a running flow, in the order of their responses, and its timer.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::flow::SendError;
use cycle_images::http::{Method, Request, Response, Uri};

/// The client's part of a [`FlowStream`](crate::FlowStream): its transport and timer, and what is in
/// flight. The type has no name, as the futures of transports and timers have none.
pub trait Driver: Sealed + Unpin {}

/// The response to a request, or why there is none.
pub(crate) type Outcome<B> = Result<Response<B>, SendError>;

pub trait Sealed {
    type Body: AsRef<[u8]>;

    fn hub(&self) -> &Hub;

    /// Sends a request, unless it is the first one that was prefetched.
    fn send(&mut self, request: Request<Vec<u8>>, timeout: Duration);

    /// Sends a request whose response is wanted after all others.
    fn send_prefetch(&mut self, request: Request<Vec<u8>>);

    /// How many requests were sent and their outcomes not taken.
    fn len(&self) -> usize;

    /// Whether any of them failed.
    fn has_failed(&self) -> bool;

    /// Polls all requests.
    fn advance(&mut self, context: &mut Context<'_>);

    /// Takes the outcome of the first request.
    fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Outcome<Self::Body>>;

    fn wait(&mut self, time: Duration);

    fn poll_waited(&mut self, context: &mut Context<'_>) -> Poll<()>;

    /// Drops all requests in flight and the timer.
    fn clear(&mut self);
}

/// `S` sends a request, `W` waits.
pub(crate) struct PendingRequests<S, SF, B, W, WF> {
    hub: Arc<Hub>,
    limit: Duration,
    /// The time limit of the first request.
    timeout: Duration,
    start: S,
    start_timer: W,
    requests: VecDeque<Pending<SF, B>>,
    /// The wait that the flow asked for, or the time limit of the first request.
    timer: Option<Pin<Box<WF>>>,
    /// Whether the timer was polled: it isn't for a response that is there at once.
    is_timed: bool,
}

struct Pending<SF, B> {
    /// What identifies a prefetched request: its method, URI and body.
    prefetched: Option<(Method, Uri, Vec<u8>)>,
    sending: Pin<Box<SF>>,
    outcome: Option<Outcome<B>>,
}

impl<S, SF, B, W, WF> PendingRequests<S, SF, B, W, WF>
where
    S: Fn(Request<Vec<u8>>) -> SF,
    W: Fn(Duration) -> WF,
{
    /// `limit` is the time limit of a request, from when its response is wanted.
    pub(crate) fn new(hub: Arc<Hub>, limit: Duration, start: S, start_timer: W) -> Self {
        let requests = VecDeque::new();
        Self {
            hub,
            limit,
            timeout: limit,
            start,
            start_timer,
            requests,
            timer: None,
            is_timed: false,
        }
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

impl<S, SF, B, W, WF> Sealed for PendingRequests<S, SF, B, W, WF>
where
    S: Fn(Request<Vec<u8>>) -> SF,
    SF: Future<Output = Outcome<B>>,
    B: AsRef<[u8]>,
    W: Fn(Duration) -> WF,
    WF: Future<Output = ()>,
{
    type Body = B;

    fn hub(&self) -> &Hub {
        &self.hub
    }

    fn send(&mut self, request: Request<Vec<u8>>, timeout: Duration) {
        if !self.requests.front().is_some_and(|first| first.was_prefetched(&request)) {
            let pending = self.begin(request);
            self.requests.push_front(pending);
        }
        // Also for a prefetched request, the time limit starts only here: until now it was polled
        // only when the program polled the stream, which may have been never.
        self.timeout = self.limit.min(timeout);
        self.wait(self.timeout);
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
        // The timer is polled before the requests: a request that is always ready to read more, as
        // under a flood of 1xx responses, uses up tokio's budget of the task, and tokio's timer
        // would not fire after it.
        if self.is_timed {
            let _ = self.poll_waited(context);
        }
        for pending in self.requests.iter_mut().filter(|pending| pending.outcome.is_none()) {
            if let Poll::Ready(outcome) = pending.sending.as_mut().poll(context) {
                pending.outcome = Some(outcome);
            }
        }
    }

    fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Outcome<B>> {
        let outcome = self.requests.front_mut().and_then(|pending| pending.outcome.take());
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => {
                ready!(self.poll_waited(context));
                Err(SendError::maybe_sent("no response within the time limit")
                    .timed_out(self.timeout))
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

impl<S, SF, B, W, WF> Driver for PendingRequests<S, SF, B, W, WF> where Self: Sealed {}

/// Nothing in it is pinned but what is boxed.
impl<S, SF, B, W, WF> Unpin for PendingRequests<S, SF, B, W, WF> {}
