//! What is true of the blocking client alone.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod agents;
mod cancelled;
mod connections;
mod killed;
mod many_jobs;
mod no_response;
mod threads;
mod tls;
mod transport;
mod uploads;

use std::time::Duration;

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images::model::Image;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::support::{KEY, hub_at, sandbox_hub as hub, shown};
use cycle_images_tests::uploads::create_waiting;
use cycle_images_ureq::Client;

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

fn client(sandbox: &Sandbox) -> Client {
    once(Client::new(hub(sandbox)))
}

fn client_of(url: &str) -> Client {
    once(Client::new(hub_at(url)))
}

/// Without retries.
fn once(client: Client) -> Client {
    client.with_retry(RetryPolicy::disabled())
}

fn waiting(sandbox: &Sandbox) -> Image {
    client(sandbox).call(create_waiting(sandbox)).unwrap().data
}

/// The error of listing images.
#[track_caller]
fn failure(client: &Client) -> cycle_images_ureq::Error {
    client.call(&GetImages::new()).unwrap_err()
}
