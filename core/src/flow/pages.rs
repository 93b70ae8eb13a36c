use std::hash::{DefaultHasher, Hash, Hasher};

use http::{Request, Response};
use serde::{Deserialize, Serialize};

use super::retry::RetryState;
use super::{Flow, FlowError, RetryPolicy, SendError, Step};
use crate::hub::Hub;
use crate::operation::{ListOperation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// A list, page by page. It gives a [`Reply`](crate::Reply) for each page that holds anything, in order.
///
/// The platform tells neither a total nor a next page, and may send fewer records than asked for.
/// So the list ends with an empty page, or with one that is shorter than a page before it; a first
/// page that is shorter than asked may only mean that its size was capped, and is not taken for the
/// end. A page that begins and ends as the one before is an [error](FlowError::RepeatedPage), lest
/// there be no end; so is, with pages of one record, a list that grows in front while it is read.
///
/// What the filter or the sort looks at should not be changed while the list is read: a record that
/// leaves it moves the ones behind it up, across the pages that were read.
///
/// After an error, the flow goes on with the page that it failed at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a flow does nothing until it is turned"]
pub struct Pages<O> {
    operation: O,
    number: u32,
    longest: usize,
    edges: Option<(u64, u64)>,
    retry: RetryState,
    ended: bool,
}

impl<O: ListOperation> Pages<O> {
    /// The pages of a list, from the one that the operation asks for. The seed decides how the waits
    /// before repetitions are spread: hand in another for each flow.
    pub fn new(operation: O, seed: u64) -> Self {
        let number = operation.options().page_number().unwrap_or(1);
        let retry = RetryState::new(seed);
        Self { operation, number, longest: 0, edges: None, retry, ended: false }
    }

    /// Sets what is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    fn take(&mut self, reply: &ReplyOf<O>) -> Result<(), FlowError> {
        // A record that couldn't be read was on the page all the same.
        let read = reply.data.iter().map(O::key);
        let skipped = reply.skipped.iter().filter(|skipped| skipped.is_record());
        let records: Vec<u64> =
            read.chain(skipped.map(|skipped| skipped.json.as_str())).map(hash).collect();
        let edges = records.first().copied().zip(records.last().copied());
        if edges.is_some() && edges == self.edges {
            return Err(FlowError::RepeatedPage { operation: O::NAME, page: self.number });
        }
        self.ended = records.is_empty() || records.len() < self.longest;
        self.longest = self.longest.max(records.len());
        self.edges = edges;
        self.number = self.number.saturating_add(1);
        Ok(())
    }
}

/// Small enough to be stored. A list whose flow goes on under another version of Rust may hash in
/// another way, which only lets one repetition pass.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl<O: ListOperation> Flow for Pages<O> {
    type Item = ReplyOf<O>;

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if self.ended {
            return Ok(Step::Done);
        }
        self.operation.options_mut().set_page_number(self.number);
        self.retry.poll(&self.operation, hub, now)
    }

    fn handle(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<impl AsRef<[u8]>>, SendError>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let Some(reply) = self.retry.handle(&self.operation, hub, outcome, now)? else {
            return Ok(None);
        };
        self.take(&reply)?;
        let is_empty = reply.data.is_empty() && reply.skipped.is_empty();
        Ok(Some(reply).filter(|_| !is_empty))
    }

    fn prefetch(&mut self, hub: &Hub, steps: u32) -> Option<Request<Vec<u8>>> {
        if self.ended || !self.operation.is_idempotent() {
            return None;
        }
        let number = self.number.checked_add(steps)?;
        self.operation.options_mut().set_page_number(number);
        hub.request(&self.operation).ok()
    }
}
