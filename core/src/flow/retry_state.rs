use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::{Attempt, FlowError, RetryPolicy, SendError, Step};
use crate::error::{ResponseError, retry_after};
use crate::event::Event;
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::request::path::Path;
use crate::wire::redact::Secrets;
use crate::wire::timestamp::Timestamp;

/// The attempts of one request. Every flow sends its requests through this: here each request is
/// built and each response read, so that the rules of what is retried are in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RetryState {
    pub(super) policy: RetryPolicy,
    random: u64,
    attempts: u32,
    first: Option<Timestamp>,
    backoff: Option<Backoff>,
    /// When the request in flight was sent.
    in_flight: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Backoff {
    since: Timestamp,
    until: Timestamp,
}

impl RetryState {
    pub(super) fn new(seed: u64) -> Self {
        let policy = RetryPolicy::default();
        Self { policy, random: seed, attempts: 0, first: None, backoff: None, in_flight: None }
    }

    /// Delays the next attempt.
    pub(super) fn hold(&mut self, time: Duration, now: Timestamp) {
        self.backoff = Some(Backoff { since: now, until: now.saturating_add(time) });
    }

    pub(super) fn poll<O: Operation>(
        &mut self,
        operation: &O,
        hub: &Hub,
        now: Timestamp,
    ) -> Result<Step, FlowError> {
        if self.in_flight.is_some() && !operation.is_idempotent() {
            self.reset();
            return Err(FlowError::Interrupted { operation: O::NAME });
        }
        if let Some(backoff) = &mut self.backoff {
            if now < backoff.since {
                // The clock was set back: wait from now, and not until the old time.
                *backoff = Backoff {
                    since: now,
                    until: now
                        .saturating_add(backoff.until.saturating_duration_since(backoff.since)),
                };
            }
            if now < backoff.until {
                return Ok(Step::Wait(backoff.until.saturating_duration_since(now)));
            }
        }
        let mut request = hub.request(operation)?;
        self.backoff = None;
        self.first.get_or_insert(now);
        self.attempts = self.attempts.saturating_add(1);
        self.in_flight = Some(now);
        let (name, number) = (O::NAME, self.attempts);
        request.extensions_mut().insert(Attempt { operation: name, number });
        if !hub.observers().is_empty() {
            let mut path = String::new();
            operation.path(&mut Path::template(&mut path));
            let (method, path) = (&O::METHOD, path.as_str());
            let attempt = number;
            hub.observers().call(&Event::Attempt { operation: name, attempt, method, path });
        }
        Ok(Step::Send(request))
    }

    /// Takes an outcome. With an empty quota, a flow that polls retries after its poll interval.
    pub(super) fn handle<O: Operation>(
        &mut self,
        operation: &O,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendError>,
        now: Timestamp,
        poll_interval: Option<Duration>,
    ) -> Result<Option<ReplyOf<O>>, FlowError> {
        let Some(sent) = self.in_flight.take() else {
            return Err(FlowError::NothingInFlight);
        };
        observe(hub, operation, self.attempts, &outcome, now.saturating_duration_since(sent));
        let idempotent = operation.is_idempotent();
        let (again, asked, error) = match outcome {
            Ok(response) => match hub.response(operation, response) {
                Ok(mut reply) => {
                    hub.retry_quota().give_back(self.attempts > 1);
                    reply.attempts = self.attempts;
                    self.reset();
                    return Ok(Some(reply));
                }
                Err(error) => {
                    if !error.is_retryable() {
                        hub.retry_quota().give_back(self.attempts > 1);
                    }
                    let asked = retry_after(error.headers(), now);
                    (may_repeat(&error, idempotent, asked.is_some()), asked, error.into())
                }
            },
            Err(error) => {
                let again = !error.is_fatal() && (idempotent || !error.may_have_arrived());
                (again, None, error.into_error(O::NAME, self.attempts))
            }
        };
        let random = self.next_random();
        let delay = self.policy.delay(self.attempts, asked, random);
        let spent = self.first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first));
        let in_budget = |delay| spent.saturating_add(delay) <= self.policy.max_elapsed;
        let again = again && self.attempts < self.policy.max_attempts && in_budget(delay);
        let delay = match poll_interval {
            _ if !again => None,
            _ if hub.retry_quota().take() => Some(delay),
            // A poll that is due anyway is no more than what the platform has to expect.
            Some(interval) => Some(delay.max(interval)).filter(|delay| in_budget(*delay)),
            None => None,
        };
        if let Some(delay) = delay {
            let (operation, attempt) = (O::NAME, self.attempts);
            hub.observers().call(&Event::Retry { operation, attempt, after: delay, error: &error });
            self.hold(delay, now);
            return Ok(None);
        }
        self.reset();
        Err(error)
    }

    fn reset(&mut self) {
        (self.attempts, self.first, self.backoff, self.in_flight) = (0, None, None, None);
    }

    /// `SplitMix64`: small, well known, and good enough for jitter.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn observe<O: Operation>(
    hub: &Hub,
    operation: &O,
    attempt: u32,
    outcome: &Result<Response<&[u8]>, SendError>,
    elapsed: Duration,
) {
    if hub.observers().is_empty() {
        return;
    }
    let name = O::NAME;
    match outcome {
        Ok(response) => {
            // Redacted: a server may echo any part of a request.
            let mut secrets = hub.secrets();
            operation.secrets(&mut secrets);
            let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
            let id = id.map(|id| secrets.redact(id, Secrets::LIMIT));
            let (status, request_id) = (response.status(), id.as_deref());
            let event = Event::Response { operation: name, attempt, status, elapsed, request_id };
            hub.observers().call(&event);
        }
        Err(error) => {
            let may_have_arrived = error.may_have_arrived();
            let event = Event::NoResponse { operation: name, attempt, elapsed, may_have_arrived };
            hub.observers().call(&event);
        }
    }
}

/// Whether an operation may be retried after an error response. Only the HTTP status shows that a
/// request was refused without effect: an error code may be in any response.
fn may_repeat(error: &ResponseError, idempotent: bool, asked_to: bool) -> bool {
    let invited = error.status() == 429 || (error.status() == 503 && asked_to);
    error.is_retryable() && (idempotent || invited)
}
