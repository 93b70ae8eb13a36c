use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bounds the retries of all flows that use a [`Hub`](crate::Hub), its clones included: a platform
/// that fails for everyone isn't sent four times the requests.
///
/// A full quota has 100 retries. Each retry takes one, and gives it back if the platform then
/// answers. An operation that is answered at once gives back a fifth of one. An answer is any
/// response but those that are [retryable](crate::ResponseError::is_retryable). While the quota is
/// empty, nothing is retried: an operation fails with the error of its first attempt. A flow that
/// polls, such as a [`JobTracker`](crate::flow::JobTracker), then retries at its usual interval.
///
/// So 1,000 calls that all fail cost at most 1,100 requests, and short outages are unaffected.
/// These are the figures of the AWS SDKs' standard retry mode.
///
/// ```
/// use cycle_images::Hub;
/// use cycle_images::flow::RetryQuota;
///
/// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?.with_retry_quota(RetryQuota::new(20));
/// // Two hubs of one platform can share a quota.
/// let quota = RetryQuota::default();
/// let one = Hub::new("a-key", "hub-1")?.with_retry_quota(quota.clone());
/// let other = Hub::new("another-key", "hub-2")?.with_retry_quota(quota);
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[doc(alias("circuit breaker", "retry budget", "token bucket"))]
#[derive(Clone)]
pub struct RetryQuota(Option<Arc<Bucket>>);

/// The tokens that are left, at most the capacity.
struct Bucket {
    capacity: u32,
    tokens: AtomicU32,
}

/// The tokens of one retry. An operation that is answered at once gives back one token.
const RETRY: u32 = 5;

impl Default for RetryQuota {
    /// 100 retries.
    fn default() -> Self {
        Self::new(100)
    }
}

impl RetryQuota {
    /// A full quota with this number of retries.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        let capacity = retries.saturating_mul(RETRY);
        Self(Some(Arc::new(Bucket { capacity, tokens: AtomicU32::new(capacity) })))
    }

    /// No bound: each operation is retried as its [`RetryPolicy`](crate::flow::RetryPolicy) allows.
    #[must_use]
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// How many retries are left now; `None` if there is no bound.
    #[must_use]
    pub fn left(&self) -> Option<u32> {
        self.0.as_ref().map(|bucket| bucket.tokens.load(Ordering::Relaxed) / RETRY)
    }

    /// Takes a retry, if there is one.
    pub(crate) fn take(&self) -> bool {
        let Some(bucket) = &self.0 else { return true };
        let take = |tokens: u32| tokens.checked_sub(RETRY);
        bucket.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Gives back what an answered operation does.
    pub(crate) fn give_back(&self, was_retried: bool) {
        let Some(bucket) = &self.0 else { return };
        let more = if was_retried { RETRY } else { 1 };
        let add = |tokens: u32| {
            (tokens < bucket.capacity).then(|| tokens.saturating_add(more).min(bucket.capacity))
        };
        // It is an error if the bucket is full.
        let _ = bucket.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl fmt::Debug for RetryQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.left(), &self.0) {
            (Some(left), Some(bucket)) => {
                write!(f, "{left} of {} retries", bucket.capacity / RETRY)
            }
            _ => f.write_str("unlimited retries"),
        }
    }
}
