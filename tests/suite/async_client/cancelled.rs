//! Dropping a future or a stream stops its work, over clients that hold connections.
//!
//! A connection in the midst of a request is closed. One that was used and given back to the pool
//! of its client stays open, idle, until the client is dropped, if its pool doesn't close it
//! before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cycle_images::images::GetImages;
use cycle_images::jobs::GetJobs;
use cycle_images::model::JobStatus;
use cycle_images::{JobId, flow::RetryPolicy};
use cycle_images_async::{Client, Transport};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::runtime::Handle;

use crate::clients::{hyper, reqwest};
use crate::manual_transport::{Bell, open};
use crate::{connection, hub, runtime};

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

/// A client whose time never comes.
fn client<T: Transport + 'static>(sandbox: &Sandbox, transport: T) -> (Client, Bell) {
    let bell = Bell::default();
    let client = Client::new(hub(sandbox), transport, bell.clone());
    (client.with_retry(RetryPolicy::disabled()), bell)
}

/// Asks the sandbox off the runtime's thread, so that this goes on.
async fn has(sandbox: &Arc<Sandbox>, what: impl FnOnce(&Sandbox) -> bool + Send + 'static) {
    let sandbox = Arc::clone(sandbox);
    assert!(tokio::task::spawn_blocking(move || what(&sandbox)).await.unwrap());
}

async fn has_no_connection(sandbox: &Arc<Sandbox>) {
    has(sandbox, |sandbox| sandbox.wait_for_connections(0, LONG)).await;
}

/// Does the work until so many requests have come in, and drops it in their midst.
async fn left_after(sandbox: &Arc<Sandbox>, count: usize, work: impl Future) {
    let arrived = Box::pin(has(sandbox, move |sandbox| sandbox.wait_for_requests(count, LONG)));
    let race = select(Box::pin(work), arrived).await;
    assert!(matches!(race, Either::Right(_)), "it was answered");
}

/// What runs on the runtime besides the test itself, once it has had its turns.
pub(crate) async fn has_no_task() {
    let begun = Instant::now();
    while Handle::current().metrics().num_alive_tasks() > 0 {
        assert!(begun.elapsed() < LONG, "a task is left");
        tokio::task::yield_now().await;
    }
}

/// A job that stands still, and the connection closed by which it was found.
fn job(sandbox: &Arc<Sandbox>) -> JobId {
    let client = cycle_images_ureq::Client::new(hub(sandbox));
    let mut jobs = client.items(GetJobs::new()).map(Result::unwrap);
    let job = jobs.find(|job| job.state.current == JobStatus::Scheduled).unwrap();
    job.id
}

async fn a_request<T: Transport + 'static>(transport: T) {
    let sandbox = Arc::new(Sandbox::start().unwrap());
    let (client, bell) = client(&sandbox, transport);
    sandbox.fault(Fault::Delay(LONG));
    let list = GetImages::new();
    left_after(&sandbox, 1, client.call(&list)).await;
    has_no_connection(&sandbox).await;

    let mut track = client.track_job(&JobId::new("j1").unwrap());
    sandbox.fault(Fault::Delay(LONG));
    left_after(&sandbox, 2, track.next()).await;
    // The future of one step is not the work: that goes on when it is asked again.
    assert_eq!((sandbox.open_connections(), bell.running().len()), (1, 1));
    drop(track);
    assert!(bell.running().is_empty());
    has_no_connection(&sandbox).await;
    drop(client);
    has_no_task().await;
}

#[test]
fn a_request_that_is_dropped_has_its_connection_closed() {
    runtime().block_on(async {
        a_request(hyper()).await;
        a_request(reqwest()).await;
        a_request(connection::send).await;
    });
}

async fn a_prefetch<T: Transport + 'static>(transport: T) {
    const WIDTH: usize = 4;
    let sandbox = Arc::new(Sandbox::start().unwrap());
    let (client, bell) = client(&sandbox, transport);
    for _ in 0..WIDTH {
        sandbox.fault(Fault::Delay(LONG));
    }
    let mut pages = client.run(open(GetImages::new())).prefetch(WIDTH);
    left_after(&sandbox, WIDTH, pages.next()).await;
    assert_eq!(sandbox.open_connections(), WIDTH);
    drop(pages);
    assert!(bell.running().is_empty());
    has_no_connection(&sandbox).await;
    drop(client);
    has_no_task().await;
    assert_eq!(sandbox.requests().len(), WIDTH);
}

#[test]
fn a_prefetch_that_is_dropped_has_all_its_connections_closed() {
    runtime().block_on(async {
        a_prefetch(hyper()).await;
        a_prefetch(reqwest()).await;
        a_prefetch(connection::send).await;
    });
}

/// `idle` is how many connections its client keeps.
async fn a_wait<T: Transport + 'static>(transport: T, idle: usize) {
    let sandbox = Arc::new(Sandbox::start().unwrap());
    let id = job(&sandbox);
    has_no_connection(&sandbox).await;
    let before = sandbox.requests().len();
    let (client, bell) = client(&sandbox, transport);
    let mut track = client.track_job(&id);
    assert_eq!(track.next().await.unwrap().unwrap().job.state.current, JobStatus::Scheduled);
    assert!(track.next().now_or_never().is_none());
    assert!(bell.running()[0] <= Duration::from_millis(250));
    drop(track);
    assert!(bell.running().is_empty());
    has(&sandbox, move |sandbox| sandbox.wait_for_connections(idle, LONG)).await;
    assert_eq!(sandbox.open_connections(), idle);
    // It is at hand for what the client does next.
    client.call(&GetImages::new()).await.unwrap();
    assert_eq!(sandbox.requests().len(), before + 2);
    has(&sandbox, move |sandbox| sandbox.wait_for_connections(idle, LONG)).await;
    drop(client);
    has_no_connection(&sandbox).await;
    has_no_task().await;
}

#[test]
fn a_wait_that_is_dropped_leaves_the_idle_connection_to_its_client() {
    runtime().block_on(async {
        a_wait(hyper(), 1).await;
        a_wait(reqwest(), 1).await;
        a_wait(connection::send, 0).await;
    });
}

/// A clone of a client is the same pool: its connections end with the last of them.
#[test]
fn idle_connections_last_as_long_as_any_clone_of_their_client() {
    runtime().block_on(async {
        let sandbox = Arc::new(Sandbox::start().unwrap());
        let (client, _) = client(&sandbox, hyper());
        let clone = client.clone();
        client.call(&GetImages::new()).await.unwrap();
        drop(client);
        clone.call(&GetImages::new()).await.unwrap();
        assert_eq!(sandbox.open_connections(), 1);
        drop(clone);
        has_no_connection(&sandbox).await;
        has_no_task().await;
    });
}

/// As it is with `timeout` or `select!` of a runtime: the program goes on, and nothing else does.
#[test]
fn an_aborted_task_aborts_its_requests() {
    runtime().block_on(async {
        let sandbox = Arc::new(Sandbox::start().unwrap());
        let (client, _) = client(&sandbox, hyper());
        for _ in 0..3 {
            sandbox.fault(Fault::Delay(LONG));
        }
        let task = tokio::spawn(async move {
            let mut items = client.run(open(GetImages::new())).prefetch(3).items();
            items.next().await.map(|item| item.unwrap().id)
        });
        has(&sandbox, |sandbox| sandbox.wait_for_requests(3, LONG)).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        has_no_connection(&sandbox).await;
        has_no_task().await;
    });
}
