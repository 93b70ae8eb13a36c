//! What is `Send` and what need not be.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images::{Hub, SourceId};
use cycle_images_async::{Client, Hyper, Timer, Tokio, Transport};
use cycle_images_tests::recording;
use cycle_images_tests::sandbox::Sandbox;
use http::{Request, Response};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::runtime::Builder;

fn hub(sandbox: &Sandbox) -> Hub {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    hub.with_base_url(sandbox.url()).unwrap()
}

fn hyper() -> Hyper<HttpConnector> {
    Hyper::with_connector(HttpConnector::new())
}

/// Spawns what a client of this make can do; that it compiles is half of the test. The transport's
/// futures are told apart from ours: a generic function could not know them to be `Send`.
macro_rules! spawn_all {
    ($client:expr, $sandbox:expr) => {{
        let client = Arc::new($client);
        let source = SourceId::new($sandbox.source_id()).unwrap();
        let list = GetImages::new().page_size(3);
        let lone = Arc::clone(&client);
        let call = tokio::spawn(async move { lone.call(&GetImages::new()).await });
        let paging = Arc::clone(&client);
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
    }};
}

#[test]
fn everything_can_be_spawned_when_the_transport_can() {
    let sandbox = Sandbox::start().unwrap();
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
        spawn_all!(Client::new(hub(&sandbox), hyper(), Tokio), sandbox);
        let transport = hyper();
        let closure = async move |request| transport.send(request).await;
        let client = Client::new(hub(&sandbox), closure, tokio::time::sleep);
        spawn_all!(client, sandbox);
    });
}

/// Neither this transport nor this timer can leave its thread.
struct Bound(Rc<Cell<usize>>);

impl Transport for Bound {
    type Error = io::Error;
    type Body = Vec<u8>;

    async fn send(&self, _: Request<Vec<u8>>) -> io::Result<Response<Vec<u8>>> {
        let held = Rc::clone(&self.0);
        tokio::task::yield_now().await;
        held.set(held.get() + 1);
        Ok(recording::read("get_images/empty_list"))
    }
}

impl Timer for Bound {
    async fn wait(&self, _: Duration) {
        let held = Rc::clone(&self.0);
        std::future::pending::<()>().await;
        drop(held);
    }
}

#[test]
fn nothing_need_be_send_on_a_single_thread() {
    let sent = Rc::new(Cell::new(0));
    let hub = Hub::new("key", "hub").unwrap();
    let client = Client::new(hub, Bound(Rc::clone(&sent)), Bound(Rc::default()));
    let runtime = Builder::new_current_thread().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async move {
        let task = tokio::task::spawn_local(async move {
            assert!(client.call(&GetImages::new()).await.unwrap().data.is_empty());
            assert!(client.pages(GetImages::new()).next().await.is_none());
            assert!(client.items(GetImages::new()).next().await.is_none());
        });
        task.await.unwrap();
    });
    assert_eq!(sent.get(), 3);
}
