use std::time::Duration;

use http::{Request, Response};
use serde::{Deserialize, Serialize};

use super::subject::{Observed, Subject, template};
use super::{Attempt, FlowError, RetryPolicy, SendFailure, Step};
use crate::error::{Attempts, RequestError, RequestInfo, ResponseError, retry_after};
use crate::event::EventKind;
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::wire::redact::Secrets;
use crate::wire::timestamp::Timestamp;

/// The time limit of a call.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The attempts of one request. Every flow sends its requests through this: here each request is
/// built and each response read, so that the rules of what is retried are in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RetryState {
    pub(super) policy: RetryPolicy,
    /// The time limit of all attempts, their responses and the waits between them.
    pub(super) timeout: Duration,
    random: u64,
    attempts: u32,
    first: Option<Timestamp>,
    backoff: Option<Backoff>,
    /// When the request in flight was sent.
    in_flight: Option<Timestamp>,
    /// Why the last attempt failed, as text: an error can't be stored.
    failure: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Backoff {
    since: Timestamp,
    until: Timestamp,
}

/// The shortest time between two polls, whatever a setting, a response or a stored flow says.
pub(super) const MIN_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Why an attempt failed.
enum Failure {
    Response(ResponseError),
    Send(SendFailure),
}

impl RetryState {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            policy: RetryPolicy::default(),
            timeout: TIMEOUT,
            random: seed,
            attempts: 0,
            first: None,
            backoff: None,
            in_flight: None,
            failure: None,
        }
    }

    /// Delays the next attempt.
    pub(super) fn hold(&mut self, time: Duration, now: Timestamp) {
        self.backoff = Some(Backoff { since: now, until: now.saturating_add(time) });
    }

    /// Why the last attempt failed, if one did since the last success.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The next attempt, within the time limit of a call.
    pub(super) fn poll<O: Operation>(
        &mut self,
        flow: &'static str,
        operation: &O,
        hub: &Hub,
        now: Timestamp,
    ) -> Result<Step, FlowError> {
        let left = self.timeout.saturating_sub(self.elapsed(now));
        if !left.is_zero() || self.attempts == 0 || self.is_interrupted(operation) {
            return self.poll_within(left, flow, operation, hub, now);
        }
        Err(self.late(info(operation), hub, now))
    }

    /// The error of a call whose time limit passed before its next attempt.
    fn late(&mut self, request: RequestInfo, hub: &Hub, now: Timestamp) -> FlowError {
        let failure = self.failure.take();
        let source = failure.unwrap_or_else(|| "the last attempt got no response".to_owned());
        // What is not idempotent was refused, or not sent: else it isn't retried.
        let late = match request.is_idempotent {
            true => SendFailure::maybe_sent(source),
            false => SendFailure::not_sent(source),
        };
        let late = late.timed_out(self.timeout);
        let error = late.into_error(request, hub, self.attempts(now));
        self.reset();
        error
    }

    /// The next attempt, of which no more than `left` may be waited for.
    pub(super) fn poll_within<O: Operation>(
        &mut self,
        left: Duration,
        flow: &'static str,
        operation: &O,
        hub: &Hub,
        now: Timestamp,
    ) -> Result<Step, FlowError> {
        if self.is_interrupted(operation) {
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
                return Ok(Step::Wait(backoff.until.saturating_duration_since(now).min(left)));
            }
        }
        let number = self.attempts.saturating_add(1);
        let request = request(operation, hub, number)?;
        self.backoff = None;
        self.first.get_or_insert(now);
        self.attempts = number;
        self.in_flight = Some(now);
        if let Some(subject) = Subject::of(flow, operation, hub) {
            subject.observe(hub, self.attempts, EventKind::Attempt);
        }
        Ok(Step::Send { request, timeout: left })
    }

    /// Takes an outcome. A flow that polls goes on after every failure that can pass, until its
    /// deadline; with an empty quota, after its interval.
    pub(super) fn handle<O: Operation>(
        &mut self,
        flow: &'static str,
        operation: &O,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
        poll_interval: Option<Duration>,
    ) -> Result<Option<ReplyOf<O>>, FlowError> {
        let Some(sent) = self.in_flight.take() else {
            return Err(FlowError::NothingInFlight);
        };
        let subject = Subject::of(flow, operation, hub);
        if let Some(subject) = &subject {
            let elapsed = now.saturating_duration_since(sent);
            observe(hub, operation, subject, self.attempts, &outcome, elapsed);
        }
        let failure = match outcome {
            Ok(response) => match hub.response(operation, response) {
                Ok(mut reply) => {
                    hub.retry_quota().give_back(self.attempts > 1);
                    reply.attempts = self.attempts;
                    self.reset();
                    return Ok(Some(reply));
                }
                Err(error) => Failure::Response(error),
            },
            Err(error) => Failure::Send(error),
        };
        let request = info(operation);
        self.failed(failure, request, subject.as_deref(), hub, now, poll_interval).map(|()| None)
    }

    /// Schedules another attempt, or returns the error. Not generic, as `handle` is compiled once
    /// for each operation.
    fn failed(
        &mut self,
        failure: Failure,
        request: RequestInfo,
        subject: Option<&Subject>,
        hub: &Hub,
        now: Timestamp,
        poll_interval: Option<Duration>,
    ) -> Result<(), FlowError> {
        let (is_retryable, can_pass, asked, error) = match failure {
            Failure::Response(error) => {
                if !error.is_unavailable() {
                    hub.retry_quota().give_back(self.attempts > 1);
                }
                let asked = retry_after(error.headers(), now);
                let (is_retryable, can_pass) = (error.is_retryable(), error.can_pass());
                let error = error.with_attempts(self.attempts(now));
                (is_retryable, can_pass, asked, error.into())
            }
            Failure::Send(error) => {
                let is_retryable = error.is_retryable(request.is_idempotent);
                let can_pass = error.can_pass();
                (is_retryable, can_pass, None, error.into_error(request, hub, self.attempts(now)))
            }
        };
        let random = self.next_random();
        let delay = match poll_interval {
            // A flow that polls waits as long as it is asked to: its deadline is its limit.
            Some(_) => can_pass
                .then(|| self.policy.delay(self.attempts, asked, random).max(MIN_POLL_INTERVAL)),
            None if !is_retryable || self.attempts >= self.policy.max_attempts => None,
            // The request isn't sent again before the platform wants it to.
            None if asked > Some(self.policy.max_retry_after) => None,
            None => Some(self.policy.delay(self.attempts, asked, random))
                .filter(|delay| self.elapsed(now).saturating_add(*delay) < self.timeout),
        };
        let Some(mut delay) = delay else {
            self.reset();
            return Err(error);
        };
        if !hub.retry_quota().take() {
            if let Some(subject) = subject {
                subject.observe(hub, self.attempts, EventKind::QuotaEmpty);
            }
            let Some(interval) = poll_interval else {
                self.reset();
                return Err(error.with_empty_quota());
            };
            // A poll that is due anyway is no more than what the platform has to expect.
            delay = delay.max(interval);
        }
        if let Some(subject) = subject {
            subject.observe(hub, self.attempts, EventKind::Retry { after: delay, error: &error });
        }
        self.hold(delay, now);
        // Without its source, which has a message of the platform or of the HTTP client.
        self.failure = Some(error.to_string());
        Ok(())
    }

    fn is_interrupted<O: Operation>(&self, operation: &O) -> bool {
        self.in_flight.is_some() && !operation.is_idempotent()
    }

    /// The time since the first attempt.
    fn elapsed(&self, now: Timestamp) -> Duration {
        self.first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first))
    }

    fn attempts(&self, now: Timestamp) -> Attempts {
        Attempts { count: self.attempts, elapsed: self.elapsed(now), quota_empty: false }
    }

    fn reset(&mut self) {
        (self.attempts, self.first, self.backoff, self.in_flight) = (0, None, None, None);
        self.failure = None;
    }

    /// `SplitMix64`: small, well known, and good enough for jitter.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The request of an operation, with its attempt.
pub(super) fn request<O: Operation>(
    operation: &O,
    hub: &Hub,
    number: u32,
) -> Result<Request<Vec<u8>>, RequestError> {
    let mut request = hub.request(operation)?;
    request.extensions_mut().insert(Attempt::new(O::NAME, template(operation), number));
    Ok(request)
}

fn info<O: Operation>(operation: &O) -> RequestInfo {
    RequestInfo { operation: O::NAME, is_idempotent: operation.is_idempotent(), is_upload: false }
}

fn observe(
    hub: &Hub,
    operation: &dyn Observed,
    subject: &Subject,
    attempt: u32,
    outcome: &Result<Response<&[u8]>, SendFailure>,
    elapsed: Duration,
) {
    match outcome {
        Ok(response) => {
            // Redacted: a server may echo any part of a request.
            let mut secrets = hub.secrets();
            operation.add_secrets(&mut secrets);
            let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
            let id = id.map(|id| secrets.redact(id, Secrets::LIMIT));
            let (status, request_id) = (response.status(), id.as_deref());
            subject.observe(hub, attempt, EventKind::Response { status, elapsed, request_id });
        }
        Err(error) => {
            let (may_have_arrived, is_timeout) = (error.may_have_arrived(), error.is_timeout());
            let error = error.source();
            let kind = EventKind::NoResponse { elapsed, may_have_arrived, is_timeout, error };
            subject.observe(hub, attempt, kind);
        }
    }
}
