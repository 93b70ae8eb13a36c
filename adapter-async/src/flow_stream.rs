//! The one loop that turns every flow, and the streams of what comes out of it.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use cycle_images::Timestamp;
use cycle_images::flow::{Flow, JobTracker, Pages, Step};
use cycle_images::model::Job;
use cycle_images::operation::ListOperation;
use futures_core::{FusedStream, Stream};

use crate::clock::Clock;
use crate::{Driver, Error, Items};

/// A flow in the midst of its work: a stream of what it gives, be that pages or a job's progress.
///
/// All is done while the stream is asked, on the task that asks: dropping it stops the work. Once it
/// has returned an error or its end, it stays ended. The flow itself can be
/// [taken out](Self::into_flow) at any time, stored, and gone on with.
#[must_use = "a flow does nothing until it is turned"]
pub struct FlowStream<F, C> {
    flow: F,
    driver: C,
    state: State,
    width: usize,
    /// The timer is believed when it says that the time is over: that of a test may not wait at
    /// all, and tokio's may be paused.
    clock: Clock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asking,
    Sending,
    Waiting { until: Duration },
    Ended,
}

impl<F: Flow, C: Driver> FlowStream<F, C> {
    pub(crate) fn new(flow: F, driver: C) -> Self {
        Self { flow, driver, state: State::Asking, width: 1, clock: Clock::start() }
    }

    /// The flow, to be stored or turned in another way. What was under way is left; after an error,
    /// the flow goes on with what failed.
    pub fn into_flow(self) -> F {
        self.flow
    }

    /// The next thing that the flow gives. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<F::Item, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<F::Item>, Error>> {
        loop {
            self.driver.advance(context);
            let now = self.clock.now();
            match self.state {
                State::Ended => return Poll::Ready(Ok(None)),
                State::Asking => match self.flow.poll(self.driver.hub(), now)? {
                    Step::Send(request) => {
                        self.driver.send(request);
                        self.send_prefetch();
                        self.state = State::Sending;
                    }
                    Step::Wait(time) => {
                        let until = self.clock.passed().saturating_add(time);
                        self.driver.wait(time);
                        self.state = State::Waiting { until };
                    }
                    Step::Done => return Poll::Ready(Ok(None)),
                },
                State::Waiting { until } => {
                    ready!(self.driver.poll_waited(context));
                    self.clock.advance_to(until);
                    self.state = State::Asking;
                }
                State::Sending => {
                    let outcome = ready!(self.driver.poll_answer(context));
                    self.state = State::Asking;
                    if let Some(item) = self.flow.handle(self.driver.hub(), outcome, now)? {
                        return Poll::Ready(Ok(Some(item)));
                    }
                }
            }
        }
    }

    fn send_prefetch(&mut self) {
        if self.driver.has_failed() {
            return;
        }
        for steps in self.driver.len()..self.width {
            let steps = u32::try_from(steps).unwrap_or(u32::MAX);
            match self.flow.prefetch(self.driver.hub(), steps) {
                Some(request) => self.driver.send_prefetch(request),
                None => break,
            }
        }
    }
}

impl<F: Flow, C: Driver> Stream for FlowStream<F, C> {
    type Item = Result<F::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.poll_item(context)).transpose();
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Ended;
            self.driver.clear();
        }
        Poll::Ready(item)
    }
}

impl<F: Flow, C: Driver> FusedStream for FlowStream<F, C> {
    fn is_terminated(&self) -> bool {
        self.state == State::Ended
    }
}

/// Nothing in it is pinned.
impl<F, C> Unpin for FlowStream<F, C> {}

impl<F: fmt::Debug, C> fmt::Debug for FlowStream<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowStream").field("flow", &self.flow).finish_non_exhaustive()
    }
}

impl<O: ListOperation, C: Driver> FlowStream<Pages<O>, C> {
    /// Sends for pages before they are asked for, so that as many as this are under way or waiting
    /// to be taken, at most [`MAX_PAGES_IN_FLIGHT`](cycle_images::flow::MAX_PAGES_IN_FLIGHT). It begins
    /// with one, which each full page doubles; after a failure, no more are sent for until a page has
    /// come. They come in order all the same, each record as often as without it; past the end of the
    /// list, at most as many pages as were under way are asked for in vain. None is as one.
    ///
    /// A page that was asked for ahead only makes its way while the stream is asked for one, and its
    /// time is counted from when it is wanted.
    pub fn prefetch(self, pages: usize) -> Self {
        Self { width: pages, ..self }
    }

    /// The records of the pages, one by one.
    pub fn items(self) -> Items<O, C> {
        Items::new(self)
    }
}

impl<C: Driver> FlowStream<JobTracker, C> {
    /// Waits until the job is completed, and gives it as it was last seen: without what its tasks
    /// were given and gave back, if its completion was told before.
    ///
    /// # Errors
    /// If the job comes to another end or can't be read, or did so before.
    pub async fn wait(mut self) -> Result<Job, Error> {
        let mut last = None;
        while let Some(update) = self.next().await {
            last = Some(update?);
        }
        self.flow.completed(last)
    }
}

pub(crate) fn now() -> Timestamp {
    SystemTime::now().try_into().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A seed that differs from flow to flow: std's keys for its hash maps are drawn at random.
pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
