//! Flows that an earlier release has stored: each file is one, as version 1 wrote it.

use std::path::Path;

use cycle_images::flow::{
    Exchange, Flow, FlowError, JobReport, JobTracker, JobsTracker, Pages, Step,
};
use cycle_images::images::{CreateImage, GetImages};
use serde::de::DeserializeOwned;

use crate::clock::Run;
use crate::outcomes::{page, page_of_jobs, seen};

fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/stored/v1");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn stored<F: Flow + DeserializeOwned>(name: &str) -> Run<F> {
    Run::new(serde_json::from_str(&text(name)).unwrap())
}

#[test]
fn an_exchange_in_flight() {
    let mut run = stored::<Exchange<CreateImage>>("exchange_in_flight.json");
    assert!(matches!(run.poll(), Err(FlowError::Interrupted { operation: "CreateImage", .. })));
}

#[test]
fn pages_after_the_first() {
    let mut run = stored::<Pages<GetImages>>("pages_after_the_first.json");
    let request = run.request();
    let query = request.uri().query().unwrap();
    assert!(query.contains("filter%5Bstate%5D=live") && query.contains("number%5D=2"), "{query}");
    assert_eq!(run.handle(page(&["3"])).unwrap().unwrap().data.len(), 1);
}

#[test]
fn a_tracker_between_two_polls() {
    let mut run = stored::<JobTracker>("tracker_between_polls.json");
    assert_eq!(run.flow.last().unwrap().progress.done, 1);
    assert!(matches!(run.poll().unwrap(), Step::Wait(_)));
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
    run.assert_ended();
}

#[test]
fn many_jobs_after_the_first_page() {
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

/// Writes the files anew, when the stored form gets another version.
#[test]
#[ignore = "writes the files that the other tests read"]
fn write() {
    use cycle_images::model::ImageStatus;
    use cycle_images::{JobId, SourceId};

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/stored/v1");
    let save = |name: &str, text: String| std::fs::write(folder.join(name), text + "\n").unwrap();
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
    let ids = (0..6).map(|n| JobId::new(crate::jobs_platform::object_id(0, n)).unwrap());
    let mut many = Run::new(JobsTracker::new(ids, 1));
    many.step(page_of_jobs(0..3, "running")).unwrap();
    save("many_jobs_after_the_first_page.json", serde_json::to_string(&many.flow).unwrap());
}
