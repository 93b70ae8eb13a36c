//! The async client: its futures and streams, whatever carries its requests.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod clients;
mod connection;
mod manual_transport;
mod slow;
mod streams;
mod upload_fixtures;

mod auto_traits;
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
mod prefetch_errors;
mod proxies;
mod redirects;
mod resumed;
mod secrets;
mod send;
mod sending;
mod task_budget;
mod time;
mod timers;
mod tower;
mod tracking;
mod upload_early_response;
mod upload_errors;
mod upload_gate;
mod upload_streams;
mod uploads;
mod variables;

use std::time::Duration;

use cycle_images_tests::support::{KEY, hub_at as hub_of, sandbox_hub as hub, shown};
use tokio::runtime::{Builder, Runtime};

/// A runtime on this thread, with the system's clock.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A timer without an end: nothing times out.
async fn never(_: Duration) {
    std::future::pending().await
}

/// For closures and their futures, which own what they need.
fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
