//! The one loop that turns every flow, and the iterators over what comes out of it.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::SystemTime;

use cycle_images::Timestamp;
use cycle_images::flow::{Flow, JobTracker, Pages, Step};
use cycle_images::model::Job;
use cycle_images::operation::ListOperation;

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
    ended: bool,
}

impl<F: Flow> FlowIter<F> {
    pub(crate) fn new(client: &Client, flow: F) -> Self {
        Self { client: client.clone(), flow, ended: false }
    }

    /// The flow, to be stored or turned in another way. After an error, it goes on with what failed.
    pub fn into_flow(self) -> F {
        self.flow
    }

    fn poll_item(&mut self) -> Result<Option<F::Item>, Error> {
        let hub = self.client.hub();
        loop {
            match self.flow.poll(hub, now())? {
                Step::Send(request) => {
                    let outcome = self.client.sender.carry(request);
                    if let Some(item) = self.flow.handle(hub, outcome, now())? {
                        return Ok(Some(item));
                    }
                }
                Step::Wait(time) => std::thread::sleep(time),
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
        let item = self.poll_item().transpose();
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
