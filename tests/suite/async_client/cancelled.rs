//! Dropping a future or a stream stops its work, over clients that hold connections.
//!
//! A connection with a request in flight is closed. One that was used and given back to the pool
//! of its client stays open until the client is dropped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cycle_images::JobId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images::jobs::GetJobs;
use cycle_images::model::JobStatus;
use cycle_images_async::{Client, Transport};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::runtime::Handle;

use crate::manual_transport::{Bell, open};
use crate::{LONG, block_on, connection, hub, hyper, reqwest};

/// A client without timeouts.
fn client<T: Transport + 'static>(sandbox: &Sandbox, transport: T) -> (Client, Bell) {
    let bell = Bell::default();
    let client = Client::new(hub(sandbox), transport, bell.clone());
    (client.with_retry(RetryPolicy::disabled()), bell)
}

/// Waits off the runtime's thread.
async fn has(sandbox: &Arc<Sandbox>, what: impl FnOnce(&Sandbox) -> bool + Send + 'static) {
    let sandbox = Arc::clone(sandbox);
    assert!(tokio::task::spawn_blocking(move || what(&sandbox)).await.unwrap());
}

async fn has_connections(sandbox: &Arc<Sandbox>, count: usize) {
    has(sandbox, move |sandbox| sandbox.wait_for_connections(count, LONG)).await;
}

/// Does the work until so many requests have arrived, and drops it.
async fn dropped_after(sandbox: &Arc<Sandbox>, count: usize, work: impl Future) {
    let arrived = Box::pin(has(sandbox, move |sandbox| sandbox.wait_for_requests(count, LONG)));
    let race = select(Box::pin(work), arrived).await;
    assert!(matches!(race, Either::Right(_)), "it was answered");
}

/// Waits until no other task is on the runtime.
pub(crate) async fn has_no_task() {
    let start = Instant::now();
    while Handle::current().metrics().num_alive_tasks() > 0 {
        assert!(start.elapsed() < LONG, "a task is left");
        tokio::task::yield_now().await;
    }
}

async fn request<T: Transport + 'static>(transport: T) {
    let sandbox = Arc::new(Sandbox::start().unwrap());
    let (client, bell) = client(&sandbox, transport);
    sandbox.fault(Fault::Delay(LONG));
    dropped_after(&sandbox, 1, client.call(&GetImages::new())).await;
    has_connections(&sandbox, 0).await;

    let mut track = client.track_job(&JobId::new("j1").unwrap());
    sandbox.fault(Fault::Delay(LONG));
    dropped_after(&sandbox, 2, track.next()).await;
    // The future of `next` isn't the work, which goes on when the stream is polled again.
    assert_eq!((sandbox.open_connections(), bell.running().len()), (1, 1));
    drop(track);
    assert!(bell.running().is_empty());
    has_connections(&sandbox, 0).await;
    drop(client);
    has_no_task().await;
}

#[test]
fn connection_of_a_dropped_request_is_closed() {
    block_on(async {
        request(hyper()).await;
        request(reqwest()).await;
        request(connection::send).await;
    });
}

async fn prefetch<T: Transport + 'static>(transport: T) {
    const WIDTH: usize = 4;
    let sandbox = Arc::new(Sandbox::start().unwrap());
    let (client, bell) = client(&sandbox, transport);
    (0..WIDTH).for_each(|_| sandbox.fault(Fault::Delay(LONG)));
    let mut pages = client.run(open(GetImages::new())).prefetch(WIDTH);
    dropped_after(&sandbox, WIDTH, pages.next()).await;
    assert_eq!(sandbox.open_connections(), WIDTH);
    drop(pages);
    assert!(bell.running().is_empty());
    has_connections(&sandbox, 0).await;
    drop(client);
    has_no_task().await;
    assert_eq!(sandbox.requests().len(), WIDTH);
}

#[test]
fn connections_of_a_dropped_prefetch_are_closed() {
    block_on(async {
        prefetch(hyper()).await;
        prefetch(reqwest()).await;
        prefetch(connection::send).await;
    });
}

/// `idle` is the number of connections that the client keeps.
async fn wait<T: Transport + 'static>(transport: T, idle: usize) {
    let sandbox = Arc::new(Sandbox::start().unwrap());
    let (client, bell) = client(&sandbox, transport);
    let jobs = client.call(&GetJobs::new()).await.unwrap().data;
    let job = jobs.iter().find(|job| job.state.current == JobStatus::Scheduled).unwrap();
    let mut track = client.track_job(&job.id);
    track.next().await.unwrap().unwrap();
    assert!(track.next().now_or_never().is_none());
    assert!(bell.running()[0] <= Duration::from_millis(250));
    drop(track);
    assert!(bell.running().is_empty());
    has_connections(&sandbox, idle).await;
    assert_eq!(sandbox.open_connections(), idle);
    // A clone has the same pool.
    let clone = client.clone();
    drop(client);
    clone.call(&GetImages::new()).await.unwrap();
    has_connections(&sandbox, idle).await;
    drop(clone);
    has_connections(&sandbox, 0).await;
    has_no_task().await;
}

#[test]
fn idle_connections_last_as_long_as_a_clone_of_their_client() {
    block_on(async {
        wait(hyper(), 1).await;
        wait(reqwest(), 1).await;
        wait(connection::send, 0).await;
    });
}
