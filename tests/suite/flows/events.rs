//! What an observer is called with, and what a request has in its extensions.

use std::sync::{Arc, Mutex};

use cycle_images::flow::{Attempt, Event, EventKind, Exchange, JobTracker, JobsTracker, Pages};
use cycle_images::images::{CreateImage, GetImage, GetImages};
use cycle_images::{ImageId, JobId, SourceId};

use crate::clock::{KEY, Run, secs};
use crate::jobs_platform::object_id;
use crate::outcomes::{answer, asking, data, image, lost, page, page_of_jobs, seen, status};

/// Each event as a line.
fn observed<F>(run: Run<F>) -> (Run<F>, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let hub = run.hub.clone().with_observer(move |event| {
        let Event { operation, attempt, method, template, path, .. } = event;
        let what = match event.kind {
            EventKind::Attempt => format!("{method} {template}"),
            EventKind::Response { status, elapsed, request_id, .. } => {
                let id = request_id.unwrap_or("no id");
                format!("{status} after {}, {id}", elapsed.as_secs())
            }
            EventKind::NoResponse { may_have_arrived, error, .. } => {
                format!("no response, {may_have_arrived}, {error}")
            }
            EventKind::Retry { after, error, .. } => {
                format!("again after {}: {error}", after.as_secs())
            }
            EventKind::JobState { state, done, total, .. } => format!("{state}: {done} of {total}"),
            other => format!("{other:?}"),
        };
        let flow = event.flow;
        log.lock().unwrap().push(format!("{flow} of {path}, {operation} {attempt}: {what}"));
    });
    (Run { hub, ..run }, lines)
}

fn get() -> GetImage {
    GetImage::new(ImageId::new("the-id").unwrap())
}

#[test]
fn each_attempt_response_and_retry_is_an_event() {
    let (mut run, lines) = observed(Run::new(Exchange::new(get(), 1)));
    run.request();
    run.clock.pass(secs(2));
    run.handle(asking(503, "7")).unwrap();
    run.step(lost()).unwrap();
    run.request();
    run.handle(answer(404, &[("x-request-id", "req-1")], "")).unwrap_err();
    let lines = lines.lock().unwrap();
    assert_eq!(lines[0], "Exchange of /v1/images/the-id, GetImage 1: GET /v1/images/{id}");
    assert_eq!(
        lines[1],
        "Exchange of /v1/images/the-id, GetImage 1: 503 Service Unavailable after 2, no id"
    );
    assert!(lines[2].contains(" GetImage 1: again after 7: GetImage failed with"), "{}", lines[2]);
    assert_eq!(lines[3], "Exchange of /v1/images/the-id, GetImage 2: GET /v1/images/{id}");
    assert_eq!(
        lines[4],
        "Exchange of /v1/images/the-id, GetImage 2: no response, true, the peer hung up"
    );
    assert!(lines[5].contains(" GetImage 2: again after 0: "), "{}", lines[5]);
    assert_eq!(lines[7], "Exchange of /v1/images/the-id, GetImage 3: 404 Not Found after 0, req-1");
    assert_eq!(lines.len(), 8, "the last error is the caller's");
    let text = lines.join(" ");
    assert!(!text.contains(KEY), "{text}");
}

/// What a server echoes reaches no log.
#[test]
fn an_echoed_secret_is_in_no_event() {
    const ARGUMENT: &str = "build-argument-secret";
    let create = CreateImage::new(SourceId::new("s1").unwrap()).build_arg("TOKEN", ARGUMENT);
    let (mut run, lines) = observed(Run::new(Exchange::new(create, 1)));
    for echo in [KEY, ARGUMENT] {
        let body = format!(r#"{{"error": {{"code": "429.rate-limiting", "title": "{echo}"}}}}"#);
        run.step(answer(429, &[("x-request-id", echo)], &body)).unwrap();
    }
    let text = lines.lock().unwrap().join(" ");
    assert!(text.contains("429") && !text.contains(KEY) && !text.contains(ARGUMENT), "{text}");
}

#[test]
fn each_state_of_a_job_is_an_event() {
    let tracker = JobTracker::new(JobId::new("j1").unwrap(), 1);
    let (mut run, lines) = observed(Run::new(tracker));
    for (state, done) in [("queued", 0), ("running", 1), ("running", 2), ("completed", 4)] {
        run.step(seen(state, done, 4)).unwrap();
    }
    let lines = lines.lock().unwrap();
    let states: Vec<_> = lines
        .iter()
        .filter_map(|line| Some(line.split_once("JobTracker of /v1/jobs/j1, GetJob 1: ")?.1))
        .filter(|line| line.contains(" of "))
        .collect();
    assert_eq!(states.len(), 3, "{states:?}");
    assert!(
        states[1].starts_with("running: ") && states[2].starts_with("completed: "),
        "{states:?}"
    );
}

/// An event of a request is about the list, the state of a job about that.
#[test]
fn each_state_of_many_jobs_is_an_event_of_its_job() {
    let ids = (0..4).map(|number| JobId::new(object_id(0, number)).unwrap());
    let (mut run, lines) = observed(Run::new(JobsTracker::new(ids, 1)));
    run.step(page_of_jobs(0..2, "running")).unwrap();
    run.step(page_of_jobs(2..4, "completed")).unwrap();
    let lines = lines.lock().unwrap();
    assert_eq!(lines[0], "JobsTracker of /v1/jobs, GetJobs 1: GET /v1/jobs");
    for (line, number) in lines[2..4].iter().zip(0..) {
        let path = format!("/v1/jobs/{}", object_id(0, number));
        assert_eq!(*line, format!("JobsTracker of {path}, GetJob 1: running: 1 of 4"));
    }
    let path = format!("/v1/jobs/{}", object_id(0, 3));
    assert_eq!(lines[7], format!("JobsTracker of {path}, GetJob 1: completed: 1 of 4"));
    assert_eq!(lines.len(), 8);
}

#[test]
fn observers_add_up_and_see_pages() {
    let (run, first) = observed(Run::new(Pages::new(GetImages::new(), 1)));
    let (mut run, second) = observed(run);
    run.step(page(&["1"])).unwrap();
    assert_eq!(*first.lock().unwrap(), *second.lock().unwrap());
    assert_eq!(first.lock().unwrap().len(), 2);
}

#[test]
fn a_request_knows_its_operation_and_attempt_and_a_reply_its_attempts() {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let mut run = Run::new(Exchange::new(create, 1));
    for number in 1..=3 {
        let request = run.request();
        let attempt = request.extensions().get::<Attempt>().unwrap();
        assert_eq!((attempt.operation, attempt.number), ("CreateImage", number));
        assert_eq!(attempt.template, "/v1/images");
        let reply = run.handle(if number < 3 { status(429) } else { data(&image("i1")) }).unwrap();
        assert_eq!(reply.map(|reply| reply.attempts), (number == 3).then_some(3));
    }
}
