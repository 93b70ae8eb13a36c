//! The loop that drives every flow, and the iterator over what the flow yields.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::time::{Duration, SystemTime};

use cycle_images::flow::{Flow, JobTracker, JobsTracker, Pages, SendFailure, Step};
use cycle_images::model::Job;
use cycle_images::operation::ListOperation;
use cycle_images::{JobId, Timestamp};

use crate::clock::Clock;
use crate::{Client, Error};

/// A running flow: an iterator over what the flow yields, such as pages or the updates of a job.
///
/// `next` sends requests, and sleeps where the flow waits. After an error the iterator is done. The
/// flow can be [taken out](Self::into_flow) at any time, stored, and resumed.
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct FlowIter<F> {
    client: Client,
    flow: F,
    save: Option<Save<F>>,
    clock: Clock,
    done: bool,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

type Save<F> = Box<dyn FnMut(&F) -> io::Result<()> + Send>;

impl<F: Flow> FlowIter<F> {
    pub(crate) fn new(client: &Client, flow: F) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: cycle_images::flow::call_span(flow.operation()),
            client: client.clone(),
            flow,
            save: None,
            clock: Clock::start(),
            done: false,
        }
    }

    /// The flow, as it is now.
    pub fn flow(&self) -> &F {
        &self.flow
    }

    /// The flow, to be stored or run by another client. After an error, the flow resumes with the
    /// request that failed.
    pub fn into_flow(self) -> F {
        self.flow
    }

    /// Calls `save` with the flow before each request is sent. A flow that is stored there and
    /// resumed in another process knows that its request may have been sent: it doesn't repeat a
    /// request that must not be repeated, but returns
    /// [`Error::Interrupted`](crate::Error::Interrupted).
    ///
    /// If `save` fails, the request isn't sent, and its error is the iterator's.
    ///
    /// ```no_run
    /// # use cycle_images::ImageId;
    /// # use cycle_images_ureq::Client;
    /// use cycle_images::flow::Exchange;
    /// use cycle_images::images::CreateImageJob;
    ///
    /// # let client = Client::from_env()?;
    /// # let id = ImageId::new("651586fca6078e98982dbd90")?;
    /// let import = Exchange::new(CreateImageJob::import(id), 42);
    /// let mut import = client.run(import).with_save(|import| {
    ///     std::fs::write("import.json", serde_json::to_vec(import)?)
    /// });
    /// let reply = import.next();
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    #[doc(alias = "checkpoint")]
    pub fn with_save(self, save: impl FnMut(&F) -> io::Result<()> + Send + 'static) -> Self {
        Self { save: Some(Box::new(save)), ..self }
    }

    fn next_item(&mut self) -> Result<Option<F::Item>, Error> {
        loop {
            if self.client.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if let Some(item) = self.flow.due(self.clock.now()) {
                return Ok(Some(item));
            }
            match self.flow.poll(self.client.hub(), self.clock.now())? {
                Step::Send { request, timeout } => {
                    // If the flow can't be saved, it must learn that its request wasn't sent.
                    let saved = self.save.as_mut().map_or(Ok(()), |save| save(&self.flow));
                    let outcome = saved
                        .map_err(|error| SendFailure::not_sent(error).fatal())
                        .and_then(|()| self.client.send(request, timeout));
                    let now = self.clock.now();
                    if let Some(item) = self.flow.handle(self.client.hub(), outcome, now)? {
                        return Ok(Some(item));
                    }
                }
                Step::Wait(time) => {
                    let until = self.clock.passed().saturating_add(time);
                    self.client.sleep(time);
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
        if self.done {
            return None;
        }
        #[cfg(feature = "tracing")]
        let _entered = self.span.clone().entered();
        let item = self.next_item().transpose();
        #[cfg(feature = "tracing")]
        if let Some(Err(error)) = &item {
            cycle_images::flow::trace_failure(&self.span, error);
        }
        self.done = !matches!(item, Some(Ok(_)));
        item
    }
}

impl<F: Flow> std::iter::FusedIterator for FlowIter<F> {}

impl<F: fmt::Debug> fmt::Debug for FlowIter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowIter").field("flow", &self.flow).finish_non_exhaustive()
    }
}

impl<O: ListOperation> FlowIter<Pages<O>> {
    /// Makes a record or an include that can't be decoded an error,
    /// [`Error::Skipped`](crate::Error::Skipped), instead of skipping it.
    pub fn strict(self) -> Self {
        Self { flow: self.flow.strict(), ..self }
    }
}

impl FlowIter<JobTracker> {
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
    pub fn wait(&mut self) -> Result<Job, Error> {
        let mut last = None;
        for update in &mut *self {
            last = Some(update?);
        }
        self.flow.completed(last)
    }
}

impl FlowIter<JobsTracker> {
    /// Sets the time limit of each job, from its first poll on; one hour by default.
    pub fn deadline(self, limit: Duration) -> Self {
        Self { flow: self.flow.deadline(limit), ..self }
    }

    /// Sets the longest time between two rounds of polls; 5 s by default.
    pub fn poll_interval(self, interval: Duration) -> Self {
        Self { flow: self.flow.poll_interval(interval), ..self }
    }

    /// Adds a job, which is polled in the next round. An iterator that is done stays so.
    pub fn add(&mut self, id: impl Into<JobId>) {
        self.flow.add(id);
    }

    /// Stops following a job. Returns whether it was followed.
    pub fn remove(&mut self, id: &JobId) -> bool {
        self.flow.remove(id)
    }
}

pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}

/// A seed that differs from flow to flow: std draws the keys of its hash maps at random.
pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use cycle_images::Hub;
    use cycle_images::flow::FlowError;
    use cycle_images::http::Response;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Waits until an hour has passed by the times that are passed in.
    struct Waits(Vec<SystemTime>);

    impl Flow for Waits {
        type Item = ();

        fn operation(&self) -> &'static str {
            "Waits"
        }

        fn poll(&mut self, _: &Hub, now: Timestamp) -> Result<Step, FlowError> {
            self.0.push(SystemTime::try_from(now).unwrap());
            assert!(self.0.len() < 10, "it is polled again and again: {:?}", self.0);
            let passed = self.0.last().unwrap().duration_since(self.0[0]).unwrap();
            let left = HOUR.saturating_sub(passed);
            Ok(if left.is_zero() { Step::Done } else { Step::Wait(left) })
        }

        fn handle_bytes(
            &mut self,
            _: &Hub,
            _: Result<Response<&[u8]>, SendFailure>,
            _: Timestamp,
        ) -> Result<Option<()>, FlowError> {
            Err(FlowError::NothingInFlight)
        }
    }

    /// A sleep that returns at once looks to the loop like a clock that doesn't advance.
    #[test]
    fn time_that_was_slept_has_passed_whatever_the_clock_says() {
        let client = Client::new(Hub::new("key", "hub").unwrap());
        let client = client.with_sleep(|_| {});
        let mut waits = client.run(Waits(Vec::new()));
        assert!(waits.next().is_none());
        assert_eq!(waits.flow().0.len(), 2);
    }
}
