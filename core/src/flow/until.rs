use std::fmt;
use std::time::Duration;

use http::Response;

use super::poll_schedule::PollSchedule;
use super::retry_state::RetryState;
use super::{Flow, FlowError, RetryPolicy, SendError, Step};
use crate::error::retry_after;
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// Polls an operation until its reply meets a condition, and yields that reply.
///
/// The first poll is immediate, the second after 250 ms; each interval is 1.5 times the one before, at
/// most [`poll_interval`](Self::poll_interval). The time limit is one hour; see
/// [`deadline`](Self::deadline). An error response ends the flow, such as 404 for a resource that was
/// deleted.
///
/// ```
/// use cycle_images::flow::{Flow, Step, Until};
/// use cycle_images::images::GetImage;
/// use cycle_images::model::ImageStatus;
/// use cycle_images::{Hub, ImageId, Timestamp, http};
///
/// let hub = Hub::new("key", "hub")?;
/// let now: Timestamp = "2026-03-26T10:00:00Z".parse()?;
/// let get = GetImage::new(ImageId::new("i1")?);
/// let mut live = Until::new(get, |reply| reply.data.state.current == ImageStatus::Live, 42);
///
/// assert!(matches!(live.poll(&hub, now)?, Step::Send(_)));
/// let response = r#"{"data": {"id": "i1", "state": {"current": "building"}}}"#;
/// assert!(live.handle(&hub, Ok(http::Response::new(response)), now)?.is_none());
/// assert!(matches!(live.poll(&hub, now)?, Step::Wait(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias("poll", "waiter", "wait", "await_condition"))]
#[must_use = "a flow does nothing until it is run"]
pub struct Until<O, F> {
    operation: O,
    condition: F,
    retry: RetryState,
    schedule: PollSchedule,
    done: bool,
}

impl<O: Operation, F: FnMut(&ReplyOf<O>) -> bool> Until<O, F> {
    /// Polls an operation until `condition` returns true. The seed is that of the backoff's jitter:
    /// use another for each flow.
    pub fn new(operation: O, condition: F, seed: u64) -> Self {
        let (retry, schedule) = (RetryState::new(seed), PollSchedule::new());
        Self { operation, condition, retry, schedule, done: false }
    }

    /// Sets the retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Sets the time limit, from the first poll on; one hour by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.schedule.limit = limit;
        self
    }

    /// Sets the longest time between two polls; 5 s by default. A longer `Retry-After` is still waited
    /// for.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.set_interval(interval);
        self
    }
}

impl<O: Operation, F: FnMut(&ReplyOf<O>) -> bool> Flow for Until<O, F> {
    type Item = ReplyOf<O>;

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if self.done {
            return Ok(Step::Done);
        }
        let left = self.schedule.left(now);
        if left.is_zero() {
            let (operation, limit) = (O::NAME, self.schedule.limit);
            return Err(FlowError::ConditionNotMet { operation, limit });
        }
        Ok(match self.retry.poll(&self.operation, hub, now)? {
            Step::Wait(time) => Step::Wait(time.min(left)),
            next => next,
        })
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendError>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let interval = Some(self.schedule.interval());
        let outcome = self.retry.handle(&self.operation, hub, outcome, now, interval);
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
        self.done = (self.condition)(&reply);
        if self.done {
            return Ok(Some(reply));
        }
        self.retry.hold(self.schedule.next_wait(retry_after(&reply.headers, now)), now);
        Ok(None)
    }
}

impl<O: fmt::Debug, F> fmt::Debug for Until<O, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until").field("operation", &self.operation).finish_non_exhaustive()
    }
}
