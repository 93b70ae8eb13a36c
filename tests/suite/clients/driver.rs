//! What the suite asks of a client, whether that blocks or not.

use std::future::ready;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use cycle_images::flow::{Flow, JobTracker, JobUpdate, Pages};
use cycle_images::images::{GetImage, is_live};
use cycle_images::model::{Image, Job, JobDescriptor};
use cycle_images::operation::{ListOperation, ReplyOf};
use cycle_images::{JobId, Operation};
use cycle_images_async::{Client, Error, Tar, Timer, Transport};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, FusedStream, Stream, StreamExt};

use crate::executors::{Executor, OnTokio};
use crate::setup::{LONGEST_WAIT, Setup, Waits};

/// A client. `each` gets what comes in several pieces as it comes; an item after an error or the
/// end fails the test.
pub(crate) trait Driver: 'static {
    /// What the client calls itself in its user agent.
    const KIND: &'static str;

    /// Whether it knows of a connection that wasn't made that nothing was sent.
    fn tells_unsent(&self) -> bool;

    fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error>;

    fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Pages<O>;

    fn items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>));

    fn strict_items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>));

    fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<JobTracker, Error>;

    fn run<F: Flow>(&self, flow: F, each: impl FnMut(Result<F::Item, Error>)) -> F;

    fn run_with_save<F: Flow>(
        &self,
        flow: F,
        save: impl FnMut(&F) -> io::Result<()> + Send + 'static,
        each: impl FnMut(Result<F::Item, Error>),
    ) -> F;

    /// Waits for the end of a job.
    fn wait(&self, id: &JobId) -> Result<Job, Error>;

    /// Runs a tracker with a deadline and a poll interval that are set on the running flow.
    fn wait_within(&self, id: &JobId, deadline: Duration, interval: Duration)
    -> Result<Job, Error>;

    /// Runs a tracker for some updates, and then waits for the end of its job.
    fn wait_after(&self, tracker: JobTracker, updates: usize) -> Result<Job, Error>;

    fn wait_until_live(&self, image: &GetImage) -> Result<ReplyOf<GetImage>, Error>;
}

/// A client that can upload, too.
pub(crate) trait Uploads: Driver {
    /// Uploads a tar of `size` bytes, of which there may be fewer or more.
    fn upload(
        &self,
        image: &Image,
        pieces: impl Iterator<Item = io::Result<Vec<u8>>> + Send + 'static,
        size: u64,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), Error>;
}

/// A client that uploads files.
pub(crate) trait Files: Uploads {
    /// Opens a file, calls `opened`, and uploads it.
    fn upload_file(
        &self,
        image: &Image,
        path: &Path,
        opened: impl FnOnce(),
    ) -> io::Result<Result<(), Error>>;
}

/// The async client, and what runs its futures.
pub(crate) struct Async<E> {
    client: Client,
    executor: E,
    tells_unsent: bool,
}

impl<E: Executor> Async<E> {
    /// The body limit is the transport's.
    pub(crate) fn new(setup: Setup, transport: impl Transport + 'static, executor: E) -> Self {
        let timer = executor.timer();
        let client = match setup.waits {
            Some(waits) => Client::new(setup.hub, transport, Noting { timer, waits }),
            None => Client::new(setup.hub, transport, timer),
        };
        let client = client.with_attempt_timeout(setup.timeout).with_timeout(setup.call_timeout);
        Self::with_client(client.with_retry(setup.retry), executor)
    }

    pub(crate) fn with_client(client: Client, executor: E) -> Self {
        Self { client, executor, tells_unsent: true }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The transport takes every request to have arrived.
    pub(crate) fn not_telling_unsent(self) -> Self {
        Self { tells_unsent: false, ..self }
    }

    fn drain<T, S: Stream<Item = Result<T, Error>> + FusedStream + Unpin>(
        &self,
        stream: &mut S,
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

/// A timer for which a short wait is over at once.
struct Noting<T> {
    timer: T,
    waits: Waits,
}

impl<T: Timer> Timer for Noting<T> {
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        if time > LONGEST_WAIT {
            return self.timer.wait(time);
        }
        self.waits.lock().unwrap().push(time);
        Box::pin(ready(()))
    }
}

impl<E: Executor> Driver for Async<E> {
    const KIND: &'static str = "async";

    fn tells_unsent(&self) -> bool {
        self.tells_unsent
    }

    fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        self.executor.block_on(self.client.call(operation))
    }

    fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Pages<O> {
        let mut pages = self.client.pages(list);
        self.drain(&mut pages, each);
        pages.into_flow()
    }

    fn items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>)) {
        self.drain(&mut self.client.items(list), each);
    }

    fn strict_items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>)) {
        self.drain(&mut self.client.items(list).strict(), each);
    }

    fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<JobTracker, Error> {
        let mut track = self.client.track(descriptor)?;
        self.drain(&mut track, each);
        Ok(track.into_flow())
    }

    fn run<F: Flow>(&self, flow: F, each: impl FnMut(Result<F::Item, Error>)) -> F {
        let mut run = self.client.run(flow);
        self.drain(&mut run, each);
        run.into_flow()
    }

    fn run_with_save<F: Flow>(
        &self,
        flow: F,
        save: impl FnMut(&F) -> io::Result<()> + Send + 'static,
        each: impl FnMut(Result<F::Item, Error>),
    ) -> F {
        let mut run = self.client.run(flow).with_save(save);
        self.drain(&mut run, each);
        run.into_flow()
    }

    fn wait(&self, id: &JobId) -> Result<Job, Error> {
        self.executor.block_on(self.client.track_job(id).wait())
    }

    fn wait_within(
        &self,
        id: &JobId,
        deadline: Duration,
        interval: Duration,
    ) -> Result<Job, Error> {
        let mut track = self.client.track_job(id).deadline(deadline).poll_interval(interval);
        self.executor.block_on(track.wait())
    }

    fn wait_after(&self, tracker: JobTracker, updates: usize) -> Result<Job, Error> {
        let mut track = self.client.run(tracker);
        self.executor.block_on(async {
            for _ in 0..updates {
                let _ = track.next().await;
            }
            track.wait().await
        })
    }

    fn wait_until_live(&self, image: &GetImage) -> Result<ReplyOf<GetImage>, Error> {
        self.executor.block_on(self.client.wait_until(image.clone(), is_live))
    }
}

impl<E: Executor> Uploads for Async<E> {
    fn upload(
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

impl<E: OnTokio> Files for Async<E> {
    fn upload_file(
        &self,
        image: &Image,
        path: &Path,
        opened: impl FnOnce(),
    ) -> io::Result<Result<(), Error>> {
        self.executor.block_on(async {
            let tar = Tar::open(path).await?;
            opened();
            Ok(self.client.upload(image, tar).await)
        })
    }
}
