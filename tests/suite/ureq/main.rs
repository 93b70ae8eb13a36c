//! The blocking client, against servers on this machine.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod agents;
mod bodies;
mod cancelled;
mod connections;
mod debug;
mod items;
mod killed;
mod many_jobs;
mod no_response;
mod proxies;
mod refusals;
mod retrying;
mod sending;
mod threads;
mod tls;
mod tracking;
mod transport;
mod upload_memory;
mod uploads;
mod variables;

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::support::{KEY, hub_at, sandbox_hub as hub, shown};
use cycle_images_ureq::Client;

fn client(sandbox: &Sandbox) -> Client {
    once(Client::new(hub(sandbox)))
}

/// A client for this URL.
fn client_of(url: &str) -> Client {
    once(Client::new(hub_at(url)))
}

/// Without retries, which are tested on their own.
fn once(client: Client) -> Client {
    client.with_retry(RetryPolicy::disabled())
}

/// The error of listing images.
#[track_caller]
fn failure(client: &Client) -> cycle_images_ureq::Error {
    client.call(&GetImages::new()).unwrap_err()
}
