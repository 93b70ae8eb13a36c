//! The one loop that turns every flow, and the iterators over what comes out of it.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime};

use cycle_images::Timestamp;
use cycle_images::flow::{Flow, JobTracker, Pages, Step};
use cycle_images::model::Job;
use cycle_images::operation::ListOperation;

use crate::clock::Clock;
use crate::{Client, Error};

/// A flow in the midst of its work: an iterator over what it gives, be that pages or a job's
/// progress. Asking for the next thing sends requests, and sleeps where the flow says so.
///
/// Once it has returned an error or its end, it stays ended. The flow itself can be
/// [taken out](Self::into_flow), stored, and gone on with.
#[derive(Clone, Debug)]
#[must_use = "a flow does nothing until it is turned"]
pub struct FlowIter<F> {
    client: Client,
    flow: F,
    clock: Clock,
    ended: bool,
}

impl<F: Flow> FlowIter<F> {
    pub(crate) fn new(client: &Client, flow: F) -> Self {
        Self { client: client.clone(), flow, clock: Clock::start(), ended: false }
    }

    /// The flow, to be stored or turned in another way. After an error, it goes on with what failed.
    pub fn into_flow(self) -> F {
        self.flow
    }

    fn poll_item(&mut self, sleep: impl Fn(Duration)) -> Result<Option<F::Item>, Error> {
        let hub = self.client.hub();
        loop {
            match self.flow.poll(hub, self.clock.now())? {
                Step::Send(request) => {
                    let outcome = self.client.sender.carry(request);
                    if let Some(item) = self.flow.handle(hub, outcome, self.clock.now())? {
                        return Ok(Some(item));
                    }
                }
                Step::Wait(time) => {
                    let until = self.clock.passed().saturating_add(time);
                    sleep(time);
                    self.clock.advance_to(until);
                }
                Step::Done => return Ok(None),
            }
        }
    }
}

impl<F: Flow> Iterator for FlowIter<F> {
    type Item = Result<F::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.poll_item(std::thread::sleep).transpose();
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

impl<F: Flow> std::iter::FusedIterator for FlowIter<F> {}

impl FlowIter<JobTracker> {
    /// Waits until the job is completed, and gives it as it was last seen: without what its tasks
    /// were given and gave back, if its completion was told before.
    ///
    /// # Errors
    /// If the job comes to another end or can't be read, or did so before.
    pub fn wait(mut self) -> Result<Job, Error> {
        let mut last = None;
        for update in &mut self {
            last = Some(update?);
        }
        self.flow.completed(last)
    }
}

/// An iterator over the records of a list, across its pages. Once it has returned an error or its
/// end, it stays ended.
///
/// Records that couldn't be read are not among them: [`Client::pages`] shows those as well.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is asked"]
pub struct Items<O: ListOperation> {
    pages: FlowIter<Pages<O>>,
    page: std::vec::IntoIter<O::Record>,
}

impl<O: ListOperation> Items<O> {
    pub(crate) fn new(pages: FlowIter<Pages<O>>) -> Self {
        Self { pages, page: Vec::new().into_iter() }
    }
}

impl<O: ListOperation> Iterator for Items<O> {
    type Item = Result<O::Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.page.next() {
                return Some(Ok(record));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.data.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<O: ListOperation> std::iter::FusedIterator for Items<O> {}

pub(crate) fn now() -> Timestamp {
    SystemTime::now().try_into().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A seed that differs from flow to flow: std's keys for its hash maps are drawn at random.
pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use cycle_images::flow::{FlowError, SendError};
    use cycle_images::http::Response;
    use cycle_images::{Hub, Timestamp};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Waits until an hour has passed by the times that it is told.
    struct Waits(Vec<SystemTime>);

    impl Flow for Waits {
        type Item = ();

        fn poll(&mut self, _: &Hub, now: Timestamp) -> Result<Step, FlowError> {
            self.0.push(now.try_into().unwrap());
            assert!(self.0.len() < 10, "it is asked again and again: {:?}", self.0);
            let passed = self.0.last().unwrap().duration_since(self.0[0]).unwrap();
            let left = HOUR.saturating_sub(passed);
            Ok(if left.is_zero() { Step::Done } else { Step::Wait(left) })
        }

        fn handle_bytes(
            &mut self,
            _: &Hub,
            _: Result<Response<&[u8]>, SendError>,
            _: Timestamp,
        ) -> Result<Option<()>, FlowError> {
            Err(FlowError::NotAsked)
        }
    }

    /// To this loop, a clock that stands still and a sleep that takes no time are the same.
    #[test]
    fn what_was_slept_has_passed_whatever_the_clock_says() {
        let client = Client::new(Hub::new("key", "hub").unwrap());
        let mut waits = client.run(Waits(Vec::new()));
        assert!(waits.poll_item(|_| ()).unwrap().is_none());
        assert_eq!(waits.flow.0.len(), 2);
    }
}
