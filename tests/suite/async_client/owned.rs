//! Streams that own their client, a client that is handed on, and flows that are saved.

use std::convert::Infallible;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use cycle_images::flow::{Exchange, JobTracker, JobUpdate, RetryPolicy};
use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images::model::{Image, JobDescriptor};
use cycle_images::{JobId, SourceId};
use cycle_images_async::{Client, Error, FlowStream, Tar, Tokio, Tower};
use cycle_images_tests::sandbox::Sandbox;
use futures_util::stream::{FuturesUnordered, StreamExt, TryStreamExt};
use http::{Request, Response};

use crate::clients::hyper;
use crate::upload_fixtures::{image, waiting};
use crate::{hub, hub_of, leaked, never, runtime};

/// A field holds a stream, and the client that it comes from is gone.
struct Import {
    updates: FlowStream<JobTracker>,
}

impl Import {
    fn follow(client: Client, job: &JobDescriptor) -> Result<Self, Error> {
        Ok(Self { updates: client.track(job)? })
    }
}

fn client(sandbox: &Sandbox) -> Client {
    Client::new(hub(sandbox), hyper(), Tokio)
}

#[test]
fn a_field_holds_a_stream() {
    let sandbox = Sandbox::start().unwrap();
    runtime().block_on(async {
        let client = client(&sandbox);
        let source = SourceId::new(sandbox.source_id()).unwrap();
        let image = client.call(&CreateImage::new(source)).await.unwrap().data;
        let job = client.call(&CreateImageJob::import(image.id)).await.unwrap().data;
        let import = Import::follow(client, &job).unwrap();
        let updates: Vec<JobUpdate> =
            tokio::spawn(import.updates.try_collect()).await.unwrap().unwrap();
        assert!(updates.last().unwrap().job.state.current.is_final());
    });
}

/// Streams of one client, none of which borrows it, on one task each.
#[test]
fn streams_are_spawned_without_a_clone_of_their_client() {
    let sandbox = Sandbox::start().unwrap();
    runtime().block_on(async {
        let client = Client::new(hub(&sandbox), hyper(), Tokio);
        let mut lists: FuturesUnordered<_> = (1..4)
            .map(|width| {
                let items = client.pages(GetImages::new().page_size(2)).prefetch(width).items();
                tokio::spawn(items.try_collect::<Vec<Image>>())
            })
            .collect();
        drop(client);
        while let Some(list) = lists.next().await {
            assert_eq!(list.unwrap().unwrap().len(), 8);
        }
    });
}

/// What a handler of a web service looks like: no type parameter, and its future is `Send`.
async fn handler(client: Client) -> Result<usize, Error> {
    client.items(GetImages::new()).try_fold(0, async |count, _| Ok(count + 1)).await
}

#[test]
fn a_handler_takes_the_real_client_and_a_fake() {
    let sandbox = Sandbox::start().unwrap();
    let fake = async |request: Request<Vec<u8>>| {
        let is_first = !request.uri().query().unwrap_or("").contains("5D=2");
        Ok::<_, Infallible>(Response::new(match is_first {
            true => r#"{"data": [{"id": "1", "state": {"current": "live"}}]}"#,
            false => r#"{"data": []}"#,
        }))
    };
    let fake = Client::new(hub_of("http://core.invalid"), fake, async |_| {});
    let tower = Tower::new(tower::service_fn(|_: Request<cycle_images_async::Body>| async {
        Ok::<_, Infallible>(Response::new(String::from(r#"{"data": []}"#)))
    }));
    let tower = Client::new(hub_of("http://core.invalid"), tower, Tokio);
    runtime().block_on(async {
        assert_eq!(tokio::spawn(handler(client(&sandbox))).await.unwrap().unwrap(), 8);
        assert_eq!(tokio::spawn(handler(fake)).await.unwrap().unwrap(), 1);
        assert_eq!(tokio::spawn(handler(tower)).await.unwrap().unwrap(), 0);
    });
}

#[test]
fn a_transport_uploads_if_it_can() {
    let sandbox = Sandbox::start().unwrap();
    runtime().block_on(async {
        let file = std::env::temp_dir().join(format!("cycle-images-{}.tar", std::process::id()));
        let mut tar = vec![b'.'; 200_000];
        tar[257..262].copy_from_slice(b"ustar");
        std::fs::write(&file, &tar).unwrap();
        let hub = hub(&sandbox).with_factory_url(sandbox.url()).unwrap();
        let client: Client = Client::new(hub, hyper(), Tokio);
        let (sent, waiting) = (Arc::new(Mutex::new(0)), waiting(&sandbox));
        let last = Arc::clone(&sent);
        let tar = Tar::open(&file).await.unwrap();
        let tar = tar.with_progress(move |count| {
            *last.lock().unwrap() = count;
            ControlFlow::Continue(())
        });
        client.upload(&waiting, tar).await.unwrap();
        assert_eq!(*sent.lock().unwrap(), 200_000);
        std::fs::remove_file(&file).unwrap();
        assert!(Tar::open(&file).await.is_err());
        let folder = Tar::open(std::env::temp_dir()).await;
        assert_eq!(folder.unwrap_err().kind(), io::ErrorKind::IsADirectory);

        let closure = async |_: Request<Vec<u8>>| Ok::<_, Infallible>(Response::new("{}"));
        let client = Client::new(hub_of("http://core.invalid"), closure, Tokio);
        let tar = Tar::new(futures_util::stream::empty::<io::Result<Vec<u8>>>(), 5);
        let error = client.upload(&image(), tar).await.unwrap_err();
        assert!(matches!(error, Error::Transport { may_have_arrived: false, .. }), "{error:?}");
    });
}

#[test]
fn without_retries_a_call_is_sent_once() {
    let sent = leaked(Mutex::new(0));
    let unavailable = async |_: Request<Vec<u8>>| {
        *sent.lock().unwrap() += 1;
        Ok::<_, Infallible>(Response::builder().status(503).body("").unwrap())
    };
    let client = Client::new(hub_of("http://core.invalid"), unavailable, never)
        .with_retry(RetryPolicy::disabled());
    let error = runtime().block_on(client.call(GetImages::new())).unwrap_err();
    assert_eq!(error.response().unwrap().status(), 503);
    assert_eq!(*sent.lock().unwrap(), 1);
}

#[test]
fn a_flow_is_saved_before_each_request() {
    let saved = Arc::new(Mutex::new(Vec::new()));
    let texts = Arc::clone(&saved);
    let broken = async |_: Request<Vec<u8>>| Err::<Response<String>, _>(io::Error::other("killed"));
    let client = Client::new(hub_of("http://core.invalid"), broken, Tokio);
    let create = Exchange::new(CreateImage::new(SourceId::new("s1").unwrap()), 1);
    let mut run = client.run(create.clone()).with_save(move |flow| {
        texts.lock().unwrap().push(serde_json::to_string(flow)?);
        Ok(())
    });
    runtime().block_on(async {
        run.next().await.unwrap().unwrap_err();
        let text = saved.lock().unwrap().pop().unwrap();
        assert!(saved.lock().unwrap().is_empty());
        let resumed: Exchange<CreateImage> = serde_json::from_str(&text).unwrap();
        let error = client.run(resumed).next().await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");

        let mut unsaved = client.run(create).with_save(|_| Err(io::Error::other("disk full")));
        let error = unsaved.next().await.unwrap().unwrap_err();
        let Error::Transport { may_have_arrived: false, source, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(source.to_string(), "disk full");
        assert!(unsaved.next().await.is_none());
    });
}

#[test]
fn strict_items_end_with_a_record_that_cannot_be_decoded() {
    let page = async |_: Request<Vec<u8>>| {
        Ok::<_, Infallible>(Response::new(
            r#"{"data": [{"id": "1", "state": {"current": "live"}}, {"id": 2}]}"#,
        ))
    };
    let client = Client::new(hub_of("http://core.invalid"), page, Tokio);
    let mut strict = client.items(GetImages::new()).strict();
    runtime().block_on(async {
        let error = strict.next().await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Skipped { page: 1, .. }), "{error:?}");
        assert!(strict.next().await.is_none());
    });
}

#[test]
fn a_running_flow_can_be_read() {
    let sandbox = Sandbox::start().unwrap();
    runtime().block_on(async {
        let client = client(&sandbox);
        let mut tracking = client.track_job(&JobId::new("no-such-job").unwrap());
        assert!(tracking.flow().last().is_none());
        tracking = tracking.deadline(std::time::Duration::ZERO);
        assert!(tracking.wait().await.unwrap_err().job().is_some());
    });
}

#[test]
fn a_client_waits_for_a_condition_and_is_observed() {
    let states = leaked(Mutex::new(vec!["live", "building"]));
    let transport = async |request: Request<Vec<u8>>| {
        let agent = request.headers()["user-agent"].to_str().unwrap().to_owned();
        assert!(agent.starts_with("my-app/1.0 cycle-images/"), "{agent}");
        let state = states.lock().unwrap().pop().unwrap();
        let body = format!(r#"{{"data": {{"id": "i1", "state": {{"current": "{state}"}}}}}}"#);
        Ok::<_, Infallible>(Response::new(body))
    };
    let events = Arc::new(Mutex::new(0));
    let count = Arc::clone(&events);
    let agent = http::HeaderValue::from_static("my-app/1.0");
    let hub = hub_of("http://core.invalid").with_header(http::header::USER_AGENT, agent);
    let client = Client::new(hub, transport, async |_| ())
        .with_observer(move |_| *count.lock().unwrap() += 1);
    let get = cycle_images::images::GetImage::new(cycle_images::ImageId::new("i1").unwrap());
    let is_live = |state: &str| state == "live";
    let until = client.wait_until(get, |reply| Ok(is_live(reply.data.state.current.as_str())));
    assert_eq!(runtime().block_on(until).unwrap().data.id.as_str(), "i1");
    assert_eq!(*events.lock().unwrap(), 4);
}
