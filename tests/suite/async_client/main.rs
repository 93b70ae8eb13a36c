//! What is true of the async client alone.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod connection;
mod manual_transport;
mod many_jobs;
mod streams;
mod upload_fixtures;

mod auto_traits;
mod cancelled;
mod connectors;
mod drive;
mod http2;
mod into_flow;
mod next;
mod prefetch;
mod prefetch_ends;
mod redirects;
mod secrets;
mod time;
mod timers;
mod tower;
mod upload_early_response;
mod upload_gate;
mod upload_streams;

use std::future::Future;
use std::time::Duration;

use cycle_images_async::{Body, Client, Hyper, Reqwest, Tokio, Tower, Transport};
use cycle_images_tests::support::{KEY, hub_at as hub_of, sandbox_hub as hub, shown};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Builder;

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

/// Runs a future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A timer without an end.
async fn never(_: Duration) {
    std::future::pending().await
}

/// For closures and their futures, which own what they need.
fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn reqwest() -> Reqwest {
    Reqwest::new().unwrap()
}

fn hyper() -> Hyper<HttpConnector> {
    Hyper::from_connector(HttpConnector::new())
}

fn tower() -> Tower<legacy::Client<HttpConnector, Body>> {
    Tower::new(legacy::Client::builder(TokioExecutor::new()).build_http())
}

/// A client of a factory at this URL, and of nothing else.
fn uploader(factory: &str, transport: impl Transport + 'static) -> Client {
    let hub = hub_of("http://core.invalid").with_factory_url(factory).unwrap();
    Client::new(hub, transport, Tokio)
}
