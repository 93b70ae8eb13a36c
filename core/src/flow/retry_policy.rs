use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What is retried, how often, and after how long.
///
/// | outcome | GET, DELETE, PATCH | POST |
/// |---|---|---|
/// | 429 | retried | retried |
/// | 503 with `Retry-After` | retried | retried |
/// | 503 without, 502, 504 | retried | no |
/// | an error before anything was sent | retried | retried |
/// | an error after which it may have been sent | retried | no |
/// | any other response | no | no |
///
/// If the response has an error code, the status in the code is used instead of the HTTP status: a
/// 500 with the code `429.rate-limiting` counts as a 429. A POST is retried only if the HTTP status
/// allows it as well. After the codes `503.not-enabled` and `503.dependency-not-enabled`, nothing
/// is retried.
///
/// Whether an operation may be repeated is its [`is_idempotent`](crate::Operation::is_idempotent).
/// A DELETE that took effect and whose response was lost returns 404 when it is retried.
///
/// The backoff before the n-th retry is random, between zero and `initial_backoff` * 2^(n - 1), at
/// most `max_backoff` (full jitter). A `Retry-After` is waited for instead, with up to a tenth of
/// it as jitter; after one that is longer than `max_retry_after`, nothing is retried, and the
/// error says when to come back.
///
/// The time limit of a whole call is not a part of the policy: see
/// [`Exchange::timeout`](super::Exchange::timeout). A flow that polls,
/// [`JobTracker`](super::JobTracker) or [`Until`](super::Until), goes on until its deadline,
/// however many attempts that takes, and waits for a `Retry-After` of any length.
///
/// All retries of a hub are bounded together: see [`RetryQuota`](super::RetryQuota).
///
/// ```
/// use std::time::Duration;
/// use cycle_images::flow::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(8).max_backoff(Duration::from_secs(60));
/// assert_ne!(patient, RetryPolicy::disabled());
/// ```
#[doc(alias("retry", "backoff", "jitter"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    pub(super) max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    pub(super) max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// 4 attempts; a backoff of 0.5 s, doubled up to 20 s; a `Retry-After` of up to 60 s.
    fn default() -> Self {
        Self {
            max_attempts: 4,
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

    /// The longest `Retry-After` that is waited for; 60 s by default. A longer one ends the call.
    #[must_use]
    pub fn max_retry_after(self, max_retry_after: Duration) -> Self {
        Self { max_retry_after, ..self }
    }

    pub(super) fn delay(&self, attempts: u32, asked: Option<Duration>, random: u64) -> Duration {
        // The upper 32 bits are a random fraction of 2^32.
        let fraction_of = |time: Duration| {
            let drawn = time.as_nanos().saturating_mul(u128::from(random >> 32)) >> 32;
            Duration::from_nanos(u64::try_from(drawn).unwrap_or(u64::MAX))
        };
        match asked {
            Some(asked) if !asked.is_zero() => asked.saturating_add(fraction_of(asked / 10)),
            _ => {
                let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
                let ceiling = self.initial_backoff.saturating_mul(doubled).min(self.max_backoff);
                fraction_of(ceiling)
            }
        }
    }
}
