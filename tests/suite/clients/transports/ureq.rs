//! The blocking client.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use cycle_images::flow::{Flow, JobTracker, JobUpdate, Pages};
use cycle_images::model::{Image, Job, JobDescriptor};
use cycle_images::operation::ListOperation;
use cycle_images::operation::ReplyOf;
use cycle_images::{JobId, Operation};
use cycle_images_ureq::{Client, Error, FlowIter, Tar};

use crate::driver::{Driver, Rest, Uploads};
use crate::setup::Setup;

pub(crate) fn client(setup: Setup) -> Client {
    let client = Client::new(setup.hub).with_retry(setup.retry).with_timeout(setup.call_timeout);
    client.with_attempt_timeout(setup.timeout).with_body_limit(setup.body_limit)
}

impl Driver for Client {
    const KIND: &'static str = "ureq";

    fn tells_unsent(&self) -> bool {
        true
    }

    fn call<O: Operation + Clone>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        self.call(operation)
    }

    fn pages<O: ListOperation>(
        &self,
        list: O,
        each: impl FnMut(Result<ReplyOf<O>, Error>),
    ) -> Rest<Pages<O>> {
        run(self.pages(list), each)
    }

    fn items<O: ListOperation>(&self, list: O, each: impl FnMut(Result<O::Record, Error>)) {
        run_out(&mut self.items(list), each);
    }

    fn track(
        &self,
        descriptor: &JobDescriptor,
        each: impl FnMut(Result<JobUpdate, Error>),
    ) -> Result<Rest<JobTracker>, Error> {
        Ok(run(self.track(descriptor)?, each))
    }

    fn run<F: Flow>(&self, flow: F, each: impl FnMut(Result<F::Item, Error>)) -> Rest<F> {
        run(self.run(flow), each)
    }

    fn wait(&self, id: &JobId) -> Result<Job, Error> {
        self.track_job(id).wait()
    }
}

fn run<F: Flow>(mut turn: FlowIter<F>, each: impl FnMut(Result<F::Item, Error>)) -> Rest<F> {
    run_out(&mut turn, each);
    Rest(turn.into_flow())
}

fn run_out<T>(
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
    fn upload_with_progress(
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
