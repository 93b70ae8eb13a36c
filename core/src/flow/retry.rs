use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::{FlowError, SendError, Step};
use crate::error::{ResponseError, retry_after};
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// What is retried, how often, and after how long.
///
/// | after | GET, DELETE, PATCH | POST |
/// |---|---|---|
/// | 429 | again | again |
/// | 503 with `Retry-After` | again | again |
/// | 503 without, 502, 504 | again | no |
/// | a fault before anything was sent | again | again |
/// | a fault after which it may have arrived | again | no |
/// | any other answer | no | no |
///
/// If the response has an error code, the status in the code is used instead of the HTTP status: a
/// 500 with the code `429.rate-limiting` counts as a 429. A POST is retried only if the HTTP status
/// allows it as well. After the codes `503.not-enabled` and `503.dependency-not-enabled`, nothing
/// is retried.
///
/// Whether an operation may be repeated is its [`is_idempotent`](Operation::is_idempotent). A
/// DELETE that took effect and whose response was lost returns 404 when it is retried.
///
/// The backoff before the n-th retry is random, between zero and `initial_backoff` * 2^(n - 1), at
/// most `max_backoff` (full jitter). A `Retry-After` is waited for in full, up to
/// `max_retry_after`.
///
/// ```
/// use std::time::Duration;
/// use cycle_images::flow::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(8).max_elapsed(Duration::from_secs(600));
/// assert_ne!(patient, RetryPolicy::disabled());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    max_attempts: u32,
    max_elapsed: Duration,
    initial_backoff: Duration,
    max_backoff: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// 4 attempts within 2 min; a backoff of 0.5 s, doubled up to 20 s; a `Retry-After` of up to 60
    /// s.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            max_elapsed: Duration::from_secs(120),
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// Each request is sent once.
    #[must_use]
    pub fn disabled() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// The maximum number of attempts, the first one included; 4 by default.
    #[must_use]
    pub fn max_attempts(self, max_attempts: u32) -> Self {
        Self { max_attempts, ..self }
    }

    /// The time after the first attempt in which a retry may start; 2 min by default.
    #[must_use]
    pub fn max_elapsed(self, max_elapsed: Duration) -> Self {
        Self { max_elapsed, ..self }
    }

    /// The longest backoff before the first retry; 0.5 s by default.
    #[must_use]
    pub fn initial_backoff(self, initial_backoff: Duration) -> Self {
        Self { initial_backoff, ..self }
    }

    /// The longest backoff before any retry; 20 s by default.
    #[must_use]
    pub fn max_backoff(self, max_backoff: Duration) -> Self {
        Self { max_backoff, ..self }
    }

    /// The longest `Retry-After` that is waited for; 60 s by default.
    #[must_use]
    pub fn max_retry_after(self, max_retry_after: Duration) -> Self {
        Self { max_retry_after, ..self }
    }

    fn delay(&self, attempts: u32, asked: Option<Duration>, random: u64) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let ceiling = self.initial_backoff.saturating_mul(doubled).min(self.max_backoff);
        // The upper 32 bits are a random fraction of 2^32.
        let drawn = ceiling.as_nanos().saturating_mul(u128::from(random >> 32)) >> 32;
        let drawn = Duration::from_nanos(u64::try_from(drawn).unwrap_or(u64::MAX));
        drawn.max(asked.unwrap_or_default().min(self.max_retry_after))
    }
}

/// The attempts of one request. Every flow sends its requests through this: here each request is
/// built and each response read, so that the rules of what is retried are in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RetryState {
    pub(super) policy: RetryPolicy,
    random: u64,
    attempts: u32,
    first: Option<Timestamp>,
    backoff: Option<Backoff>,
    in_flight: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Backoff {
    since: Timestamp,
    until: Timestamp,
}

impl RetryState {
    pub(super) fn new(seed: u64) -> Self {
        let policy = RetryPolicy::default();
        Self { policy, random: seed, attempts: 0, first: None, backoff: None, in_flight: false }
    }

    /// Delays the next attempt.
    pub(super) fn hold(&mut self, time: Duration, now: Timestamp) {
        self.backoff = Some(Backoff { since: now, until: now.plus(time) });
    }

    pub(super) fn poll<O: Operation>(
        &mut self,
        operation: &O,
        hub: &Hub,
        now: Timestamp,
    ) -> Result<Step, FlowError> {
        if self.in_flight && !operation.is_idempotent() {
            self.reset();
            return Err(FlowError::Interrupted { operation: O::NAME });
        }
        if let Some(backoff) = &mut self.backoff {
            if now < backoff.since {
                // The clock was set back: wait from now, and not until the old time.
                *backoff =
                    Backoff { since: now, until: now.plus(backoff.until.since(backoff.since)) };
            }
            if now < backoff.until {
                return Ok(Step::Wait(backoff.until.since(now)));
            }
        }
        let request = hub.request(operation)?;
        self.backoff = None;
        self.first.get_or_insert(now);
        self.attempts = self.attempts.saturating_add(1);
        self.in_flight = true;
        Ok(Step::Send(request))
    }

    pub(super) fn handle<O: Operation>(
        &mut self,
        operation: &O,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendError>,
        now: Timestamp,
    ) -> Result<Option<ReplyOf<O>>, FlowError> {
        if !std::mem::take(&mut self.in_flight) {
            return Err(FlowError::NotAsked);
        }
        let idempotent = operation.is_idempotent();
        let (again, asked, error) = match outcome {
            Ok(response) => match hub.response(operation, response) {
                Ok(reply) => {
                    self.reset();
                    return Ok(Some(reply));
                }
                Err(error) => {
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
        let spent = self.first.map_or(Duration::ZERO, |first| now.since(first));
        let in_budget = spent.saturating_add(delay) <= self.policy.max_elapsed;
        if again && self.attempts < self.policy.max_attempts && in_budget {
            self.hold(delay, now);
            return Ok(None);
        }
        self.reset();
        Err(error)
    }

    fn reset(&mut self) {
        (self.attempts, self.first, self.backoff, self.in_flight) = (0, None, None, false);
    }

    /// `SplitMix64`: small, well known, and good enough for jitter.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Whether an operation may be retried after an error response. Only the HTTP status shows that a
/// request was refused without effect: an error code may be in any response.
fn may_repeat(error: &ResponseError, idempotent: bool, asked_to: bool) -> bool {
    let invited = error.status() == 429 || (error.status() == 503 && asked_to);
    error.is_retryable() && (idempotent || invited)
}
