//! What holds for every client.

/// Functions as tests of their names.
macro_rules! tests {
    ($($test:ident),* $(,)?) => { vec![$((stringify!($test), $test as fn(Make))),*] };
}

mod bodies;
mod broken_uploads;
mod calls;
pub(crate) mod faults;
mod flows;
mod items;
mod jobs;
mod no_response;
mod pages;
mod redirects;
mod refusals;
mod responses;
mod retries;
mod sending;
mod upload_refusals;
mod uploads;

use std::time::Duration;

use cycle_images::images::{CreateImage, GetImages, UpdateImage};
use cycle_images::{ImageId, SourceId};
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::shown;

use crate::driver::Client;
use crate::setup::{Make, Setup};

pub(crate) use uploads::upload;

/// A test, by its name.
type Test = (&'static str, fn(Make));

pub(crate) fn all() -> Vec<Test> {
    let tests = [
        bodies::tests(),
        broken_uploads::tests(),
        calls::tests(),
        faults::tests(),
        flows::tests(),
        items::tests(),
        jobs::tests(),
        no_response::tests(),
        pages::tests(),
        redirects::tests(),
        refusals::tests(),
        responses::tests(),
        retries::tests(),
        sending::tests(),
        upload_refusals::tests(),
        uploads::tests(),
    ];
    tests.concat()
}

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

/// More than any job takes.
const ENOUGH: Duration = Duration::from_secs(9 * 3600);

const EMPTY: &str = r#"{"data": []}"#;

/// A sandbox, and a client that sends each request once.
fn once(make: Make) -> (Sandbox, Client) {
    with(make, Settings::default(), |setup| setup)
}

/// A sandbox, and a client that retries without waits.
fn retrying(make: Make) -> (Sandbox, Client) {
    with(make, Settings::default(), Setup::retrying)
}

fn with(make: Make, settings: Settings, set: impl FnOnce(Setup) -> Setup) -> (Sandbox, Client) {
    let sandbox = Sandbox::with(settings).unwrap();
    let client = make(set(Setup::of(&sandbox)));
    (sandbox, client)
}

/// Settings of a sandbox in which time passes only by `skip`.
fn still() -> Settings {
    Settings::default().step(Duration::from_secs(3600))
}

fn create(sandbox: &Sandbox) -> CreateImage {
    CreateImage::new(SourceId::new(sandbox.source_id()).unwrap())
}

fn rename() -> UpdateImage {
    UpdateImage::new(ImageId::new("i1").unwrap()).name("a")
}

/// The error of listing images.
#[track_caller]
fn failure(client: &Client) -> Error {
    client.call(&GetImages::new()).unwrap_err()
}

/// The status of the response in an error.
#[track_caller]
fn status(error: &Error) -> u16 {
    error.response().unwrap().status().as_u16()
}

/// How many attempts an error counts.
#[track_caller]
fn attempts(error: &Error) -> u32 {
    error.attempts().unwrap().count
}

/// An error's text without its one attempt, whose time differs from run to run.
#[track_caller]
fn text(error: &Error) -> String {
    let text = error.to_string();
    let (start, rest) = text.split_once(" (1 attempt in ").expect(&text);
    let (_, end) = rest.split_once(')').expect(&text);
    format!("{start}{end}")
}
