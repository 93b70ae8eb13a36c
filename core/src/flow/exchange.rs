use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::retry_state::RetryState;
use super::version::Version;
use super::{Flow, FlowError, RetryPolicy, SendFailure, Step};
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// Its name in events.
const NAME: &str = "Exchange";

/// One operation, retried as its [`RetryPolicy`] allows. It yields one [`Reply`](crate::Reply), and
/// is done after that or after an error: sending the operation again takes another exchange.
///
/// ```
/// use cycle_images::flow::{Exchange, SendFailure, Flow, Step};
/// use cycle_images::{Hub, Timestamp, images::GetImages};
///
/// let hub = Hub::new("key", "hub")?;
/// let now: Timestamp = "2026-03-26T10:00:00Z".parse()?;
/// let mut exchange = Exchange::new(GetImages::new(), 42);
///
/// assert!(matches!(exchange.poll(&hub, now)?, Step::Send { .. }));
/// let busy = http::Response::builder().status(503).header("Retry-After", "2").body("")?;
/// assert!(exchange.handle(&hub, Ok(busy), now)?.is_none());
/// let Step::Wait(time) = exchange.poll(&hub, now)? else { panic!() };
/// assert_eq!(time.as_secs(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a flow does nothing until it is run"]
pub struct Exchange<O> {
    version: Version,
    operation: O,
    retry: RetryState,
    ended: bool,
}

impl<O: Operation> Exchange<O> {
    /// An exchange with the default retry policy. The seed is that of the backoff's jitter: use
    /// another for each flow.
    pub fn new(operation: O, seed: u64) -> Self {
        Self { version: Version, operation, retry: RetryState::new(seed), ended: false }
    }

    /// Sets the retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Sets the time limit of the whole call: of all attempts, their responses and the waits
    /// between them; 2 min by default. The time in which a stored flow isn't run counts.
    #[doc(alias("max_elapsed", "operation_timeout", "deadline"))]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.retry.timeout = timeout;
        self
    }
}

impl<O: Operation> Flow for Exchange<O> {
    type Item = ReplyOf<O>;

    fn operation(&self) -> &'static str {
        O::NAME
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if self.ended {
            return Ok(Step::Done);
        }
        let next = self.retry.poll(NAME, &self.operation, hub, now);
        self.ended = matches!(next, Err(FlowError::Interrupted { .. } | FlowError::Timeout { .. }));
        next
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let reply = self.retry.handle(NAME, &self.operation, hub, outcome, now, None);
        self.ended |= !matches!(reply, Ok(None) | Err(FlowError::NothingInFlight));
        reply
    }
}
