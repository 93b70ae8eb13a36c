//! The requests in flight of a running flow, in the order of their responses, and its timer.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cycle_images::http::{Method, Request, Uri};

use crate::Client;
use crate::drive::timed_out;
use crate::target::BoxFuture;
use crate::transport::Outcome;

#[derive(Default)]
pub(crate) struct InFlight {
    requests: VecDeque<Pending>,
    /// The wait that the flow asked for, or the time limit of the first request.
    timer: Option<BoxFuture<'static, ()>>,
    /// Whether the timer was polled: it isn't for a response that is there at once.
    is_timed: bool,
    /// The time limit of the first request.
    timeout: Duration,
}

struct Pending {
    /// What identifies a prefetched request: its method, URI and body.
    prefetched: Option<(Method, Uri, Vec<u8>)>,
    sending: BoxFuture<'static, Outcome>,
    outcome: Option<Outcome>,
}

impl InFlight {
    /// Sends a request, unless it is the first one that was prefetched.
    pub(crate) fn send(&mut self, client: &Client, request: Request<Vec<u8>>, timeout: Duration) {
        let first = self.requests.front().and_then(|first| first.prefetched.as_ref());
        let is_first = first.is_some_and(|(method, uri, body)| {
            method == request.method() && uri == request.uri() && body == request.body()
        });
        if !is_first {
            let sending = client.send(request);
            self.requests.push_front(Pending { prefetched: None, sending, outcome: None });
        }
        // Also for a prefetched request, the time limit starts only here: until now it was polled
        // only when the program polled the stream, which may have been never.
        self.timeout = client.attempt_timeout.min(timeout);
        self.wait(client, self.timeout);
    }

    /// Sends a request whose response is wanted after all others.
    pub(crate) fn send_prefetch(&mut self, client: &Client, request: Request<Vec<u8>>) {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let prefetched = Some((method, uri, request.body().clone()));
        let sending = client.send(request);
        self.requests.push_back(Pending { prefetched, sending, outcome: None });
    }

    /// How many requests were sent and their outcomes not taken.
    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }

    /// Whether any of them failed.
    pub(crate) fn has_failed(&self) -> bool {
        let mut outcomes = self.requests.iter().filter_map(|pending| pending.outcome.as_ref());
        outcomes.any(|outcome| !matches!(outcome, Ok(answer) if answer.status().is_success()))
    }

    /// Polls all requests, and before them a running timer: see [`within`](crate::drive::within).
    pub(crate) fn advance(&mut self, context: &mut Context<'_>) {
        if self.is_timed {
            let _ = self.poll_waited(context);
        }
        for pending in self.requests.iter_mut().filter(|pending| pending.outcome.is_none()) {
            if let Poll::Ready(outcome) = pending.sending.as_mut().poll(context) {
                pending.outcome = Some(outcome);
            }
        }
    }

    /// Takes the outcome of the first request.
    pub(crate) fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = self.requests.front_mut().and_then(|pending| pending.outcome.take());
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => {
                ready!(self.poll_waited(context));
                Err(timed_out(self.timeout))
            }
        };
        self.requests.pop_front();
        self.timer = None;
        Poll::Ready(outcome)
    }

    pub(crate) fn wait(&mut self, client: &Client, time: Duration) {
        self.timer = Some(client.timer.wait(time));
        self.is_timed = false;
    }

    pub(crate) fn poll_waited(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = &mut self.timer {
            self.is_timed = true;
            ready!(timer.as_mut().poll(context));
            self.timer = None;
        }
        Poll::Ready(())
    }
}
