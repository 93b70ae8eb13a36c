//! What is `Send`, `Sync`, `Unpin` and `'static`: shown by compiling.

use std::fmt::Debug;

use cycle_images::JobId;
use cycle_images::flow::{JobTracker, JobsTracker, Pages};
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error, FlowStream, Hyper, Items, Reqwest, Tar, Tokio, Tower};
use cycle_images_tests::sandbox::Sandbox;
use futures_util::stream::FusedStream;
use futures_util::{Stream, TryStreamExt};
use hyper_util::client::legacy::connect::HttpConnector;

use crate::manual_transport::by_hand;
use crate::{block_on, connection, hub};

#[test]
fn clients_transports_and_timers_are_send_and_sync() {
    fn is_plain<T: Clone + Debug + Send + Sync + 'static>() {}
    is_plain::<Client>();
    is_plain::<Hyper<HttpConnector>>();
    is_plain::<Reqwest>();
    is_plain::<Tower<u8>>();
    is_plain::<Tokio>();
    fn is_send<T: Send + 'static>() {}
    is_send::<Tar>();
    is_send::<Error>();
    is_send::<FlowStream<JobTracker>>();
    is_send::<FlowStream<JobsTracker>>();
    is_send::<Items<GetImages>>();
}

#[test]
fn streams_are_unpin() {
    fn is_unpin<S: Stream + FusedStream + Unpin + Send>(_: &S) {}
    let (client, ..) = by_hand();
    is_unpin(&client.pages(GetImages::new()).prefetch(3));
    is_unpin(&client.items(GetImages::new()));
    is_unpin(&client.track_job(&JobId::new("j1").unwrap()));
    is_unpin(&client.run(Pages::new(GetImages::new(), 7)));
}

/// As a handler of a web service: without a type parameter, and with a future that is `Send`.
async fn handler(client: Client) -> Result<usize, Error> {
    let called = client.call(&GetImages::new()).await?.data.len();
    let items = client.items(GetImages::new()).try_fold(0, async |count, _| Ok(count + 1)).await?;
    Ok(called + items)
}

#[test]
fn function_of_a_client_is_spawned() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), connection::send, smol::Timer::after);
    let count = block_on(async { tokio::spawn(handler(client)).await.unwrap() });
    assert_eq!(count.unwrap(), 16);
}
