//! Image sources and jobs: their requests, their recordings, and each operation once against the
//! sandbox.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]

mod go_jobs;
mod go_sources;
mod jobs;
mod origins;
mod refusals;
mod requests;
mod round_trip;
mod sandbox_jobs;
mod sandbox_sources;
mod secrets;
mod sources;

use cycle_images::{Hub, JobId, Operation, SourceId, Timestamp};
use cycle_images_tests::recording;

fn hub() -> Hub {
    Hub::new("the-key", "the-hub").unwrap()
}

fn source() -> SourceId {
    SourceId::new("64d0a0000000000000050001").unwrap()
}

fn job() -> JobId {
    JobId::new("68f0b00000000000000f0001").unwrap()
}

/// A recording, as the answer to an operation.
#[track_caller]
fn reply<O: Operation>(operation: &O, name: &str) -> cycle_images::operation::ReplyOf<O> {
    hub().response(operation, recording::read(name)).unwrap()
}

/// The JSON that an operation sends.
#[track_caller]
fn body(operation: &impl Operation) -> String {
    String::from_utf8(hub().request(operation).unwrap().into_body()).unwrap()
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".to_owned(), |time| time.to_string())
}
