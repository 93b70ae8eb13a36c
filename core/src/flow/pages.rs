use http::Response;
use serde::{Deserialize, Serialize};

use super::retry::Tries;
use super::{Fault, Flow, FlowError, Next, RetryPolicy};
use crate::document::Reply;
use crate::hub::Hub;
use crate::operation::{Operation, ReplyOf};
use crate::time::Timestamp;

/// An operation that gives a list, page by page.
pub trait ListOperation: Operation<Data = Vec<Self::Record>> {
    /// What the list is of.
    type Record;

    /// The number of the page that is asked for, counted from 1; the first if there is none.
    fn page_number(&mut self) -> &mut Option<u32>;

    /// What tells one record from another: its id.
    fn key(record: &Self::Record) -> &str;
}

/// A list, page by page. It gives a [`Reply`] for each page that holds anything, in order.
///
/// The platform tells neither a total nor a next page, and may send fewer records than asked for.
/// So the list ends with an empty page, or with one that is shorter than a page before it; a first
/// page that is shorter than asked may only mean that its size was capped, and is not taken for the
/// end. A page that begins and ends as the one before is an [error](FlowError::RepeatedPage), lest
/// there be no end.
///
/// After an error, the flow goes on with the page that it failed at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a flow does nothing until it is turned"]
pub struct Pages<O> {
    operation: O,
    number: u32,
    longest: usize,
    edges: Option<(String, String)>,
    tries: Tries,
    ended: bool,
}

impl<O: ListOperation> Pages<O> {
    /// The pages of a list, from the one that the operation asks for. The seed decides how the waits
    /// before repetitions are spread: hand in another for each flow.
    pub fn new(mut operation: O, seed: u64) -> Self {
        let number = operation.page_number().unwrap_or(1);
        let tries = Tries::new(seed);
        Self { operation, number, longest: 0, edges: None, tries, ended: false }
    }

    /// Sets what is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.tries.policy = policy;
        self
    }

    fn take(&mut self, reply: &Reply<Vec<O::Record>, O::Includes>) -> Result<(), FlowError> {
        let edge = |record: Option<&O::Record>| record.map(|record| O::key(record).to_owned());
        let edges = edge(reply.data.first()).zip(edge(reply.data.last()));
        if edges.is_some() && edges == self.edges {
            return Err(FlowError::RepeatedPage { operation: O::NAME, page: self.number });
        }
        // A record that couldn't be read was on the page all the same.
        let length =
            reply.data.len() + reply.unread.iter().filter(|unread| unread.is_record()).count();
        self.ended = length == 0 || length < self.longest;
        self.longest = self.longest.max(length);
        self.edges = edges;
        self.number = self.number.saturating_add(1);
        Ok(())
    }
}

impl<O: ListOperation> Flow for Pages<O> {
    type Item = ReplyOf<O>;

    fn next(&mut self, hub: &Hub, now: Timestamp) -> Result<Next, FlowError> {
        if self.ended {
            return Ok(Next::End);
        }
        *self.operation.page_number() = Some(self.number);
        self.tries.next(&self.operation, hub, now)
    }

    fn answer(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<impl AsRef<[u8]>>, Fault>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let Some(reply) = self.tries.answer(&self.operation, hub, outcome, now)? else {
            return Ok(None);
        };
        self.take(&reply)?;
        let is_empty = reply.data.is_empty() && reply.unread.is_empty();
        Ok(Some(reply).filter(|_| !is_empty))
    }
}
