//! What holds for every client.

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

use std::any::type_name;
use std::time::Duration;

use cycle_images::images::{CreateImage, GetImages, UpdateImage};
use cycle_images::{ImageId, SourceId};
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::shown;

use crate::driver::{Driver, Files, Uploads};
use crate::setup::{Make, Setup};

pub(crate) use uploads::upload;

/// A test of one kind of client.
pub(crate) struct Test<D> {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn Fn(Make<D>) + Send>,
}

pub(crate) fn of_all<D: Driver>() -> Vec<Test<D>> {
    [
        bodies::tests(),
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
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(crate) fn of_uploads<D: Uploads>() -> Vec<Test<D>> {
    [uploads::tests(), upload_refusals::tests(), broken_uploads::tests()]
        .into_iter()
        .flatten()
        .collect()
}

pub(crate) fn of_files<D: Files>() -> Vec<Test<D>> {
    uploads::tests_of_files()
}

/// A function as a test of its own name.
fn test<D, F: Fn(Make<D>) + Send + 'static>(run: F) -> Test<D> {
    // As in `clients::suite::calls::an_image_is_made<..>`.
    let name = type_name::<F>().split('<').next().unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    Test { name, run: Box::new(run) }
}

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

/// More than any job takes.
const ENOUGH: Duration = Duration::from_secs(9 * 3600);

const EMPTY: &str = r#"{"data": []}"#;

/// A sandbox, and a client that sends each request once.
fn once<D>(make: Make<D>) -> (Sandbox, D) {
    with(make, Settings::default(), |setup| setup)
}

/// A sandbox, and a client that retries without waits.
fn retrying<D>(make: Make<D>) -> (Sandbox, D) {
    with(make, Settings::default(), Setup::retrying)
}

fn with<D>(make: Make<D>, settings: Settings, set: impl FnOnce(Setup) -> Setup) -> (Sandbox, D) {
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
fn failure(client: &impl Driver) -> Error {
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
