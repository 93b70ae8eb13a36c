//! Jobs whose texts repeat the API key or control a terminal.

use std::sync::{Arc, Mutex};

use cycle_images::error::report;
use cycle_images::flow::{JobTracker, JobsTracker, Until};
use cycle_images::images::{self, GetImage};
use cycle_images::{ImageId, JobId};
use serde_json::{Value, json};

use crate::clock::{KEY, Run};
use crate::jobs_platform::object_id;
use crate::outcomes::data;

const CLEAR: &str = "\u{1b}[2J\r\n2026-03-26 ERROR forged";

fn tracker() -> JobTracker {
    JobTracker::new(JobId::new("j1").unwrap(), 7)
}

/// A job that has this text everywhere.
fn job(id: &str, state: &str, text: &str) -> Value {
    json!({"id": id, "queue": text, "caption": text, "hash": text,
        "state": {"current": state, "error": {"message": text}},
        "tasks": [{"caption": text, "header": text, "state": {"current": "error"},
            "error": {"message": text}, "steps": [{"caption": text, "description": text}],
            "input": {"x": text}, "output": {"x": text}}]})
}

#[test]
fn keys_echoed_in_a_job_are_in_no_error_event_or_stored_flow() {
    for (id, state) in
        [("j1", "error"), ("j1", "expired"), ("j1", "completed"), ("j1", KEY), (KEY, "error")]
    {
        for text in [KEY.to_owned(), format!("a {KEY}{CLEAR}"), "x".repeat(1 << 20)] {
            let mut run = Run::new(tracker());
            let events = Arc::new(Mutex::new(String::new()));
            let log = Arc::clone(&events);
            run.hub = run.hub.with_observer(move |event| {
                *log.lock().unwrap() += &format!("{event:?}");
            });
            let outcome = run.step(data(&job(id, state, &text)));
            let stored = serde_json::to_string(&run.flow).unwrap();
            let mut shown = vec![stored, events.lock().unwrap().clone()];
            match outcome {
                Err(error) => {
                    shown.extend([error.to_string(), report(&error).to_string()]);
                    let job = error.job().and_then(|error| error.job());
                    // Input and output are data, whose `Debug` doesn't show them.
                    shown.push(format!("{error:?} {:?}", job.map(|job| job.failure())));
                }
                // Data is as it was sent.
                Ok(update) => assert_eq!(update.unwrap().job.caption, text),
            }
            for shown in shown {
                assert!(!shown.contains(KEY), "{state}: {shown}");
                assert!(!shown.contains('\u{1b}') && !shown.contains('\n'), "{state}: {shown}");
                assert!(shown.len() < 64 << 10, "{state}: {} bytes", shown.len());
            }
        }
    }
}

#[test]
fn keys_echoed_in_one_of_many_jobs_are_in_no_error_event_or_stored_flow() {
    let ids: Vec<_> = (0..4).map(|n| JobId::new(object_id(0, n)).unwrap()).collect();
    for state in ["error", "expired", KEY] {
        let text = format!("a {KEY}{CLEAR}");
        let mut run = Run::new(JobsTracker::new(&ids, 7));
        let events = Arc::new(Mutex::new(String::new()));
        let log = Arc::clone(&events);
        run.hub = run.hub.with_observer(move |event| {
            *log.lock().unwrap() += &format!("{event:?}");
        });
        let page = json!([job(ids[0].as_str(), state, &text), job(KEY, state, &text), {"id": KEY}]);
        let reports = run.step(data(&page)).unwrap().unwrap();
        let mut shown = vec![serde_json::to_string(&run.flow).unwrap()];
        shown.push(events.lock().unwrap().clone());
        assert_eq!(reports.len(), 1);
        if let Err(error) = &reports[0].result {
            shown.push(format!("{error} {} {error:?}", report(error)));
        }
        for shown in shown {
            assert!(!shown.contains(KEY) && !shown.contains('\u{1b}'), "{state}: {shown}");
        }
    }
}

#[test]
fn keys_echoed_in_an_image_are_not_in_the_error_of_a_condition() {
    let get = GetImage::new(ImageId::new("i1").unwrap());
    let mut run = Run::new(Until::new(get, images::is_live, 7));
    let message = format!("no {KEY}{CLEAR}");
    let state = json!({"current": "building", "error": {"message": message}});
    let error = run.step(data(&json!({"id": "i1", "state": state}))).unwrap_err();
    let shown = format!("{error:?} {}", report(&error));
    assert!(shown.contains("no [redacted]"), "{shown}");
    assert!(!shown.contains(KEY) && !shown.contains('\u{1b}') && !shown.contains('\n'), "{shown}");
}
