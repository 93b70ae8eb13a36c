//! What one client begins, the other finishes.

use std::sync::Arc;

use cycle_images::SourceId;
use cycle_images::flow::{Exchange, Flow, JobTracker, Pages, RetryPolicy};
use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images::model::{Image, JobStatus};
use cycle_images_async::{Client, Error, Tokio};
use cycle_images_tests::sandbox::{Fault, Sandbox, Settings};
use futures_util::TryStreamExt;
use futures_util::future::{Either, select};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{LONG, block_on, hub, hyper};

/// A flow that was stored, and read by another process.
fn stored<F: Flow + Serialize + DeserializeOwned>(flow: &F) -> F {
    serde_json::from_str(&serde_json::to_string(flow).unwrap()).unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    Client::new(hub(sandbox), hyper(), Tokio).with_retry(RetryPolicy::disabled())
}

fn blocking(sandbox: &Sandbox) -> cycle_images_ureq::Client {
    cycle_images_ureq::Client::new(hub(sandbox)).with_retry(RetryPolicy::disabled())
}

/// 25 images, of which no page holds more than 5, and their ids.
fn long_list() -> (Arc<Sandbox>, Vec<String>) {
    let settings = Settings::default().extra_images(17).page_cap(5).step(LONG);
    let sandbox = Arc::new(Sandbox::with(settings).unwrap());
    let images: Result<Vec<Image>, _> = blocking(&sandbox).items(GetImages::new()).collect();
    (sandbox, ids(images.unwrap()))
}

fn ids(images: Vec<Image>) -> Vec<String> {
    images.into_iter().map(|image| image.id.to_string()).collect()
}

/// Waits off the runtime's thread until so many requests have arrived.
async fn arrived(sandbox: &Arc<Sandbox>, count: usize) {
    let sandbox = Arc::clone(sandbox);
    let waited = move || sandbox.wait_for_requests(count, LONG);
    assert!(tokio::task::spawn_blocking(waited).await.unwrap());
}

/// The rest of a list, by the blocking client and by the async one.
fn rests(sandbox: &Sandbox, flow: &Pages<GetImages>) -> [Vec<String>; 3] {
    let pages = blocking(sandbox).run(stored(flow));
    let blocking = pages.flat_map(|page| ids(page.unwrap().data)).collect();
    let polled = |width| {
        let items = client(sandbox).run(stored(flow)).prefetch(width).items();
        ids(block_on(items.try_collect()).unwrap())
    };
    [blocking, polled(1), polled(3)]
}

#[test]
fn async_list_with_requests_in_flight_is_finished_by_either_client() {
    for width in [1, 3] {
        let (sandbox, all) = long_list();
        let mut pages = client(&sandbox).pages(GetImages::new()).prefetch(width);
        let mut begun = Vec::new();
        block_on(async {
            begun.extend(ids(pages.next().await.unwrap().unwrap().data));
            sandbox.fault(Fault::Delay(LONG));
            let held = sandbox.requests().len() + 1;
            // With a prefetch, some pages may be there by now, but a later one is not.
            loop {
                let next = Box::pin(pages.next());
                match select(next, Box::pin(arrived(&sandbox, held))).await {
                    Either::Left((page, _)) => begun.extend(ids(page.unwrap().unwrap().data)),
                    Either::Right(_) => break,
                }
            }
        });
        for rest in rests(&sandbox, &pages.into_flow()) {
            assert_eq!([begun.clone(), rest].concat(), all, "{width}");
        }
    }
}

#[test]
fn failed_list_is_finished_by_either_client() {
    let (sandbox, all) = long_list();
    for read in [0, 1, 4] {
        let mut pages = blocking(&sandbox).pages(GetImages::new());
        let begun = pages.by_ref().take(read).flat_map(|page| ids(page.unwrap().data));
        let begun: Vec<String> = begun.collect();
        sandbox.fault(Fault::json(500, "{}"));
        assert!(pages.next().unwrap().is_err());
        let mut flow = pages.into_flow();
        for fault in [Fault::json(500, "{}"), Fault::Close, Fault::Truncate] {
            sandbox.fault(fault);
            let mut pages = client(&sandbox).run(stored(&flow));
            block_on(pages.next()).unwrap().unwrap_err();
            flow = pages.into_flow();
        }
        for rest in rests(&sandbox, &flow) {
            assert_eq!([begun.clone(), rest].concat(), all, "{read} pages");
        }
    }
}

#[test]
fn job_is_tracked_by_one_client_after_the_other() {
    let (sandbox, _) = long_list();
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let image = blocking(&sandbox).call(&CreateImage::new(source)).unwrap().data;
    let import = blocking(&sandbox).call(&CreateImageJob::import(image.id)).unwrap().data;
    let mut track = client(&sandbox).run(JobTracker::from_descriptor(&import, 7).unwrap());
    assert_eq!(block_on(track.next()).unwrap().unwrap().progress.done, 0);
    sandbox.skip(2 * LONG);
    let mut track = blocking(&sandbox).run(stored(&track.into_flow()));
    assert!(track.next().unwrap().unwrap().progress.done > 0);
    sandbox.skip(10 * LONG);
    let job = block_on(client(&sandbox).run(stored(&track.into_flow())).wait()).unwrap();
    assert_eq!(job.state.current, JobStatus::Completed);
}

#[test]
fn interrupted_post_is_an_error_in_either_client() {
    let (sandbox, _) = long_list();
    let before = sandbox.requests().len();
    let create = CreateImage::new(SourceId::new(sandbox.source_id()).unwrap());
    let mut exchange = client(&sandbox).run(Exchange::new(create, 7));
    sandbox.fault(Fault::Delay(LONG));
    block_on(async {
        let race = select(Box::pin(exchange.next()), Box::pin(arrived(&sandbox, before + 1)));
        assert!(matches!(race.await, Either::Right(_)));
    });
    let flow = exchange.into_flow();
    let is_interrupted = |error: Error| {
        assert!(matches!(error, Error::Interrupted { operation: "CreateImage", .. }), "{error:?}");
        assert!(error.may_have_arrived());
    };
    is_interrupted(blocking(&sandbox).run(stored(&flow)).next().unwrap().unwrap_err());
    is_interrupted(block_on(client(&sandbox).run(stored(&flow)).next()).unwrap().unwrap_err());
    assert_eq!(sandbox.requests().len(), before + 1);
}
