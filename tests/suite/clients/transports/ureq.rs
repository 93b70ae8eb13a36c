//! The blocking client.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use cycle_images::flow::{Flow, JobTracker, JobUpdate, Pages};
use cycle_images::images::{GetImage, is_live};
use cycle_images::model::{Image, Job, JobDescriptor};
use cycle_images::operation::{ListOperation, ReplyOf};
use cycle_images::{JobId, Operation};
use cycle_images_ureq::{Client, Error, FlowIter, Tar};

use crate::driver::{Driver, Files, Uploads};
use crate::setup::Setup;

pub(crate) fn client(setup: Setup) -> Client {
    let client = Client::new(setup.hub).with_retry(setup.retry).with_timeout(setup.call_timeout);
    let client = client.with_attempt_timeout(setup.timeout);
    let client = match setup.body_limit {
        Some(limit) => client.with_body_limit(limit),
        None => client,
    };
    match setup.waits {
        Some(waits) => client.with_sleep(move |time| waits.lock().unwrap().push(time)),
        None => client,
    }
}

impl Driver for Client {
    const KIND: &'static str = "ureq";

    fn tells_unsent(&self) -> bool {
        true
    }

    fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        self.call(operation)
    }

    fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Pages<O> {
        drained(self.pages(list), each)
    }

    fn items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>)) {
        drain(&mut self.items(list), each);
    }

    fn strict_items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>)) {
        drain(&mut self.items(list).strict(), each);
    }

    fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<JobTracker, Error> {
        Ok(drained(self.track(descriptor)?, each))
    }

    fn run<F: Flow>(&self, flow: F, each: impl FnMut(Result<F::Item, Error>)) -> F {
        drained(self.run(flow), each)
    }

    fn run_with_save<F: Flow>(
        &self,
        flow: F,
        save: impl FnMut(&F) -> io::Result<()> + Send + 'static,
        each: impl FnMut(Result<F::Item, Error>),
    ) -> F {
        drained(self.run(flow).with_save(save), each)
    }

    fn wait(&self, id: &JobId) -> Result<Job, Error> {
        self.track_job(id).wait()
    }

    fn wait_within(
        &self,
        id: &JobId,
        deadline: Duration,
        interval: Duration,
    ) -> Result<Job, Error> {
        self.track_job(id).deadline(deadline).poll_interval(interval).wait()
    }

    fn wait_after(&self, tracker: JobTracker, updates: usize) -> Result<Job, Error> {
        let mut track = self.run(tracker);
        track.by_ref().take(updates).for_each(drop);
        track.wait()
    }

    fn wait_until_live(&self, image: &GetImage) -> Result<ReplyOf<GetImage>, Error> {
        self.wait_until(image, is_live)
    }
}

fn drained<F: Flow>(mut run: FlowIter<F>, each: impl FnMut(Result<F::Item, Error>)) -> F {
    drain(&mut run, each);
    run.into_flow()
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

impl Uploads for Client {
    fn upload(
        &self,
        image: &Image,
        pieces: impl Iterator<Item = io::Result<Vec<u8>>> + Send + 'static,
        size: u64,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), Error> {
        let tar = Tar::new(Pieces { pieces, piece: Cursor::default() }, size);
        self.upload(image, tar.with_progress(progress))
    }
}

impl Files for Client {
    fn upload_file(
        &self,
        image: &Image,
        path: &Path,
        opened: impl FnOnce(),
    ) -> io::Result<Result<(), Error>> {
        let tar = Tar::open(path)?;
        opened();
        Ok(self.upload(image, tar))
    }
}

/// Pieces, one after the other, for whoever reads.
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
