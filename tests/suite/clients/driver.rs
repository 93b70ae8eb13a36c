//! What the suite asks of a client, so that it needn't know whether that blocks.

use std::io;
use std::ops::ControlFlow;

use cycle_images::flow::{Flow, JobTracker, JobUpdate, Pages};
use cycle_images::model::{Image, Job, JobDescriptor};
use cycle_images::operation::ListOperation;
use cycle_images::operation::ReplyOf;
use cycle_images::{JobId, Operation};
use cycle_images_async::{Client, Error, FlowStream, Tar, Transport};
use futures_util::stream;

use crate::executors::Executor;
use crate::setup::Setup;

/// A client. What comes in several pieces is handed to `each` as it comes, in between what the
/// client does; whatever comes after an error or the end fails the test.
pub(crate) trait Driver: 'static {
    /// What the client calls itself in its user agent.
    const KIND: &'static str;

    /// Whether it knows of a connection that wasn't made that nothing was sent.
    fn tells_unsent(&self) -> bool;

    fn call<O: Operation + Clone>(&self, operation: &O) -> Result<ReplyOf<O>, Error>;

    fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Rest<Pages<O>>;

    fn items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>));

    fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<Rest<JobTracker>, Error>;

    fn run<F: Flow>(&self, flow: F, each: impl FnMut(Result<F::Item, Error>)) -> Rest<F>;

    /// Waits for a job's end.
    fn wait(&self, id: &JobId) -> Result<Job, Error>;
}

/// A flow that was turned as far as it went.
#[derive(Debug)]
pub(crate) struct Rest<F>(pub(crate) F);

/// A client that can upload, too.
pub(crate) trait Uploads: Driver {
    /// Uploads a tar of `size` bytes, of which there may be fewer or more.
    fn upload(
        &self,
        image: &Image,
        pieces: impl Iterator<Item = io::Result<Vec<u8>>> + Send + 'static,
        size: u64,
    ) -> Result<(), Error> {
        self.upload_with_progress(image, pieces, size, |_| ControlFlow::Continue(()))
    }

    fn upload_with_progress(
        &self,
        image: &Image,
        pieces: impl Iterator<Item = io::Result<Vec<u8>>> + Send + 'static,
        size: u64,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), Error>;
}

/// The async client, and what its futures are run to their end on.
pub(crate) struct Async<E> {
    client: Client,
    executor: E,
    tells_unsent: bool,
}

impl<E: Executor> Async<E> {
    /// The body limit is the transport's.
    pub(crate) fn new(setup: Setup, transport: impl Transport + 'static, executor: E) -> Self {
        let client = Client::new(setup.hub, transport, executor.timer());
        let client = client.with_attempt_timeout(setup.timeout).with_timeout(setup.call_timeout);
        let client = client.with_retry(setup.retry);
        Self { client, executor, tells_unsent: true }
    }

    /// The transport takes every request to have arrived.
    pub(crate) fn not_telling_unsent(self) -> Self {
        Self { tells_unsent: false, ..self }
    }
}

impl<E: Executor> Driver for Async<E> {
    const KIND: &'static str = "async";

    fn tells_unsent(&self) -> bool {
        self.tells_unsent
    }

    fn call<O: Operation + Clone>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        self.executor.block_on(self.client.call(operation))
    }

    fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Rest<Pages<O>> {
        self.executor.block_on(run(self.client.pages(list), each))
    }

    fn items<O: ListOperation>(&self, list: O, mut each: impl FnMut(Result<O::Record, Error>)) {
        self.executor.block_on(async {
            let mut items = self.client.items(list);
            while let Some(item) = items.next().await {
                let is_last = item.is_err();
                each(item);
                if is_last {
                    break;
                }
            }
            assert!(items.next().await.is_none());
        });
    }

    fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<Rest<JobTracker>, Error> {
        let track = self.client.track(descriptor)?;
        Ok(self.executor.block_on(run(track, each)))
    }

    fn run<F: Flow>(&self, flow: F, each: impl FnMut(Result<F::Item, Error>)) -> Rest<F> {
        self.executor.block_on(run(self.client.run(flow), each))
    }

    fn wait(&self, id: &JobId) -> Result<Job, Error> {
        self.executor.block_on(self.client.track_job(id).wait())
    }
}

async fn run<F: Flow>(
    mut turn: FlowStream<F>,
    mut each: impl FnMut(Result<F::Item, Error>),
) -> Rest<F> {
    while let Some(item) = turn.next().await {
        let is_last = item.is_err();
        each(item);
        if is_last {
            break;
        }
    }
    assert!(turn.next().await.is_none());
    Rest(turn.into_flow())
}

impl<E: Executor> Uploads for Async<E> {
    fn upload_with_progress(
        &self,
        image: &Image,
        pieces: impl Iterator<Item = io::Result<Vec<u8>>> + Send + 'static,
        size: u64,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), Error> {
        let tar = Tar::new(stream::iter(pieces), size).with_progress(progress);
        self.executor.block_on(self.client.upload(image, tar))
    }
}
