use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::{Fault, FlowError, Next};
use crate::error::{ResponseError, retry_after};
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::time::Timestamp;

/// What is sent again, how often, and after how long.
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
/// Where the platform gives a code, the number in front of it counts instead of the status: an
/// answer 500 with the code `429.rate-limiting` is as 429 here. A POST is sent again only if the
/// status says so as well. After the codes `503.not-enabled` and `503.dependency-not-enabled`
/// waiting won't help, and nothing is sent again.
///
/// An operation says of itself whether it may be [repeated](Operation::is_repeatable). A DELETE that
/// was done and whose answer was lost is answered 404 the second time.
///
/// The time before the n-th repetition is drawn from nothing to `base` doubled n - 1 times, at most
/// `longest` (full jitter). A `Retry-After` is waited for in full, up to `longest_asked`.
///
/// ```
/// use std::time::Duration;
/// use cycle_images::flow::RetryPolicy;
///
/// let patient = RetryPolicy::default().tries(8).budget(Duration::from_secs(600));
/// assert_ne!(patient, RetryPolicy::none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    tries: u32,
    budget: Duration,
    base: Duration,
    longest: Duration,
    longest_asked: Duration,
}

impl Default for RetryPolicy {
    /// Four tries within two minutes; 0.5 s doubled up to 20 s; a `Retry-After` of up to 60 s.
    fn default() -> Self {
        Self {
            tries: 4,
            budget: Duration::from_secs(120),
            base: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            longest_asked: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// Everything is sent once.
    #[must_use]
    pub fn none() -> Self {
        Self { tries: 1, ..Self::default() }
    }

    /// How often a request is sent in all; 4 by default.
    #[must_use]
    pub fn tries(self, tries: u32) -> Self {
        Self { tries, ..self }
    }

    /// The time after the first try in which another may begin; 2 min by default.
    #[must_use]
    pub fn budget(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }

    /// The longest time before the first repetition; 0.5 s by default.
    #[must_use]
    pub fn base(self, base: Duration) -> Self {
        Self { base, ..self }
    }

    /// The longest time before any repetition; 20 s by default.
    #[must_use]
    pub fn longest(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// The longest time that is waited because a `Retry-After` asks for it; 60 s by default.
    #[must_use]
    pub fn longest_asked(self, longest_asked: Duration) -> Self {
        Self { longest_asked, ..self }
    }

    fn delay(&self, tries: u32, asked: Option<Duration>, random: u64) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        let ceiling = self.base.saturating_mul(doubled).min(self.longest);
        // The upper half of the bits is a fraction of 2^32.
        let drawn = ceiling.as_nanos().saturating_mul(u128::from(random >> 32)) >> 32;
        let drawn = Duration::from_nanos(u64::try_from(drawn).unwrap_or(u64::MAX));
        drawn.max(asked.unwrap_or_default().min(self.longest_asked))
    }
}

/// The tries of one request: the part that all flows share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tries {
    pub(super) policy: RetryPolicy,
    random: u64,
    made: u32,
    first: Option<Timestamp>,
    held: Option<Held>,
    in_flight: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    since: Timestamp,
    until: Timestamp,
}

impl Tries {
    pub(super) fn new(seed: u64) -> Self {
        let policy = RetryPolicy::default();
        Self { policy, random: seed, made: 0, first: None, held: None, in_flight: false }
    }

    /// Holds the next try back.
    pub(super) fn hold(&mut self, time: Duration, now: Timestamp) {
        self.held = Some(Held { since: now, until: now.plus(time) });
    }

    pub(super) fn next<O: Operation>(
        &mut self,
        operation: &O,
        hub: &Hub,
        now: Timestamp,
    ) -> Result<Next, FlowError> {
        if self.in_flight && !operation.is_repeatable() {
            self.begin_anew();
            return Err(FlowError::Interrupted { operation: O::NAME });
        }
        if let Some(held) = &mut self.held {
            if now < held.since {
                // The clock was set back: the wait begins anew, and doesn't last till the old time.
                *held = Held { since: now, until: now.plus(held.until.since(held.since)) };
            }
            if now < held.until {
                return Ok(Next::Wait(held.until.since(now)));
            }
        }
        let request = hub.request(operation)?;
        self.held = None;
        self.first.get_or_insert(now);
        self.made = self.made.saturating_add(1);
        self.in_flight = true;
        Ok(Next::Send(request))
    }

    pub(super) fn answer<O: Operation>(
        &mut self,
        operation: &O,
        hub: &Hub,
        outcome: Result<Response<impl AsRef<[u8]>>, Fault>,
        now: Timestamp,
    ) -> Result<Option<ReplyOf<O>>, FlowError> {
        if !std::mem::take(&mut self.in_flight) {
            return Err(FlowError::NotAsked);
        }
        let repeatable = operation.is_repeatable();
        let (again, asked, error) = match outcome {
            Ok(response) => match hub.response(operation, response) {
                Ok(reply) => {
                    self.begin_anew();
                    return Ok(Some(reply));
                }
                Err(error) => {
                    let asked = retry_after(error.headers(), now);
                    (may_repeat(&error, repeatable, asked.is_some()), asked, error.into())
                }
            },
            Err(fault) => {
                let again = !fault.is_fatal() && (repeatable || !fault.may_have_arrived());
                (again, None, fault.of(O::NAME, self.made))
            }
        };
        let random = self.draw();
        let delay = self.policy.delay(self.made, asked, random);
        let spent = self.first.map_or(Duration::ZERO, |first| now.since(first));
        let in_budget = spent.saturating_add(delay) <= self.policy.budget;
        if again && self.made < self.policy.tries && in_budget {
            self.hold(delay, now);
            return Ok(None);
        }
        self.begin_anew();
        Err(error)
    }

    fn begin_anew(&mut self) {
        (self.made, self.first, self.held, self.in_flight) = (0, None, None, false);
    }

    /// `SplitMix64`: small, well known, and good enough to spread clients out.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Whether an operation may be sent again after an answer that is no success. That a request was
/// turned away undone is a matter of the status alone: a code may stand in any answer.
fn may_repeat(error: &ResponseError, repeatable: bool, asked_to: bool) -> bool {
    let invited = error.status() == 429 || (error.status() == 503 && asked_to);
    error.is_retryable() && (repeatable || invited)
}
