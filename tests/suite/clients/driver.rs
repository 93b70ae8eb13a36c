//! A client of any kind, which blocks.

use std::future::ready;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cycle_images::flow::{Event, Flow, JobTracker, JobUpdate, Pages};
use cycle_images::images::{GetImage, is_live};
use cycle_images::model::{Image, Job, JobDescriptor};
use cycle_images::operation::{ListOperation, ReplyOf};
use cycle_images::{Hub, JobId, Operation};
use cycle_images_async::{Error, FlowStream, Timer, Transport};
use cycle_images_ureq::FlowIter;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, FusedStream, StreamExt};

use crate::executors::Executor;
use crate::setup::{LONGEST_WAIT, Setup, Waits};

/// `each` gets the items of a flow as they come; an item after an error or the end fails the test.
pub(crate) enum Client {
    Blocking(cycle_images_ureq::Client),
    Async(Async),
}

/// The async client, and what runs its futures.
pub(crate) struct Async {
    client: cycle_images_async::Client,
    executor: Executor,
    tells_unsent: bool,
}

/// A flow that was run to its end, or to an error.
#[derive(Debug)]
pub(crate) struct Rest<F>(pub(crate) F);

impl Client {
    pub(crate) fn ureq(setup: Setup) -> Self {
        let client = cycle_images_ureq::Client::new(setup.hub).with_retry(setup.retry);
        let client = client.with_timeout(setup.call_timeout).with_attempt_timeout(setup.timeout);
        let client = client.with_retry_quota(setup.quota).with_observer(counting(setup.events));
        let client = match setup.body_limit {
            Some(limit) => client.with_body_limit(limit),
            None => client,
        };
        Self::Blocking(match setup.waits {
            Some(waits) => client.with_sleep(move |time| waits.lock().unwrap().push(time)),
            None => client,
        })
    }

    /// The body limit is the transport's.
    pub(crate) fn over(
        transport: impl Transport + 'static,
        setup: Setup,
        executor: Executor,
    ) -> Self {
        let timer = Noting { timer: executor.timer(), waits: setup.waits };
        let client = cycle_images_async::Client::new(setup.hub, transport, timer);
        let client = client.with_attempt_timeout(setup.timeout).with_timeout(setup.call_timeout);
        let client = client.with_retry(setup.retry).with_retry_quota(setup.quota);
        let client = client.with_observer(counting(setup.events));
        Self::Async(Async::new(client, executor))
    }

    /// The transport takes every request to have arrived.
    pub(crate) fn not_telling_unsent(mut self) -> Self {
        if let Self::Async(client) = &mut self {
            client.tells_unsent = false;
        }
        self
    }

    /// Whether it knows of a connection that wasn't made that nothing was sent.
    pub(crate) fn tells_unsent(&self) -> bool {
        match self {
            Self::Blocking(_) => true,
            Self::Async(client) => client.tells_unsent,
        }
    }

    /// The name of the client in its user agent.
    pub(crate) fn agent_name(&self) -> String {
        let kind = match self {
            Self::Blocking(_) => "ureq",
            Self::Async(_) => "async",
        };
        // The packages of the workspace share their version.
        format!("cycle-images/{} ({kind})", env!("CARGO_PKG_VERSION"))
    }

    pub(crate) fn hub(&self) -> &Hub {
        match self {
            Self::Blocking(client) => client.hub(),
            Self::Async(this) => this.client.hub(),
        }
    }

    pub(crate) fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        match self {
            Self::Blocking(client) => client.call(operation),
            Self::Async(this) => this.executor.block_on(this.client.call(operation)),
        }
    }

    pub(crate) fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Rest<Pages<O>> {
        match self {
            Self::Blocking(client) => drain_flow(client.pages(list), each),
            Self::Async(this) => this.drain_flow(this.client.pages(list), each),
        }
    }

    pub(crate) fn items<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<O::Record, Error>),
    ) {
        match self {
            Self::Blocking(client) => drain(&mut client.items(list), each),
            Self::Async(this) => this.drain(&mut this.client.items(list), each),
        }
    }

    pub(crate) fn strict_items<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<O::Record, Error>),
    ) {
        match self {
            Self::Blocking(client) => drain(&mut client.items(list).strict(), each),
            Self::Async(this) => this.drain(&mut this.client.items(list).strict(), each),
        }
    }

    pub(crate) fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<Rest<JobTracker>, Error> {
        Ok(match self {
            Self::Blocking(client) => drain_flow(client.track(descriptor)?, each),
            Self::Async(this) => this.drain_flow(this.client.track(descriptor)?, each),
        })
    }

    pub(crate) fn run<F: Flow>(
        &self,
        flow: F,
        each: impl FnMut(Result<F::Item, Error>),
    ) -> Rest<F> {
        match self {
            Self::Blocking(client) => drain_flow(client.run(flow), each),
            Self::Async(this) => this.drain_flow(this.client.run(flow), each),
        }
    }

    pub(crate) fn run_with_save<F: Flow>(
        &self,
        flow: F,
        save: impl FnMut(&F) -> io::Result<()> + Send + 'static,
        each: impl FnMut(Result<F::Item, Error>),
    ) -> Rest<F> {
        match self {
            Self::Blocking(client) => drain_flow(client.run(flow).with_save(save), each),
            Self::Async(this) => this.drain_flow(this.client.run(flow).with_save(save), each),
        }
    }

    /// Waits for the end of a job.
    pub(crate) fn wait(&self, id: &JobId) -> Result<Job, Error> {
        match self {
            Self::Blocking(client) => client.track_job(id).wait(),
            Self::Async(this) => this.executor.block_on(this.client.track_job(id).wait()),
        }
    }

    /// Sets the deadline and the poll interval of a running tracker.
    pub(crate) fn wait_within(
        &self,
        id: &JobId,
        deadline: Duration,
        interval: Duration,
    ) -> Result<Job, Error> {
        match self {
            Self::Blocking(client) => {
                client.track_job(id).deadline(deadline).poll_interval(interval).wait()
            }
            Self::Async(this) => {
                let track = this.client.track_job(id).deadline(deadline);
                this.executor.block_on(track.poll_interval(interval).wait())
            }
        }
    }

    /// Runs a tracker for some updates, and then waits for the end of its job.
    pub(crate) fn wait_after(&self, tracker: JobTracker, updates: usize) -> Result<Job, Error> {
        match self {
            Self::Blocking(client) => {
                let mut track = client.run(tracker);
                track.by_ref().take(updates).for_each(drop);
                track.wait()
            }
            Self::Async(this) => this.executor.block_on(async {
                let mut track = this.client.run(tracker);
                track.by_ref().take(updates).for_each(|_| ready(())).await;
                track.wait().await
            }),
        }
    }

    pub(crate) fn wait_until_live(&self, image: &GetImage) -> Result<ReplyOf<GetImage>, Error> {
        match self {
            Self::Blocking(client) => client.wait_until(image, is_live),
            Self::Async(this) => {
                this.executor.block_on(this.client.wait_until(image.clone(), is_live))
            }
        }
    }

    /// Uploads a tar of `size` bytes, of which there may be fewer or more.
    pub(crate) fn upload(
        &self,
        image: &Image,
        pieces: impl Iterator<Item = io::Result<Vec<u8>>> + Send + 'static,
        size: u64,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), Error> {
        match self {
            Self::Blocking(client) => {
                let pieces = Pieces { pieces, piece: Cursor::default() };
                let tar = cycle_images_ureq::Tar::new(pieces, size);
                client.upload(image, tar.with_progress(progress))
            }
            Self::Async(this) => {
                let tar = cycle_images_async::Tar::new(stream::iter(pieces), size);
                this.executor.block_on(this.client.upload(image, tar.with_progress(progress)))
            }
        }
    }

    /// Opens a file, calls `opened`, and uploads it. Of the executors, tokio reads files.
    pub(crate) fn upload_file(
        &self,
        image: &Image,
        path: &Path,
        opened: impl FnOnce(),
    ) -> io::Result<Result<(), Error>> {
        match self {
            Self::Blocking(client) => {
                let tar = cycle_images_ureq::Tar::open(path)?;
                opened();
                Ok(client.upload(image, tar))
            }
            Self::Async(this) => this.executor.block_on(async {
                let tar = cycle_images_async::Tar::open(path).await?;
                opened();
                Ok(this.client.upload(image, tar).await)
            }),
        }
    }
}

fn counting(events: Arc<AtomicUsize>) -> impl Fn(&Event<'_>) + Send + Sync + 'static {
    move |_| _ = events.fetch_add(1, Ordering::Relaxed)
}

fn drain_flow<F: Flow>(mut run: FlowIter<F>, each: impl FnMut(Result<F::Item, Error>)) -> Rest<F> {
    drain(&mut run, each);
    Rest(run.into_flow())
}

fn drain<T>(
    items: &mut impl Iterator<Item = Result<T, Error>>,
    mut each: impl FnMut(Result<T, Error>),
) {
    for item in items.by_ref() {
        let is_last = item.is_err();
        each(item);
        if is_last {
            break;
        }
    }
    assert!(items.next().is_none());
}

impl Async {
    pub(crate) fn new(client: cycle_images_async::Client, executor: Executor) -> Self {
        Self { client, executor, tells_unsent: true }
    }

    fn drain_flow<F: Flow>(
        &self,
        mut run: FlowStream<F>,
        each: impl FnMut(Result<F::Item, Error>),
    ) -> Rest<F> {
        self.drain(&mut run, each);
        Rest(run.into_flow())
    }

    fn drain<T>(
        &self,
        stream: &mut (impl FusedStream<Item = Result<T, Error>> + Unpin),
        mut each: impl FnMut(Result<T, Error>),
    ) {
        self.executor.block_on(async {
            while let Some(item) = stream.next().await {
                let is_last = item.is_err();
                each(item);
                assert_eq!(stream.is_terminated(), is_last);
                if is_last {
                    break;
                }
            }
            assert!(stream.next().await.is_none() && stream.is_terminated());
        });
    }
}

/// A timer for which a short wait is over at once, if its waits are noted.
struct Noting {
    timer: Box<dyn Timer>,
    waits: Option<Waits>,
}

impl Timer for Noting {
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        match &self.waits {
            Some(waits) if time <= LONGEST_WAIT => {
                waits.lock().unwrap().push(time);
                Box::pin(ready(()))
            }
            _ => self.timer.wait(time),
        }
    }
}

/// A reader of pieces.
struct Pieces<I> {
    pieces: I,
    piece: Cursor<Vec<u8>>,
}

impl<I: Iterator<Item = io::Result<Vec<u8>>>> Read for Pieces<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.piece.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.pieces.next() {
                Some(piece) => self.piece = Cursor::new(piece?),
                None => return Ok(0),
            }
        }
    }
}
