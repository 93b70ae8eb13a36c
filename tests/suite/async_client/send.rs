//! What is `Send`, and `drive`, for what need not be.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cycle_images::flow::{Exchange, Pages, SendFailure};
use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images::{Hub, SourceId, Timestamp};
use cycle_images_async::{Client, Error, Hyper, Tokio, Transport, drive};
use cycle_images_tests::recording;
use cycle_images_tests::sandbox::Sandbox;
use http::Request;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::runtime::Builder;

use crate::manual_transport::{Outcome, answer};

fn hub(sandbox: &Sandbox) -> Hub {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    hub.with_base_url(sandbox.url()).unwrap()
}

fn hyper() -> Hyper<HttpConnector> {
    Hyper::with_connector(HttpConnector::new())
}

/// Spawns what a client can do; that it compiles is half of the test.
async fn spawn_all(client: Client, sandbox: &Sandbox) {
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let list = GetImages::new().page_size(3);
    let lone = client.clone();
    let call = tokio::spawn(async move { lone.call(&GetImages::new()).await });
    let paging = client.clone();
    let pages = tokio::spawn(async move {
        let mut pages = paging.pages(list).prefetch(2);
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += page.unwrap().data.len();
        }
        count
    });
    let track = tokio::spawn(async move {
        let image = client.call(&CreateImage::new(source)).await.unwrap().data;
        let import = client.call(&CreateImageJob::import(image.id)).await.unwrap().data;
        client.track(&import).unwrap().wait().await
    });
    assert!(!call.await.unwrap().unwrap().data.is_empty());
    assert!(pages.await.unwrap() >= 3);
    track.await.unwrap().unwrap();
}

#[test]
fn everything_can_be_spawned() {
    let sandbox = Sandbox::start().unwrap();
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
        spawn_all(Client::new(hub(&sandbox), hyper(), Tokio), &sandbox).await;
        let transport = hyper();
        let closure = move |request| transport.send(request);
        let client = Client::new(hub(&sandbox), closure, tokio::time::sleep);
        spawn_all(client, &sandbox).await;
    });
}

/// What is called on a single thread: neither the closures nor their futures can leave it.
#[test]
fn drive_runs_what_is_not_send() {
    let sent = Rc::new(Cell::new(0));
    let count = Rc::clone(&sent);
    let hub = Hub::new("key", "hub").unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async move {
        let task = tokio::task::spawn_local(async move {
            let mut pages = Pages::new(GetImages::new(), 7);
            let send = async |_: Request<Vec<u8>>| {
                tokio::task::yield_now().await;
                count.set(count.get() + 1);
                Ok::<_, SendFailure>(recording::read("get_images/empty_list"))
            };
            let held = Rc::clone(&count);
            let wait = async |_| {
                std::future::pending::<()>().await;
                drop(Rc::clone(&held));
            };
            let now = || SystemTime::now().into();
            assert!(drive(&mut pages, &hub, now, send, wait).await.unwrap().is_none());
        });
        task.await.unwrap();
    });
    assert_eq!(sent.get(), 1);
}

/// Its future is `Send` if those of its closures are, and its time is the program's.
#[test]
fn drive_is_spawned_and_waits_by_simulated_time() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let task = async {
        let hub = Hub::new("key", "hub").unwrap();
        let time = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let clock = Arc::clone(&time);
        let now = || *clock.lock().unwrap();
        let wait = || {
            let time = Arc::clone(&time);
            async move |wait| {
                tokio::task::yield_now().await;
                let mut time = time.lock().unwrap();
                *time = time.saturating_add(wait);
            }
        };
        let mut requests = 0;
        let send = async move |_: Request<Vec<u8>>| {
            requests += 1;
            match requests {
                1 => answer(503, &[("Retry-After", "7")], ""),
                2 => answer(200, &[], r#"{"data": []}"#),
                _ => std::future::pending().await,
            }
        };
        let mut exchange = Exchange::new(GetImages::new(), 7);
        let reply = drive(&mut exchange, &hub, now, send, wait()).await.unwrap().unwrap();
        assert!(reply.data.is_empty());
        let seconds = now().unix_seconds();
        assert!((7..8).contains(&seconds), "{seconds}");

        const MINUTES: Duration = Duration::from_secs(120);
        let silent = async |_: Request<Vec<u8>>| std::future::pending::<Outcome>().await;
        let mut exchange = Exchange::new(GetImages::new(), 7);
        let error = drive(&mut exchange, &hub, now, silent, wait()).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { limit: Some(MINUTES), .. }), "{error:?}");
        assert_eq!(now().unix_seconds(), seconds + 120);
    };
    runtime.block_on(async { tokio::spawn(task).await.unwrap() });
}
