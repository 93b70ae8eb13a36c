//! A job followed to a good end: when it is looked at.

use std::time::Duration;

use cycle_images::flow::JobTracker;
use cycle_images::http::Method;
use cycle_images::images::CreateImageJob;
use cycle_images::model::JobStatus;
use cycle_images::{ImageId, JobId};
use serde_json::json;

use crate::clock::{Run, millis, secs};
use crate::outcomes::{Outcome, answer, asking, data, job, lost, refusal, seen, status};

pub(crate) fn track() -> JobTracker {
    JobTracker::new(JobId::new("j1").unwrap(), 7)
}

fn asking_to_wait(retry_after: &str) -> Outcome {
    let body = json!({"data": job("running", 0, 4)}).to_string();
    answer(200, &[("Retry-After", retry_after)], &body)
}

#[test]
fn the_poll_interval_grows() {
    let mut run = Run::new(track());
    for _ in 0..12 {
        run.step(seen("running", 0, 4)).unwrap();
    }
    let micros: Vec<u128> = run.waits.iter().map(Duration::as_micros).collect();
    assert_eq!(
        micros,
        [
            0, 250_000, 375_000, 562_500, 843_750, 1_265_625, 1_898_437, 2_847_656, 4_271_484,
            5_000_000, 5_000_000, 5_000_000,
        ]
    );
}

#[test]
fn every_poll_is_a_get_of_the_job() {
    let mut run = Run::new(JobTracker::new(JobId::new("a/b").unwrap(), 7));
    for _ in 0..3 {
        let request = run.request();
        assert_eq!(request.method(), Method::GET);
        assert_eq!(request.uri().path_and_query().unwrap(), "/v1/jobs/a%2Fb");
        let mut job = job("running", 0, 4);
        job["id"] = "a/b".into();
        run.handle(data(&job)).unwrap();
    }
}

#[test]
fn the_time_of_a_response_is_not_part_of_the_wait() {
    let mut run = Run::new(track());
    for _ in 0..3 {
        run.request();
        run.clock.pass(secs(9));
        run.handle(seen("running", 0, 4)).unwrap();
    }
    assert_eq!(run.waits, [0, 250, 375].map(millis));
}

#[test]
fn a_retry_after_on_a_success_is_waited_for() {
    let dated = "Thu, 26 Mar 2026 10:00:30 GMT";
    for (asked, waited) in [
        ("7", 7_000),
        ("60", 60_000),
        ("3000", 3_000_000),
        ("0", 250),
        ("soon", 250),
        (dated, 30_000),
    ] {
        let mut run = Run::new(track());
        run.step(asking_to_wait(asked)).unwrap();
        run.request();
        assert_eq!(run.waits[1], millis(waited), "{asked}");
    }
}

#[test]
fn a_retry_after_counts_once() {
    let mut run = Run::new(track());
    run.step(asking_to_wait("30")).unwrap();
    run.step(seen("running", 1, 4)).unwrap();
    run.step(asking_to_wait("1")).unwrap();
    run.request();
    assert_eq!(run.waits, [0, 30_000, 375, 1_000].map(millis));
}

#[test]
fn it_follows_the_job_that_a_descriptor_names() {
    let import = CreateImageJob::import(ImageId::new("i1").unwrap());
    let descriptor = json!({"action": "import", "job": {"id": "j7", "accepted": true}});
    let reply = crate::clock::hub().response(&import, data(&descriptor).unwrap()).unwrap();
    let mut run = Run::new(JobTracker::from_descriptor(&reply.data, 7).unwrap());
    assert_eq!(run.request().uri().path(), "/v1/jobs/j7");
}

#[test]
fn the_last_update_is_the_completed_job() {
    let mut run = Run::new(track());
    assert!(run.flow.last().is_none());
    assert!(run.step(seen("running", 2, 4)).unwrap().is_some());
    assert_eq!(run.flow.last().unwrap().status, JobStatus::Running);
    let mut job = job("completed", 4, 4);
    job["caption"] = "Importing web".into();
    let last = run.step(data(&job)).unwrap().unwrap();
    assert_eq!(last.job.state.current, JobStatus::Completed);
    assert_eq!(last.job.caption, "Importing web");
    assert_eq!((last.progress.done, last.progress.total), (4, 4));
    let known = run.flow.last().unwrap();
    assert_eq!((known.status, known.progress), (JobStatus::Completed, last.progress));
    run.assert_ended();
}

#[test]
fn a_completed_job_is_polled_once() {
    let mut run = Run::new(track());
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
    run.assert_ended();
    assert_eq!(run.clock.passed(), Duration::ZERO);
}

#[test]
fn retried_polls_yield_nothing_and_keep_the_interval() {
    let mut run = Run::new(track());
    run.step(seen("running", 1, 4)).unwrap();
    for outcome in [status(503), lost(), asking(429, "3")] {
        assert!(run.step(outcome).unwrap().is_none());
    }
    assert!(run.step(seen("running", 2, 4)).unwrap().is_some());
    run.request();
    assert_eq!(run.waits.last(), Some(&millis(375)));
}

#[test]
fn after_an_error_the_tracker_resumes() {
    let mut run = Run::new(track());
    run.step(seen("running", 1, 4)).unwrap();
    for _ in 0..3 {
        let error = run.step(refusal(403, "403.permissions")).unwrap_err();
        let response = error.response().unwrap();
        assert_eq!((response.status().as_u16(), response.operation()), (403, "GetJob"));
    }
    assert_eq!(run.flow.last().unwrap().progress.done, 1);
    assert!(run.step(seen("running", 1, 4)).unwrap().is_none(), "nothing has changed");
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
    run.assert_ended();
}

/// A clock that is set back by an hour must not keep the tracker away for an hour.
#[test]
fn a_clock_set_back_makes_no_wait_longer() {
    let mut run = Run::new(track());
    run.step(seen("running", 1, 4)).unwrap();
    run.clock.go_back(secs(3600));
    run.request();
    assert!(run.waits[1] <= secs(5), "{:?}", run.waits[1]);
}
