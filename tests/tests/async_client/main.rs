//! The async client: its futures and streams, whatever carries its requests.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod connection;
mod manual_transport;
mod ready;
mod slow;
mod streams;
mod upload_fixtures;

mod bodies;
mod call;
mod cancelled;
mod http2;
mod into_flow;
mod limits;
mod next;
mod no_response;
mod owned;
mod policies;
mod prefetch;
mod prefetch_bodies;
mod prefetch_ends;
mod prefetch_faults;
mod proxies;
mod redirects;
mod resumed;
mod secrets;
mod send;
mod sending;
mod shapes;
mod starving;
mod time;
mod timers;
mod towers;
mod upload_by_hand;
mod upload_faults;
mod upload_listening;
mod upload_streams;
mod uploads;
mod variables;

use std::error::Error;

use cycle_images::Hub;
use cycle_images_tests::sandbox::Sandbox;
use tokio::runtime::{Builder, Runtime};

/// A key for servers that take any; it must never be seen but in a request.
const KEY: &str = "sec-key-0b5e9d";

/// The hub of a sandbox, which is the factory, too.
fn hub(sandbox: &Sandbox) -> Hub {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    hub.with_base_url(sandbox.url()).unwrap().with_factory_url(sandbox.url()).unwrap()
}

/// A hub of whatever is there.
fn hub_of(url: &str) -> Hub {
    Hub::new(KEY, "the-hub").unwrap().with_insecure_base_url(url).unwrap()
}

/// Runs on this thread alone, by the system's clock.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// All that an error shows of itself and its sources.
fn shown(error: &dyn Error) -> String {
    let sources = std::iter::successors(Some(error), |&error| error.source());
    sources.map(|error| format!("{error}\n{error:?}\n")).collect()
}
