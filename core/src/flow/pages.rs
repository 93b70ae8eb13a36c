use std::time::Duration;

use http::{Request, Response};
use serde::{Deserialize, Serialize};

use super::retry_state::{RetryState, request};
use super::version::Version;
use super::{Flow, FlowError, MAX_PAGES, MAX_PAGES_IN_FLIGHT, RetryPolicy, SendFailure, Step};
use crate::hub::Hub;
use crate::operation::{ListOperation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// Its name in events.
const NAME: &str = "Pages";

/// Reads a list page by page. It yields a [`Reply`](crate::Reply) for each page that isn't empty,
/// in order.
///
/// The platform reports neither a total nor a next page, and may return fewer records than
/// requested on any page. So the list ends with an empty page: the last request returns no records.
/// A caller that knows that every page but the last is full, or how many records it wants, can stop
/// earlier:
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
/// An endless list is an error. A page with the same records as the one before is an
/// [error](FlowError::RepeatedPage) at once. If pages repeat in a cycle, it is found after at most
/// three times the pages before and in the cycle. A list with pages of one record that grows at the
/// front while it is read is such an error, too. More than [`MAX_PAGES`] pages are an
/// [error](FlowError::TooManyPages): read a longer list in larger pages, or by another `Pages` from
/// the page in the error.
///
/// [`prefetch`](Flow::prefetch) returns no page before the first one has arrived. Each page that is
/// as long as the longest one doubles the number of pages in flight, up to [`MAX_PAGES_IN_FLIGHT`];
/// after a shorter page, a failed attempt or an error it is one again. So a short list costs few
/// requests that return no records.
///
/// Don't change what the filter or the sort refers to while the list is read: a record that leaves
/// the list shifts all later ones, and one of them is missed at the next page boundary.
///
/// After an error, the flow resumes with the page that failed.
#[doc(alias("paginate", "pagination"))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a flow does nothing until it is run"]
pub struct Pages<O> {
    version: Version,
    operation: O,
    number: u32,
    read: u32,
    longest: usize,
    in_flight: u32,
    last: Option<Seen>,
    /// The page that was read when the number of pages was last a power of two (Brent's algorithm).
    /// Once it is in a cycle that isn't longer than that number, it is seen again.
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
    /// The pages of a list, from the page number of the operation on. The seed is that of the
    /// backoff's jitter: use another for each flow.
    pub fn new(operation: O, seed: u64) -> Self {
        let number = operation.options().page_number().unwrap_or(1);
        let retry = RetryState::new(seed);
        Self {
            version: Version,
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

    /// Sets the retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Sets the time limit of each page: of all attempts, their responses and the waits between
    /// them; 2 min by default.
    #[doc(alias("max_elapsed", "operation_timeout", "deadline"))]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.retry.timeout = timeout;
        self
    }

    /// Makes a record or an include that can't be decoded an error, [`FlowError::Skipped`],
    /// instead of skipping it.
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    fn take(&mut self, reply: &ReplyOf<O>, in_flight: u32) -> Result<(), FlowError> {
        // A skipped record counts, or a page of malformed records would look like the end of the
        // list.
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

/// FNV-1a: unlike std's hashes it is stable, so that a stored flow can be resumed by another build.
/// A byte that isn't valid UTF-8 separates the keys.
pub(super) fn hash<'a>(keys: impl Iterator<Item = &'a str>) -> u64 {
    keys.flat_map(|key| key.bytes().chain([0xff])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl<O: ListOperation> Flow for Pages<O> {
    type Item = ReplyOf<O>;

    fn operation(&self) -> &'static str {
        O::NAME
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if self.ended {
            return Ok(Step::Done);
        }
        self.operation.options_mut().set_page_number(self.number);
        self.retry.poll(NAME, &self.operation, hub, now)
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Self::Item>, FlowError> {
        let reply = match self.retry.handle(NAME, &self.operation, hub, outcome, now, None) {
            Ok(Some(reply)) => reply,
            Err(FlowError::NothingInFlight) => return Err(FlowError::NothingInFlight),
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
        if self.ended
            || steps >= self.in_flight.min(MAX_PAGES_IN_FLIGHT)
            || !self.operation.is_idempotent()
        {
            return None;
        }
        let number = self.number.checked_add(steps)?;
        self.operation.options_mut().set_page_number(number);
        request(&self.operation, hub, 1).ok()
    }
}
