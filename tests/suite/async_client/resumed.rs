//! What one client begins, the other finishes: async first and blocking then, or the other way
//! round.

use std::sync::Arc;
use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::flow::{Exchange, JobTracker, Pages, RetryPolicy};
use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images::model::{Image, JobStatus};
use cycle_images_async::{Client, Error, Tokio};
use cycle_images_tests::sandbox::{Fault, Sandbox, Settings};
use futures_util::TryStreamExt;
use futures_util::future::{Either, select};

use crate::clients::hyper;
use crate::into_flow::stored;
use crate::{hub, runtime};

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

fn polled(sandbox: &Sandbox) -> Client {
    let client = Client::new(hub(sandbox), hyper(), Tokio);
    client.with_retry(RetryPolicy::disabled())
}

fn blocking(sandbox: &Sandbox) -> cycle_images_ureq::Client {
    cycle_images_ureq::Client::new(hub(sandbox)).with_retry(RetryPolicy::disabled())
}

/// 25 images, of which no page holds more than 5.
fn long_list() -> Arc<Sandbox> {
    let settings = Settings::default().extra_images(17).page_cap(5).step(LONG);
    Arc::new(Sandbox::with(settings).unwrap())
}

fn ids(images: Vec<Image>) -> Vec<String> {
    images.into_iter().map(|image| image.id.to_string()).collect()
}

/// The ids of the whole list, however it is read.
fn all(sandbox: &Sandbox) -> Vec<String> {
    let images: Result<Vec<Image>, _> = blocking(sandbox).items(GetImages::new()).collect();
    ids(images.unwrap())
}

/// Waits off the runtime's thread until so many requests have come in.
async fn arrived(sandbox: &Arc<Sandbox>, count: usize) {
    let sandbox = Arc::clone(sandbox);
    let waited = move || sandbox.wait_for_requests(count, LONG);
    assert!(tokio::task::spawn_blocking(waited).await.unwrap());
}

fn finished_blocking(sandbox: &Sandbox, flow: &Pages<GetImages>) -> Vec<String> {
    let pages = blocking(sandbox).run(stored(flow));
    pages.flat_map(|page| ids(page.unwrap().data)).collect()
}

fn finished_async(sandbox: &Sandbox, flow: &Pages<GetImages>, width: usize) -> Vec<String> {
    let client = polled(sandbox);
    let items = client.run(stored(flow)).prefetch(width).items();
    ids(runtime().block_on(items.try_collect()).unwrap())
}

#[test]
fn a_list_is_begun_async_and_finished_blocking() {
    let sandbox = long_list();
    let all = all(&sandbox);
    for (width, read) in [(1, 0), (1, 2), (4, 0), (4, 2), (4, 5), (9, 1)] {
        let client = polled(&sandbox);
        let mut pages = client.pages(GetImages::new()).prefetch(width);
        let mut begun = Vec::new();
        runtime().block_on(async {
            for _ in 0..read {
                begun.extend(ids(pages.next().await.unwrap().unwrap().data));
            }
        });
        let rest = finished_blocking(&sandbox, &pages.into_flow());
        assert_eq!([begun, rest].concat(), all, "{read} pages read with {width} under way");
    }
}

#[test]
fn a_list_with_requests_in_flight_is_resumed_by_either_client() {
    for width in [1, 3] {
        let sandbox = long_list();
        let all = all(&sandbox);
        let client = polled(&sandbox);
        let mut pages = client.pages(GetImages::new()).prefetch(width);
        let mut begun = Vec::new();
        runtime().block_on(async {
            begun.extend(ids(pages.next().await.unwrap().unwrap().data));
            sandbox.fault(Fault::Delay(LONG));
            let held = sandbox.requests().len() + 1;
            // With a prefetch, some pages may be there by now, but a later one is not.
            loop {
                let wanted = Box::pin(pages.next());
                match select(wanted, Box::pin(arrived(&sandbox, held))).await {
                    Either::Left((page, _)) => begun.extend(ids(page.unwrap().unwrap().data)),
                    Either::Right(_) => break,
                }
            }
        });
        let flow = pages.into_flow();
        let rest = finished_blocking(&sandbox, &flow);
        assert_eq!([begun.clone(), rest].concat(), all);
        let rest = finished_async(&sandbox, &flow, 2);
        assert_eq!([begun, rest].concat(), all);
    }
}

#[test]
fn a_list_is_begun_blocking_and_finished_async() {
    let sandbox = long_list();
    let all = all(&sandbox);
    for read in [0, 1, 4] {
        let mut pages = blocking(&sandbox).pages(GetImages::new());
        let begun = pages.by_ref().take(read).flat_map(|page| ids(page.unwrap().data));
        let begun: Vec<String> = begun.collect();
        sandbox.fault(Fault::json(500, "{}"));
        assert!(pages.next().unwrap().is_err());
        let flow = pages.into_flow();
        for width in [1, 3] {
            let rest = finished_async(&sandbox, &flow, width);
            assert_eq!([begun.clone(), rest].concat(), all, "{read} pages, then {width} at once");
        }
    }
}

/// The same error is an end for both, and both go on after it.
#[test]
fn a_list_that_failed_async_is_finished_blocking() {
    let sandbox = long_list();
    let all = all(&sandbox);
    let client = polled(&sandbox);
    let mut pages = client.run(Pages::new(GetImages::new(), 7).retry(RetryPolicy::disabled()));
    let first = ids(runtime().block_on(pages.next()).unwrap().unwrap().data);
    for fault in [Fault::json(500, "{}"), Fault::Close, Fault::Truncate] {
        sandbox.fault(fault);
        runtime().block_on(pages.next()).unwrap().unwrap_err();
        pages = client.run(stored(&pages.into_flow()));
    }
    assert_eq!([first, finished_blocking(&sandbox, &pages.into_flow())].concat(), all);
}

#[test]
fn a_job_is_followed_by_one_client_after_the_other() {
    let sandbox = long_list();
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let image = blocking(&sandbox).call(&CreateImage::new(source)).unwrap().data;
    let import = CreateImageJob::import(image.id);
    let import = blocking(&sandbox).call(&import).unwrap().data;
    let begun = |flow: JobTracker| {
        let client = polled(&sandbox);
        let mut track = client.run(flow);
        let told = runtime().block_on(track.next()).unwrap().unwrap();
        (told.progress.done, track.into_flow())
    };
    let (done, flow) = begun(JobTracker::from_descriptor(&import, 7).unwrap());
    assert_eq!(done, 0);
    sandbox.skip(2 * LONG);
    let mut track = blocking(&sandbox).run(stored(&flow));
    let told = track.next().unwrap().unwrap();
    assert!(told.progress.done > 0, "{:?}", told.progress);
    sandbox.skip(10 * LONG);
    let client = polled(&sandbox);
    let job = runtime().block_on(client.run(stored(&track.into_flow())).wait()).unwrap();
    assert_eq!(job.state.current, JobStatus::Completed);
}

#[test]
fn an_interrupted_post_is_an_error_in_either_client() {
    let sandbox = long_list();
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let client = polled(&sandbox);
    let mut exchange = client.run(Exchange::new(CreateImage::new(source), 7));
    sandbox.fault(Fault::Delay(LONG));
    runtime().block_on(async {
        let race = select(Box::pin(exchange.next()), Box::pin(arrived(&sandbox, 1)));
        assert!(matches!(race.await, Either::Right(_)));
    });
    let flow = exchange.into_flow();
    let interrupted = |error: Error| {
        assert!(matches!(error, Error::Interrupted { operation: "CreateImage", .. }), "{error:?}");
    };
    interrupted(blocking(&sandbox).run(stored(&flow)).next().unwrap().unwrap_err());
    let mut again = client.run(stored(&flow));
    interrupted(runtime().block_on(again.next()).unwrap().unwrap_err());
    assert_eq!(sandbox.requests().len(), 1);
}
