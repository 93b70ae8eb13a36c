//! What the compiler promises: most of it is shown by its compiling.

use std::pin::Pin;

use cycle_images::JobId;
use cycle_images::flow::{JobTracker, JobsTracker, Pages};
use cycle_images::images::GetImages;
use cycle_images::jobs::GetJobs;
use cycle_images::model::{Image, Job, JobStatus};
use cycle_images::operation::ReplyOf;
use cycle_images_async::{Client, Error, FlowStream, Hyper, Items, Reqwest, Tar, Tokio, Tower};
use cycle_images_tests::sandbox::Sandbox;
use futures_util::stream::{BoxStream, FusedStream};
use futures_util::{Stream, StreamExt, TryStreamExt};
use hyper_util::client::legacy::connect::HttpConnector;

use crate::clients::hyper;
use crate::manual_transport::by_hand;
use crate::{connection, hub, runtime};

#[test]
fn clients_transports_and_timers_go_from_thread_to_thread() {
    fn is_plain<T: Clone + std::fmt::Debug + Send + Sync + 'static>() {}
    is_plain::<Client>();
    is_plain::<Hyper<HttpConnector>>();
    is_plain::<Reqwest>();
    is_plain::<Tower<u8>>();
    is_plain::<Tokio>();
    fn is_sent<T: Send + 'static>() {}
    is_sent::<Tar>();
    is_sent::<Error>();
    is_sent::<FlowStream<JobTracker>>();
    is_sent::<FlowStream<JobsTracker>>();
    is_sent::<Items<GetImages>>();
}

#[test]
fn streams_need_no_pinning() {
    fn is_free<S: Stream + FusedStream + Unpin + Send>(_: &S) {}
    let (client, ..) = by_hand();
    is_free(&client.pages(GetImages::new()).prefetch(3));
    is_free(&client.items(GetImages::new()));
    is_free(&client.track_job(&JobId::new("j1").unwrap()));
    is_free(&client.run(Pages::new(GetImages::new(), 7)));
}

/// A program's own function, for whatever client it is handed.
async fn everything(client: &Client) -> Result<usize, Error> {
    let called = client.call(&GetImages::new()).await?.data;
    let paged: Vec<Vec<Image>> =
        client.pages(GetImages::new()).map_ok(|page| page.data).try_collect().await?;
    let items: Vec<Image> = client.items(GetImages::new()).try_collect().await?;
    assert_eq!((paged.concat(), &items), (called, &items));
    let jobs = client.call(&GetJobs::new()).await?.data;
    let job: Job = client.track_job(&completed(&jobs)).wait().await?;
    assert_eq!(job.state.current, JobStatus::Completed);
    Ok(items.len())
}

fn completed(jobs: &[Job]) -> JobId {
    let mut jobs = jobs.iter();
    let job = jobs.find(|job| job.state.current == JobStatus::Completed);
    job.unwrap().id.clone()
}

#[test]
fn a_function_takes_any_client() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), hyper(), Tokio);
    assert_eq!(runtime().block_on(everything(&client)).unwrap(), 8);
    let client = Client::new(hub(&sandbox), connection::send, smol::Timer::after);
    assert_eq!(runtime().block_on(everything(&client)).unwrap(), 8);
}

/// A program's own type that holds streams of whatever make.
struct Reader<'c> {
    pages: Pin<Box<dyn Stream<Item = Result<ReplyOf<GetImages>, Error>> + Send + 'c>>,
    items: BoxStream<'c, Result<Image, Error>>,
}

/// And one that names what it can of their types.
struct Named {
    track: FlowStream<JobTracker>,
}

fn images(items: Items<GetImages>) -> impl Stream<Item = String> {
    items.filter_map(|image| std::future::ready(image.ok().map(|image| image.name)))
}

#[test]
fn a_type_of_the_programs_holds_streams() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), hyper(), Tokio);
    let mut reader = Reader {
        pages: Box::pin(client.pages(GetImages::new().page_size(5)).prefetch(2)),
        items: client.items(GetImages::new()).boxed(),
    };
    runtime().block_on(async {
        assert_eq!(reader.pages.next().await.unwrap().unwrap().data.len(), 5);
        assert_eq!(reader.pages.next().await.unwrap().unwrap().data.len(), 3);
        assert_eq!(reader.items.by_ref().count().await, 8);
        assert_eq!(images(client.items(GetImages::new())).count().await, 8);
        let jobs = client.call(&GetJobs::new()).await.unwrap().data;
        let mut named = Named { track: client.track_job(&completed(&jobs)) };
        assert_eq!(named.track.next().await.unwrap().unwrap().job.id, completed(&jobs));
        assert!(named.track.next().await.is_none());
    });
}
