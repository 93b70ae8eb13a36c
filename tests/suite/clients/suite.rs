//! What holds of every client.

mod bodies;
mod broken_responses;
mod broken_uploads;
mod calls;
pub(crate) mod faults;
mod items;
mod jobs;
mod pages;
mod posts;
mod redirects;
mod refusals;
mod responses;
mod retries;
mod sending;
mod timeouts;
mod upload_refusals;
mod uploads;

use std::any::type_name;
use std::time::Duration;

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::shown;

use crate::driver::{Driver, Uploads};
use crate::setup::Make;

/// A test of one kind of client.
pub(crate) struct Test<D> {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn Fn(Make<D>) + Send>,
}

pub(crate) fn of_all<D: Driver>() -> Vec<Test<D>> {
    [
        responses::tests(),
        bodies::tests(),
        broken_responses::tests(),
        calls::tests(),
        faults::tests(),
        items::tests(),
        jobs::tests(),
        pages::tests(),
        posts::tests(),
        redirects::tests(),
        refusals::tests(),
        retries::tests(),
        sending::tests(),
        timeouts::tests(),
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

/// A function as a test of its own name.
fn test<D, F: Fn(Make<D>) + Send + 'static>(run: F) -> Test<D> {
    // As in `clients::suite::calls::an_image_is_made<..>`.
    let name = type_name::<F>().split('<').next().unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    Test { name, run: Box::new(run) }
}

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

/// A step after which nothing moves by itself.
const STEP: Duration = Duration::from_secs(3600);

/// More than any job takes.
const ENOUGH: Duration = Duration::from_secs(9 * 3600);

/// A sandbox in which time passes only when it is told to.
fn still() -> Sandbox {
    Sandbox::with(Settings::default().step(STEP)).unwrap()
}

/// The usual tries, without waits.
fn quick() -> RetryPolicy {
    RetryPolicy::default().initial_backoff(Duration::ZERO)
}

/// Why listing images doesn't work.
#[track_caller]
fn failure(client: &impl Driver) -> Error {
    client.call(&GetImages::new()).unwrap_err()
}

/// The status of the answer that an error tells of.
#[track_caller]
fn status(error: &Error) -> u16 {
    error.response().unwrap().status().as_u16()
}

/// An error's text without its attempts, whose time differs from run to run: there has to be one.
#[track_caller]
fn said(error: &Error) -> String {
    let said = error.to_string();
    let (start, rest) = said.split_once(" (1 attempt in ").expect(&said);
    let (_, end) = rest.split_once(')').expect(&said);
    format!("{start}{end}")
}
