use http::{Request, Response};
use serde::{Deserialize, Serialize};

use super::retry::RetryState;
use super::{Flow, FlowError, RetryPolicy, SendError, Step};
use crate::hub::Hub;
use crate::operation::{ListOperation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// The most pages that one [`Pages`] reads.
pub const MAX_PAGES: u32 = 10_000;

/// The most pages that are in flight at once, where pages are [prefetched](Flow::prefetch).
pub const MAX_PAGES_IN_FLIGHT: u32 = 16;

/// A list, page by page. It gives a [`Reply`](crate::Reply) for each page that holds anything, in order.
///
/// The platform tells neither a total nor a next page, and may send fewer records than asked for,
/// on any page. So only an empty page ends the list: the last request is one for nothing. A caller
/// who knows that every page but the last is full, or how many records are wanted, saves it by
/// asking no further:
///
/// ```
/// # use cycle_images::{Reply, model::Image};
/// # fn read(pages: impl Iterator<Item = Reply<Vec<Image>>>) {
/// for page in pages {
///     let is_last = page.data.len() + page.skipped.len() < 100; // `page_size` was 100
///     // ...
///     if is_last {
///         break;
///     }
/// }
/// # }
/// ```
///
/// A list that has no end is an error. A page with the records of the one before is an
/// [error](FlowError::RepeatedPage) at once; pages that come round in a cycle are one before three
/// times as many were read as there are before and in it. So is, with pages of one record, a list
/// that grows in front while it is read. After [`MAX_PAGES`] pages,
/// [one more](FlowError::TooManyPages) is an error: a longer list is read in larger pages, or by
/// another `Pages` that begins where this one stopped.
///
/// [`ahead`](Flow::prefetch) tells no page before one has come. Each page that is as long as any before
/// it doubles how many may be under way, up to [`MAX_PAGES_IN_FLIGHT`]; after a shorter page, a try
/// that failed or an error it is one again.
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
    read: u32,
    longest: usize,
    in_flight: u32,
    last: Option<Seen>,
    /// The page that was read when their count was a power of two (Brent's algorithm): once it lies
    /// in a cycle that is no longer than the count, it comes again.
    mark: Option<Seen>,
    strict: bool,
    retry: RetryState,
    ended: bool,
}

/// A page that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    number: u32,
    hash: u64,
}

impl<O: ListOperation> Pages<O> {
    /// The pages of a list, from the one that the operation asks for. The seed decides how the waits
    /// before repetitions are spread: hand in another for each flow.
    pub fn new(operation: O, seed: u64) -> Self {
        let number = operation.options().page_number().unwrap_or(1);
        let retry = RetryState::new(seed);
        Self {
            operation,
            number,
            read: 0,
            longest: 0,
            in_flight: 1,
            last: None,
            mark: None,
            strict: false,
            retry,
            ended: false,
        }
    }

    /// Sets what is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Makes a record or an include that can't be decoded an error, [`FlowError::Skipped`], instead of
    /// skipping it.
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    fn take(&mut self, reply: &ReplyOf<O>, in_flight: u32) -> Result<(), FlowError> {
        // A record that couldn't be read was on the page all the same.
        let read = reply.data.iter().map(O::key);
        let skipped = reply.skipped.iter().filter(|skipped| skipped.is_record());
        let length = read.len().saturating_add(skipped.clone().count());
        let mut keys = read.chain(skipped.map(|skipped| skipped.json.as_str())).peekable();
        if keys.peek().is_none() {
            self.ended = true;
            return Ok(());
        }
        let (operation, page) = (O::NAME, self.number);
        let seen = Seen { number: page, hash: hash(keys) };
        let mut known = [self.last, self.mark].into_iter().flatten();
        if let Some(Seen { number: earlier, .. }) = known.find(|known| known.hash == seen.hash) {
            return Err(FlowError::RepeatedPage { operation, page, earlier });
        }
        if self.read >= MAX_PAGES {
            return Err(FlowError::TooManyPages { operation, page });
        }
        self.read = self.read.saturating_add(1);
        self.last = Some(seen);
        if self.read.is_power_of_two() {
            self.mark = Some(seen);
        }
        self.number = self.number.saturating_add(1);
        if length >= self.longest {
            self.longest = length;
            self.in_flight = in_flight.saturating_mul(2).min(MAX_PAGES_IN_FLIGHT);
        }
        Ok(())
    }
}

/// FNV-1a, which is the same wherever a stored flow goes on. A byte that UTF-8 doesn't have ends
/// each key.
fn hash<'a>(keys: impl Iterator<Item = &'a str>) -> u64 {
    keys.flat_map(|key| key.bytes().chain([0xff])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
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

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendError>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let reply = match self.retry.handle(&self.operation, hub, outcome, now) {
            Ok(Some(reply)) => reply,
            Err(FlowError::NotAsked) => return Err(FlowError::NotAsked),
            failed => {
                self.in_flight = 1;
                return failed;
            }
        };
        let in_flight = std::mem::replace(&mut self.in_flight, 1);
        if self.strict {
            if let Some(skipped) = reply.skipped.first() {
                let (operation, page) = (O::NAME, self.number);
                let source = Box::new(skipped.error.clone());
                return Err(FlowError::Skipped { operation, page, source });
            }
        }
        self.take(&reply, in_flight)?;
        let is_empty = reply.data.is_empty() && reply.skipped_total == 0;
        Ok(Some(reply).filter(|_| !is_empty))
    }

    fn prefetch(&mut self, hub: &Hub, steps: u32) -> Option<Request<Vec<u8>>> {
        if self.ended || steps >= self.in_flight || !self.operation.is_idempotent() {
            return None;
        }
        let number = self.number.checked_add(steps)?;
        self.operation.options_mut().set_page_number(number);
        hub.request(&self.operation).ok()
    }
}
