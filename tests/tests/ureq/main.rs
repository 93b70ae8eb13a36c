//! The blocking client, against servers on this machine.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod agents;
mod bodies;
mod connections;
mod items;
mod no_response;
mod operations;
mod proxies;
mod reading;
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

use std::error::Error;

use cycle_images::Hub;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::Client;

/// A key for servers that take any; it must never be seen but in a request.
const KEY: &str = "sec-key-0b5e9d";

fn hub(sandbox: &Sandbox) -> Hub {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    hub.with_base_url(sandbox.url()).unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    once(Client::new(hub(sandbox)))
}

/// A client of whatever is there.
fn client_of(url: &str) -> Client {
    let hub = Hub::new(KEY, "the-hub").unwrap();
    let hub = hub.with_insecure_base_url(url).unwrap();
    once(Client::new(hub))
}

/// No test waits: what is sent again is tested on its own.
fn once(client: Client) -> Client {
    client.with_retry(RetryPolicy::disabled())
}

/// Why listing images doesn't work.
#[track_caller]
fn failure(client: &Client) -> cycle_images_ureq::Error {
    client.call(&GetImages::new()).unwrap_err()
}

/// All that an error shows of itself and its sources.
fn shown(error: &dyn Error) -> String {
    let sources = std::iter::successors(Some(error), |&error| error.source());
    sources.map(|error| format!("{error}\n{error:?}\n")).collect()
}
