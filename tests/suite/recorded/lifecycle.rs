//! A lifecycle recorded against the sandbox and replayed without it, in both clients.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use cycle_images::flow::SendFailure;
use cycle_images::images::{
    CreateImage, CreateImageJob, DeleteImage, GetImage, GetImageBuildLog, GetImages, ImageInclude,
};
use cycle_images::model::DockerHub;
use cycle_images::recorded::{Recording, Replay, Session};
use cycle_images::sources::CreateImageSource;
use cycle_images::{Hub, Reply, SourceId};
use cycle_images_async::{Reqwest, Tokio};
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::sandbox_hub;
use futures_util::{StreamExt, stream};

const TOKEN: &str = "registry-token-7d1c";
const ARGUMENT: &str = "npm-token-2b7e";

fn tar() -> Vec<u8> {
    let mut tar = vec![b'.'; 10_240];
    tar[257..262].copy_from_slice(b"ustar");
    tar
}

/// What a lifecycle returns, by `Debug`.
#[derive(Default)]
struct Results(Vec<String>);

impl Results {
    fn add(&mut self, result: impl Debug) {
        self.0.push(format!("{result:?}"));
    }
}

/// Without the headers: `Content-Length` counts the secrets that were redacted.
fn contents<T, I>(reply: Reply<T, I>) -> (T, I) {
    (reply.data, reply.includes)
}

/// The names in a lifecycle.
struct Names {
    image: &'static str,
    target: &'static str,
    user: &'static str,
    argument: &'static str,
}

const NAMES: Names =
    Names { image: "recorded", target: "team/app", user: "ci", argument: ARGUMENT };

/// A secret in one place that stays in the others.
const SAME_NAMES: Names = Names {
    image: "production-1",
    target: "production-1:production-1",
    user: "production-1",
    argument: "production-1",
};

fn source(names: &Names) -> CreateImageSource {
    let origin = DockerHub::new(names.target).username(names.user).token(TOKEN);
    CreateImageSource::new(origin).name(names.image)
}

fn blocking(client: &cycle_images_ureq::Client, pushed: &SourceId, names: &Names) -> Vec<String> {
    let mut results = Results::default();
    let source = client.call(&source(names)).unwrap().data.id;
    let create = CreateImage::new(source).name(names.image).build_arg("NPM", names.argument);
    let image = client.call(&create).unwrap().data;
    results.add(&image);
    let import = client.call(&CreateImageJob::import(&image.id)).unwrap().data;
    for update in client.track(&import).unwrap() {
        results.add(update.unwrap());
    }
    let get = GetImage::new(&image.id).include(ImageInclude::Creators);
    results.add(contents(client.call(&get).unwrap()));
    results.add(client.call(&GetImageBuildLog::new(&image.id)).unwrap().data.log);
    for page in client.pages(GetImages::new().page_size(4)) {
        results.add(contents(page.unwrap()));
    }
    let deletion = client.call(&DeleteImage::new(&image.id)).unwrap().data;
    results.add(client.track(&deletion).unwrap().wait().unwrap());
    results.add(client.call(&GetImage::new(&image.id)).unwrap_err().source().unwrap());

    let image = client.call(&CreateImage::new(pushed)).unwrap().data;
    let tar = tar();
    let reader = cycle_images_ureq::Tar::new(&*tar, tar.len() as u64);
    client.upload(&image, reader).unwrap();
    // Not the whole image: a replayed upload token never expires.
    results.add(client.call(&GetImage::new(&image.id)).unwrap().data.state);
    results.0
}

async fn asynchronous(client: &cycle_images_async::Client, pushed: &SourceId) -> Vec<String> {
    let mut results = Results::default();
    let source = client.call(&source(&NAMES)).await.unwrap().data.id;
    let create = CreateImage::new(source).name(NAMES.image).build_arg("NPM", NAMES.argument);
    let image = client.call(&create).await.unwrap().data;
    results.add(&image);
    let import = client.call(&CreateImageJob::import(&image.id)).await.unwrap().data;
    let mut updates = client.track(&import).unwrap();
    while let Some(update) = updates.next().await {
        results.add(update.unwrap());
    }
    let get = GetImage::new(&image.id).include(ImageInclude::Creators);
    results.add(contents(client.call(&get).await.unwrap()));
    results.add(client.call(&GetImageBuildLog::new(&image.id)).await.unwrap().data.log);
    let mut pages = client.pages(GetImages::new().page_size(4)).prefetch(3);
    while let Some(page) = pages.next().await {
        results.add(contents(page.unwrap()));
    }
    let deletion = client.call(&DeleteImage::new(&image.id)).await.unwrap().data;
    results.add(client.track(&deletion).unwrap().wait().await.unwrap());
    results.add(client.call(&GetImage::new(&image.id)).await.unwrap_err().source().unwrap());

    let image = client.call(&CreateImage::new(pushed)).await.unwrap().data;
    let tar = tar();
    let size = tar.len() as u64;
    let tar = cycle_images_async::Tar::new(stream::iter([Ok(tar)]).boxed(), size);
    client.upload(&image, tar).await.unwrap();
    results.add(client.call(&GetImage::new(&image.id)).await.unwrap().data.state);
    results.0
}

fn pushed(sandbox: &Sandbox) -> SourceId {
    SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap()
}

/// The secrets that were sent are not in the HAR.
fn assert_no_secret(har: &str, sandbox: &Sandbox) {
    let requests = sandbox.requests();
    let upload = requests.iter().find(|request| request.path.ends_with("/upload")).unwrap();
    let (_, token) = upload.query.split_once("token=").unwrap();
    assert!(token.starts_with("upload-") && token.len() > 20, "{token}");
    for secret in [sandbox.api_key(), TOKEN, ARGUMENT, token] {
        assert!(!har.contains(secret), "{secret} in {har}");
    }
    assert!(har.contains("/upload?hub-id="));
}

fn replayed(har: &str) -> Recording {
    Recording::from_har(har.as_bytes()).unwrap()
}

/// A hub with another key, at a host that doesn't exist.
fn other_hub() -> Hub {
    Hub::new("another-key", "the-hub").unwrap().with_base_url("https://nowhere.invalid").unwrap()
}

#[test]
fn a_recorded_lifecycle_is_replayed_by_the_blocking_client() {
    for names in [NAMES, SAME_NAMES] {
        let sandbox =
            Arc::new(Sandbox::with(Settings::default().step(Duration::from_secs(5))).unwrap());
        let source = pushed(&sandbox);
        let session = Session::record();
        let skipped = Arc::clone(&sandbox);
        let client = cycle_images_ureq::Client::new(sandbox_hub(&sandbox))
            .with_sleep(move |time| skipped.skip(time))
            .with_session(&session);
        let recorded = blocking(&client, &source, &names);
        assert!(recorded.len() > 10, "{recorded:#?}");
        let har = session.finish().unwrap().unwrap();
        assert_no_secret(&har, &sandbox);
        drop((client, sandbox));

        let session = Session::from(Replay::in_order(replayed(&har)).match_bodies());
        let client = cycle_images_ureq::Client::new(other_hub()).with_session(&session);
        for (replayed, recorded) in blocking(&client, &source, &names).into_iter().zip(recorded) {
            assert_eq!(replayed, recorded);
        }
        assert_eq!(session.finish().unwrap(), None);
    }
}

#[tokio::test]
async fn a_recorded_lifecycle_is_replayed_by_the_async_client() {
    let sandbox = Sandbox::with(Settings::default().step(Duration::ZERO)).unwrap();
    let source = pushed(&sandbox);
    let session = Session::record();
    let client =
        cycle_images_async::Client::new(sandbox_hub(&sandbox), Reqwest::new().unwrap(), Tokio);
    let recorded = asynchronous(&client.with_session(&session), &source).await;
    assert!(recorded.len() > 9, "{recorded:#?}");
    let har = session.finish().unwrap().unwrap();
    assert_no_secret(&har, &sandbox);
    drop(sandbox);

    let session = Session::replay(replayed(&har));
    let never = |_| std::future::pending::<()>();
    let client = cycle_images_async::Client::new(other_hub(), nothing, never);
    assert_eq!(asynchronous(&client.with_session(&session), &source).await, recorded);
    assert_eq!(session.finish().unwrap(), None);

    // What one client recorded, the other one's transport replays, too.
    let replay = Replay::matching(replayed(&har));
    let client = cycle_images_async::Client::new(other_hub(), replay.clone(), async |_| {});
    assert_eq!(asynchronous(&client, &source).await, recorded);
    replay.finish().unwrap();
}

/// The number of pages that are prefetched depends on timing: a replay may prefetch others.
#[tokio::test]
async fn prefetched_pages_are_replayed_by_any_prefetch() {
    let sandbox = Sandbox::start().unwrap();
    let images = GetImages::new().page_size(2);
    for round in 0..8 {
        let session = Session::record();
        let client =
            cycle_images_async::Client::new(sandbox_hub(&sandbox), Reqwest::new().unwrap(), Tokio);
        let client = client.with_session(&session);
        let recorded: Vec<_> = client.pages(images.clone()).prefetch(1 + round).collect().await;
        let har = session.finish().unwrap().unwrap();
        for ahead in [1, 3, 8] {
            let session = Session::replay(replayed(&har));
            let client = cycle_images_async::Client::new(other_hub(), nothing, async |_| {});
            let client = client.with_session(&session);
            let replayed: Vec<_> = client.pages(images.clone()).prefetch(ahead).collect().await;
            assert_eq!(replayed.len(), recorded.len());
            for (replayed, recorded) in replayed.into_iter().zip(&recorded) {
                let (replayed, recorded) =
                    (replayed.unwrap().data, &recorded.as_ref().unwrap().data);
                assert_eq!(format!("{replayed:?}"), format!("{recorded:?}"));
            }
            session.finish().unwrap();
        }
    }
}

async fn nothing(
    _: cycle_images::http::Request<Vec<u8>>,
) -> Result<cycle_images::http::Response<Vec<u8>>, SendFailure> {
    Err(SendFailure::not_sent("nothing may be sent"))
}
