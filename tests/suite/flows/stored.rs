//! The stored forms of flows and operations, beside the steps `store` of the scripts. The files of
//! `tests/data/stored/v1` are as version 1 wrote them.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::path::PathBuf;

use cycle_images::flow::{
    Exchange, Flow, FlowError, JobReport, JobTracker, JobsTracker, Pages, RetryPolicy, Step,
};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::model::ImageStatus;
use cycle_images::operation::Output;
use cycle_images::sources::{CreateImageSource, UpdateImageSource};
use cycle_images::{JobId, Operation, SourceId, Timestamp};
use cycle_images_tests::operations::{Visit, visit_all};
use cycle_images_tests::support;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::{Run, hub, secs};
use crate::job_tracker::track;
use crate::jobs_platform::object_id;
use crate::outcomes::{asking, page, page_of_jobs, seen};

/// The operations that can't be stored.
#[derive(Default)]
struct NotStored(Vec<&'static str>);

impl Visit for NotStored {
    fn operation<O: Operation>(&mut self, _: Vec<O>) {
        self.0.push(O::NAME);
    }

    fn stored<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug>> + Serialize + DeserializeOwned,
    {
        for operation in operations {
            let request = |operation: &O| {
                let request = hub().request(operation).unwrap();
                (request.method().clone(), request.uri().clone(), request.into_body())
            };
            let text = serde_json::to_string(&operation).unwrap();
            let read: O = serde_json::from_str(&text).unwrap();
            assert_eq!(request(&operation), request(&read), "{text}");
            let text = serde_json::to_string(&Exchange::new(&operation, 7)).unwrap();
            assert!(serde_json::from_str::<Exchange<O>>(&text).is_ok(), "{text}");
        }
    }
}

#[test]
fn stored_operations_send_the_same_request() {
    let mut not_stored = NotStored::default();
    visit_all(&mut not_stored);
    // They have credentials.
    assert_eq!(not_stored.0, ["CreateImageSource", "UpdateImageSource"]);
}

/// Says whether a type can be stored, and compiles if it can't.
struct Type<T>(PhantomData<T>);

trait Otherwise {
    const IS_STORED: bool = false;
}

impl<T> Otherwise for Type<T> {}

impl<T: Serialize> Type<T> {
    const IS_STORED: bool = true;
}

#[test]
fn exchanges_with_credentials_can_not_be_stored() {
    const CREATE: bool = <Type<Exchange<CreateImageSource>>>::IS_STORED;
    const UPDATE: bool = <Type<Exchange<UpdateImageSource>>>::IS_STORED;
    const IMAGES: bool = <Type<Exchange<GetImages>>>::IS_STORED;
    assert_eq!([CREATE, UPDATE, IMAGES], [false, false, true]);
}

/// The platform writes *never* as the zero time. In a flow it is a time.
#[test]
fn flow_stored_at_the_zero_time_is_read_again() {
    let zero: Timestamp = "0001-01-01T00:00:00Z".parse().unwrap();
    let hub = hub();
    let mut exchange = Exchange::new(GetImages::new(), 7);
    assert!(matches!(exchange.poll(&hub, zero), Ok(Step::Send { .. })));
    exchange.handle(&hub, asking(429, "30"), zero).unwrap();
    let text = serde_json::to_string(&exchange).unwrap();
    assert!(text.contains("0001-01-01T00:00:00Z"), "{text}");
    let mut exchange: Exchange<GetImages> = serde_json::from_str(&text).unwrap();
    assert!(matches!(exchange.poll(&hub, zero), Ok(Step::Wait(wait)) if wait >= secs(30)));
}

#[test]
fn flows_are_small_and_can_be_sent_to_threads() {
    fn sent<T: Send + Sync + Clone + 'static>(most: usize) {
        let size = size_of::<T>();
        assert!(size <= most, "{} has {size} bytes", std::any::type_name::<T>());
    }
    sent::<Exchange<GetImages>>(512);
    sent::<Exchange<CreateImage>>(384);
    sent::<Pages<GetImages>>(576);
    sent::<JobTracker>(1024);
    sent::<JobsTracker>(512);
    sent::<RetryPolicy>(80);
    let empty = serde_json::to_string(&track()).unwrap();
    assert!(empty.len() < 600, "{empty}");
}

fn file(name: &str) -> PathBuf {
    support::data("stored/v1").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

fn stored<F: Flow + DeserializeOwned>(name: &str) -> Run<F> {
    Run::new(serde_json::from_str(&text(name)).unwrap())
}

#[test]
fn an_exchange_of_version_1_in_flight_is_interrupted() {
    let mut run = stored::<Exchange<CreateImage>>("exchange_in_flight.json");
    assert!(matches!(run.poll(), Err(FlowError::Interrupted { operation: "CreateImage", .. })));
}

#[test]
fn pages_of_version_1_go_on_with_the_next() {
    let mut run = stored::<Pages<GetImages>>("pages_after_the_first.json");
    let request = run.request();
    let query = request.uri().query().unwrap();
    assert!(query.contains("filter%5Bstate%5D=live") && query.contains("number%5D=2"), "{query}");
    assert_eq!(run.handle(page(&["3"])).unwrap().unwrap().data.len(), 1);
}

#[test]
fn a_tracker_of_version_1_is_resumed() {
    let mut run = stored::<JobTracker>("tracker_between_polls.json");
    assert_eq!(run.flow.last().unwrap().progress.done, 1);
    assert!(matches!(run.poll().unwrap(), Step::Wait(_)));
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
    run.assert_ended();
}

#[test]
fn many_jobs_of_version_1_go_on_with_the_next_page() {
    let mut run = stored::<JobsTracker>("many_jobs_after_the_first_page.json");
    assert_eq!(run.flow.ids().len(), 6);
    let last = run.flow.ids().filter_map(|id| run.flow.last(id)).map(|last| last.progress.done);
    assert_eq!(last.collect::<Vec<_>>(), [1, 1, 1]);
    let request = run.request();
    let query = request.uri().query().unwrap();
    assert!(query.contains("number%5D=2") && query.contains("09%3A59%3A00Z"), "{query}");
    let reports = run.handle(page_of_jobs(3..6, "completed")).unwrap().unwrap();
    assert!(reports.len() == 3 && reports.iter().all(JobReport::is_last));
    assert!(matches!(run.poll().unwrap(), Step::Wait(_)));
}

#[test]
fn another_version_is_refused_with_its_number() {
    for name in [
        "exchange_in_flight.json",
        "pages_after_the_first.json",
        "tracker_between_polls.json",
        "many_jobs_after_the_first_page.json",
    ] {
        let newer = text(name).replacen("\"version\":1", "\"version\":2", 1);
        assert_ne!(newer, text(name));
        let errors = [
            serde_json::from_str::<Exchange<CreateImage>>(&newer).map(drop),
            serde_json::from_str::<Pages<GetImages>>(&newer).map(drop),
            serde_json::from_str::<JobTracker>(&newer).map(drop),
            serde_json::from_str::<JobsTracker>(&newer).map(drop),
        ];
        for error in errors {
            let error = error.unwrap_err().to_string();
            assert!(error.contains("2") && error.contains("version 1"), "{error}");
        }
    }
}

/// Writes the files when the stored form has another version.
#[test]
#[ignore = "writes the files that the other tests read"]
fn write_stored_flows() {
    let save = |name: &str, text: String| std::fs::write(file(name), text + "\n").unwrap();
    let create = CreateImage::new(SourceId::new("s1").unwrap()).name("web");
    let mut exchange = Run::new(Exchange::new(create, 1));
    exchange.request();
    save("exchange_in_flight.json", serde_json::to_string(&exchange.flow).unwrap());
    let list = GetImages::new().filter_state(ImageStatus::Live).page_size(2);
    let mut pages = Run::new(Pages::new(list, 1));
    pages.step(page(&["1", "2"])).unwrap();
    save("pages_after_the_first.json", serde_json::to_string(&pages.flow).unwrap());
    let mut tracker = Run::new(JobTracker::new(JobId::new("j1").unwrap(), 1));
    tracker.step(seen("running", 1, 4)).unwrap();
    save("tracker_between_polls.json", serde_json::to_string(&tracker.flow).unwrap());
    let ids = (0..6).map(|n| JobId::new(object_id(0, n)).unwrap());
    let mut many = Run::new(JobsTracker::new(ids, 1));
    many.step(page_of_jobs(0..3, "running")).unwrap();
    save("many_jobs_after_the_first_page.json", serde_json::to_string(&many.flow).unwrap());
}
