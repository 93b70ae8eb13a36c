use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::Response;

use super::poll_schedule::PollSchedule;
use super::retry_state::RetryState;
use super::{Flow, FlowError, LastReply, RetryPolicy, SendFailure, Step};
use crate::error::{report, retry_after};
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// Its name in events.
const NAME: &str = "Until";

/// Polls an operation until its reply meets a condition, and yields that reply.
///
/// The condition returns whether it is met, or an error if it can no longer be met, which ends the
/// flow with [`FlowError::Condition`]. [`images::is_live`](crate::images::is_live) is one for
/// images.
///
/// The first poll is immediate, the second after 250 ms; each interval is 1.5 times the one
/// before, at most [`poll_interval`](Self::poll_interval). The time limit is one hour; see
/// [`deadline`](Self::deadline). Failures that can pass don't end the flow, as with a
/// [`JobTracker`](super::JobTracker); another error response does, such as 404 for a resource that
/// was deleted.
///
/// ```
/// use cycle_images::flow::{Flow, Step, Until};
/// use cycle_images::images::{self, GetImage};
/// use cycle_images::{Hub, ImageId, Timestamp, http};
///
/// let hub = Hub::new("key", "hub")?;
/// let now: Timestamp = "2026-03-26T10:00:00Z".parse()?;
/// let get = GetImage::new(ImageId::new("i1")?);
/// let mut live = Until::new(get, images::is_live, 42);
///
/// assert!(matches!(live.poll(&hub, now)?, Step::Send { .. }));
/// let response = r#"{"data": {"id": "i1", "state": {"current": "building"}}}"#;
/// assert!(live.handle(&hub, Ok(http::Response::new(response)), now)?.is_none());
/// assert!(matches!(live.poll(&hub, now)?, Step::Wait(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias("poll", "waiter", "wait", "await_condition"))]
#[must_use = "a flow does nothing until it is run"]
pub struct Until<O: Operation, F> {
    operation: O,
    condition: F,
    retry: RetryState,
    schedule: PollSchedule,
    last: Option<ReplyOf<O>>,
    done: bool,
}

impl<O: Operation, F> Until<O, F>
where
    F: FnMut(&ReplyOf<O>) -> Result<bool, Box<dyn Error + Send + Sync>>,
{
    /// Polls an operation until `condition` returns `Ok(true)` or an error. The seed is that of
    /// the backoff's jitter: use another for each flow.
    pub fn new(operation: O, condition: F, seed: u64) -> Self {
        let (retry, schedule) = (RetryState::new(seed), PollSchedule::new());
        Self { operation, condition, retry, schedule, last: None, done: false }
    }

    /// Sets the retry policy: its backoff. There is no largest number of attempts.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Sets the time limit, from the first poll on; one hour by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.schedule.limit = limit;
        self
    }

    /// Sets the longest time between two polls; 5 s by default, at least 0.1 s. A longer
    /// `Retry-After` is still waited for.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.set_interval(interval);
        self
    }
}

impl<O: Operation, F> Flow for Until<O, F>
where
    F: FnMut(&ReplyOf<O>) -> Result<bool, Box<dyn Error + Send + Sync>>,
    ReplyOf<O>: Send + Sync + 'static,
{
    type Item = ReplyOf<O>;

    fn operation(&self) -> &'static str {
        O::NAME
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if self.done {
            return Ok(Step::Done);
        }
        let left = self.schedule.left(now);
        if left.is_zero() {
            let (operation, limit) = (O::NAME, self.schedule.limit);
            let last = self.last.take().map(|last| LastReply(Box::new(last)));
            let last_failure = self.retry.failure().map(str::to_owned);
            return Err(FlowError::ConditionNotMet { operation, limit, last, last_failure });
        }
        self.retry.poll_within(left, NAME, &self.operation, hub, now)
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let interval = Some(self.schedule.interval());
        let outcome = self.retry.handle(NAME, &self.operation, hub, outcome, now, interval);
        let reply = match outcome {
            Ok(Some(reply)) => reply,
            Err(FlowError::NothingInFlight) => return Err(FlowError::NothingInFlight),
            Err(error) => {
                // A caller that resumes after an error must not flood the platform.
                self.retry.hold(self.schedule.next_wait(None), now);
                return Err(error);
            }
            Ok(None) => return Ok(None),
        };
        match (self.condition)(&reply) {
            Ok(true) => {
                self.done = true;
                return Ok(Some(reply));
            }
            Ok(false) => {}
            Err(source) => {
                self.done = true;
                // The condition may have a text of the platform, which may repeat a secret.
                let (said, mut secrets) = (report(&*source).to_string(), hub.secrets());
                self.operation.secrets(&mut secrets);
                let source = match secrets.redact(&said, usize::MAX) {
                    Cow::Owned(redacted) if redacted != said => redacted.into(),
                    _ => source,
                };
                return Err(FlowError::Condition { operation: O::NAME, source });
            }
        }
        self.retry.hold(self.schedule.next_wait(retry_after(&reply.headers, now)), now);
        self.last = Some(reply);
        Ok(None)
    }
}

impl<O: Operation + fmt::Debug, F> fmt::Debug for Until<O, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until").field("operation", &self.operation).finish_non_exhaustive()
    }
}
