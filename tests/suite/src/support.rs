//! Hubs, replies, error texts and snapshots, as most tests need them.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a helper of tests fails as a test does"
)]

use std::error::Error;
use std::io::Write;
use std::iter::successors;
use std::path::{Path, PathBuf};

use cycle_images::operation::ReplyOf;
use cycle_images::{Hub, ImageId, JobId, Operation, SourceId, Timestamp};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::recording;
use crate::sandbox::Sandbox;

/// A key that no output may show.
pub const KEY: &str = "sec-key-0b5e9d";

/// A hub of the platform, whose requests go nowhere.
#[must_use]
pub fn hub() -> Hub {
    Hub::new("the-key", "the-hub").unwrap()
}

/// A hub at this URL, with the secret [`KEY`].
#[must_use]
pub fn hub_at(url: &str) -> Hub {
    Hub::new(KEY, "the-hub").unwrap().with_insecure_base_url(url).unwrap()
}

/// The hub of a sandbox, which is the factory, too.
#[must_use]
pub fn sandbox_hub(sandbox: &Sandbox) -> Hub {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    hub.with_base_url(sandbox.url()).unwrap().with_factory_url(sandbox.url()).unwrap()
}

/// `Display` and `Debug` of an error and all its sources.
#[must_use]
pub fn shown(error: &dyn Error) -> String {
    let sources = successors(Some(error), |&error| error.source());
    sources.map(|error| format!("{error}\n{error:?}\n")).collect()
}

/// A body as gzip.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The reply to an operation whose response is a recording.
#[track_caller]
#[must_use]
pub fn reply<O: Operation>(operation: &O, name: &str) -> ReplyOf<O> {
    hub().response(operation, recording::read(name)).unwrap()
}

/// The body of an operation's request.
#[track_caller]
#[must_use]
pub fn body(operation: &impl Operation) -> String {
    String::from_utf8(hub().request(operation).unwrap().into_body()).unwrap()
}

/// An image of the recordings.
#[must_use]
pub fn image() -> ImageId {
    ImageId::new("65f0a1b2c3d4e5f6a7b80001").unwrap()
}

/// A source of the recordings.
#[must_use]
pub fn source() -> SourceId {
    SourceId::new("64d0a0000000000000050001").unwrap()
}

/// A job of the recordings.
#[must_use]
pub fn job() -> JobId {
    JobId::new("68f0b00000000000000f0001").unwrap()
}

/// The ids that the table of operations has in its paths.
#[must_use]
pub fn ids() -> [String; 3] {
    [image().to_string(), source().to_string(), job().to_string()]
}

/// A time as text, or `never`.
#[must_use]
pub fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".to_owned(), |time| time.to_string())
}

/// The number of cases of a property: `PROPTEST_CASES` if it is set, else this.
#[must_use]
pub fn cases(usual: u32) -> u32 {
    let set = std::env::var("PROPTEST_CASES").ok();
    set.and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// A folder of `tests/data`.
#[must_use]
pub fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(folder)
}

/// Compares a text with the snapshot `<name>.snap` of a folder.
pub fn assert_snapshot(folder: &Path, name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Compares what becomes of the text of each `<name>.txt` in a folder of `tests/data` with
/// `<name>.snap`, and returns the number of files.
pub fn assert_snapshots(folder: &str, run: impl Fn(&str) -> String) -> usize {
    let folder = data(folder);
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "txt"));
    let run = files.map(|file| {
        let text = run(&std::fs::read_to_string(&file).unwrap());
        assert_snapshot(&folder, file.file_stem().unwrap().to_str().unwrap(), &text);
    });
    run.count()
}
