//! The loop that drives every flow, and the stream of what the flow yields.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::poll_fn;
use std::hash::BuildHasher;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cycle_images::JobId;
use cycle_images::flow::{Flow, JobTracker, JobsTracker, Pages, SendFailure, Step};
use cycle_images::model::Job;
use cycle_images::operation::ListOperation;
use futures_core::{FusedStream, Stream};

use crate::clock::{self, Clock};
use crate::in_flight::InFlight;
use crate::target::MaybeSend;
use crate::transport::Outcome;
use crate::{Client, Error};

/// A running flow: a stream of what the flow yields, such as pages or the updates of a job.
///
/// All work is done while the stream is polled, on the task that polls it; dropping the stream
/// stops the work. After an error the stream is done. The flow can be [taken out](Self::into_flow)
/// at any time, stored, and resumed.
///
/// The stream owns what it needs of its client: it can be returned, spawned, or stored in a struct.
///
/// ```
/// use cycle_images::flow::JobTracker;
/// use cycle_images::model::JobDescriptor;
/// use cycle_images_async::{Client, Error, FlowStream};
///
/// struct Import {
///     updates: FlowStream<JobTracker>,
/// }
///
/// impl Import {
///     fn follow(client: &Client, job: &JobDescriptor) -> Result<Self, Error> {
///         Ok(Self { updates: client.track(job)? })
///     }
/// }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct FlowStream<F> {
    flow: F,
    client: Client,
    in_flight: InFlight,
    state: State,
    width: usize,
    save: Option<Box<dyn Save<F>>>,
    /// Counts a wait as over when the timer says so, whatever the system's clock says: a test's
    /// timer may not wait at all, and tokio's clock may be paused.
    clock: Clock,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

/// A closure that is `Send` where the target asks for it.
trait Save<F>: MaybeSend {
    fn save(&mut self, flow: &F) -> io::Result<()>;
}

impl<F, S: FnMut(&F) -> io::Result<()> + MaybeSend> Save<F> for S {
    fn save(&mut self, flow: &F) -> io::Result<()> {
        self(flow)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Polling,
    Sending,
    Waiting { until: Duration },
    Done,
}

impl<F: Flow> FlowStream<F> {
    pub(crate) fn new(client: &Client, flow: F) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: cycle_images::flow::call_span(flow.operation()),
            flow,
            client: client.clone(),
            in_flight: InFlight::default(),
            state: State::Polling,
            width: 1,
            save: None,
            clock: Clock::start(),
        }
    }

    /// The flow, as it is now.
    pub fn flow(&self) -> &F {
        &self.flow
    }

    /// The flow, to be stored or run by another client. Requests in flight are dropped. After an
    /// error, the flow resumes with the request that failed.
    pub fn into_flow(self) -> F {
        self.flow
    }

    /// Calls `save` with the flow before each request is sent. A flow that is stored there and
    /// resumed in another process knows that its request may have been sent: it doesn't repeat a
    /// request that must not be repeated, but returns
    /// [`Error::Interrupted`](crate::Error::Interrupted), whose docs say how to go on.
    ///
    /// If `save` fails, the request isn't sent, and its error is the stream's. `save` runs on the
    /// task that polls the stream and should return soon.
    ///
    /// ```
    /// # use cycle_images::ImageId;
    /// # use cycle_images_async::{Client, Error};
    /// use cycle_images::flow::Exchange;
    /// use cycle_images::images::CreateImageJob;
    ///
    /// # async fn run(client: Client, id: ImageId) -> Result<(), Error> {
    /// let import = Exchange::new(CreateImageJob::import(id), 42);
    /// let mut import = client.run(import).with_save(|import| {
    ///     std::fs::write("import.json", serde_json::to_vec(import)?)
    /// });
    /// let reply = import.next().await;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "checkpoint")]
    pub fn with_save(self, save: impl FnMut(&F) -> io::Result<()> + MaybeSend + 'static) -> Self {
        Self { save: Some(Box::new(save)), ..self }
    }

    /// The next item of the flow. Cancel safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<F::Item, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<F::Item>, Error>> {
        loop {
            self.in_flight.advance(context);
            let (hub, now) = (&*self.client.hub, self.clock.now());
            if self.state == State::Polling {
                if let Some(item) = self.flow.due(now) {
                    return Poll::Ready(Ok(Some(item)));
                }
            }
            match self.state {
                State::Done => return Poll::Ready(Ok(None)),
                State::Polling => match self.flow.poll(hub, now)? {
                    Step::Send { request, timeout } => {
                        if let Err(error) =
                            self.save.as_mut().map_or(Ok(()), |f| f.save(&self.flow))
                        {
                            // The flow must learn that its request wasn't sent after all.
                            let unsaved: Outcome = Err(SendFailure::not_sent(error).fatal());
                            if let Some(item) = self.flow.handle(hub, unsaved, now)? {
                                return Poll::Ready(Ok(Some(item)));
                            }
                            continue;
                        }
                        self.in_flight.send(&self.client, request, timeout);
                        self.send_prefetch();
                        self.state = State::Sending;
                    }
                    Step::Wait(time) => {
                        let until = self.clock.passed().saturating_add(time);
                        self.in_flight.wait(&self.client, time);
                        self.state = State::Waiting { until };
                    }
                    Step::Done => return Poll::Ready(Ok(None)),
                },
                State::Waiting { until } => {
                    ready!(self.in_flight.poll_waited(context));
                    self.clock.advance_to(until);
                    self.state = State::Polling;
                }
                State::Sending => {
                    let outcome = ready!(self.in_flight.poll_outcome(context));
                    self.state = State::Polling;
                    if let Some(item) = self.flow.handle(hub, outcome, now)? {
                        return Poll::Ready(Ok(Some(item)));
                    }
                }
            }
        }
    }

    /// Sends for as many pages as are wanted, but for none after a failure: more requests would
    /// only add to the load, and their pages couldn't be yielded before the one that failed.
    fn send_prefetch(&mut self) {
        if self.in_flight.has_failed() {
            return;
        }
        for steps in self.in_flight.len()..self.width {
            let steps = u32::try_from(steps).unwrap_or(u32::MAX);
            match self.flow.prefetch(&self.client.hub, steps) {
                Some(request) => self.in_flight.send_prefetch(&self.client, request),
                None => break,
            }
        }
    }
}

impl<F: Flow> Stream for FlowStream<F> {
    type Item = Result<F::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        #[cfg(feature = "tracing")]
        let _entered = self.span.clone().entered();
        let item = ready!(self.poll_item(context)).transpose();
        #[cfg(feature = "tracing")]
        if let Some(Err(error)) = &item {
            cycle_images::flow::trace_failure(&self.span, error);
        }
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
            self.in_flight = InFlight::default();
        }
        Poll::Ready(item)
    }
}

impl<F: Flow> FusedStream for FlowStream<F> {
    fn is_terminated(&self) -> bool {
        self.state == State::Done
    }
}

/// Nothing in it is pinned.
impl<F> Unpin for FlowStream<F> {}

impl<F: fmt::Debug> fmt::Debug for FlowStream<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowStream").field("flow", &self.flow).finish_non_exhaustive()
    }
}

impl<O: ListOperation> FlowStream<Pages<O>> {
    /// Sends for pages before they are asked for: at most `pages` requests are in flight or waiting
    /// to be taken, and never more than
    /// [`MAX_PAGES_IN_FLIGHT`](cycle_images::flow::MAX_PAGES_IN_FLIGHT). `0` is the same as `1`.
    ///
    /// It starts with one request, and each full page doubles the number; after a failure, no page
    /// is prefetched until one has arrived. Pages are yielded in order, each record once, as
    /// without prefetching. At the end of the list, up to `pages` requests return no records.
    ///
    /// Prefetched requests only make progress while the stream is polled, and the time limit of
    /// each starts when its page is wanted.
    pub fn prefetch(self, pages: usize) -> Self {
        Self { width: pages, ..self }
    }

    /// Makes a record or an include that can't be decoded an error,
    /// [`Error::Skipped`](crate::Error::Skipped), instead of skipping it.
    pub fn strict(self) -> Self {
        Self { flow: self.flow.strict(), ..self }
    }
}

impl FlowStream<JobTracker> {
    /// Sets the time limit of the job, from the first poll on; one hour by default.
    pub fn deadline(self, limit: Duration) -> Self {
        Self { flow: self.flow.deadline(limit), ..self }
    }

    /// Sets the longest time between two polls of the job; 5 s by default.
    pub fn poll_interval(self, interval: Duration) -> Self {
        Self { flow: self.flow.poll_interval(interval), ..self }
    }

    /// Waits until the job is completed, and returns it. If its completion was yielded before, the
    /// job comes without the input and output of its tasks.
    ///
    /// # Errors
    /// If the job doesn't complete or can't be read, now or before.
    #[doc(alias = "waiter")]
    pub async fn wait(&mut self) -> Result<Job, Error> {
        let mut last = None;
        while let Some(update) = self.next().await {
            last = Some(update?);
        }
        self.flow.completed(last)
    }
}

impl FlowStream<JobsTracker> {
    /// Sets the time limit of each job, from its first poll on; one hour by default.
    pub fn deadline(self, limit: Duration) -> Self {
        Self { flow: self.flow.deadline(limit), ..self }
    }

    /// Sets the longest time between two rounds of polls; 5 s by default.
    pub fn poll_interval(self, interval: Duration) -> Self {
        Self { flow: self.flow.poll_interval(interval), ..self }
    }

    /// Adds a job, which is polled in the next round. A stream that is done stays so.
    pub fn add(&mut self, id: impl Into<JobId>) {
        self.flow.add(id);
    }

    /// Stops following a job. Returns whether it was followed.
    pub fn remove(&mut self, id: &JobId) -> bool {
        self.flow.remove(id)
    }
}

/// A seed that differs from flow to flow: std draws the keys of its hash maps at random, but on
/// wasm32, where the time differs.
pub(crate) fn seed() -> u64 {
    RandomState::new().hash_one(clock::now())
}
