//! A job that comes to no good end.

use std::time::Duration;

use cycle_images::flow::{FlowError, JobError, JobTracker, Step};
use cycle_images::images::CreateImageJob;
use cycle_images::{ImageId, http::Response};
use serde_json::{Value, json};

use crate::clock::{Run, hub, millis, secs};
use crate::outcomes::{answer, asking, data, fatal, job, lost, seen, status, unknown_job};
use crate::track::track;

fn failed() -> Value {
    json!({"id": "j1", "state": {"current": "error", "error": {"message": "2 of 4 tasks failed"}},
    "tasks": [
        {"caption": "Download", "state": {"current": "completed"}, "error": null},
        {"caption": "Build", "state": {"current": "error"},
            "error": {"message": "npm exited with 1"}},
        {"caption": "Verify", "state": {"current": "error"},
            "error": {"message": "no such layer"}},
        {"caption": "Save", "state": {"current": "pending"}}
    ]})
}

#[test]
fn a_failed_job_has_every_message() {
    let mut run = Run::new(track());
    run.step(seen("running", 1, 4)).unwrap();
    let error = run.step(data(&failed())).unwrap_err();
    let shown = error.to_string();
    for told in ["2 of 4 tasks failed", "Build: npm exited with 1", "Verify: no such layer", "j1"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    let Some(JobError::Failed { job, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!(job.tasks.len(), 4);
    assert_eq!(error.job().unwrap().job(), Some(job));
    assert_eq!(run.flow.last().unwrap().status, job.state.current);
    run.assert_ended();
}

#[test]
fn a_job_that_failed_without_a_message_is_named() {
    let mut run = Run::new(track());
    let error = run.step(seen("error", 1, 4)).unwrap_err();
    assert!(matches!(error.job(), Some(JobError::Failed { .. })));
    assert!(error.to_string().contains("j1"), "{error}");
    run.assert_ended();
}

#[test]
fn an_expired_job_is_a_different_error() {
    let mut run = Run::new(track());
    run.step(seen("queued", 0, 4)).unwrap();
    let error = run.step(seen("expired", 0, 4)).unwrap_err();
    let Some(JobError::Expired { job, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!(job.tasks.len(), 1);
    assert!(error.to_string().contains("j1 expired"), "{error}");
    run.assert_ended();
}

#[test]
fn a_descriptor_without_a_job_is_nothing_to_follow() {
    let import = CreateImageJob::import(ImageId::new("i1").unwrap());
    for body in
        [r#"{"data": {"action": "import"}}"#, r#"{"data": {"action": "import", "job": null}}"#]
    {
        let reply = hub().response(&import, Response::new(body)).unwrap();
        let error = JobTracker::from_descriptor(&reply.data, 7).unwrap_err();
        let Some(JobError::NoJob { action, .. }) = error.job() else { panic!("{error:?}") };
        assert_eq!(action, "import");
        assert!(error.to_string().contains("import"), "{error}");
        assert!(error.job().unwrap().job().is_none());
    }
}

/// Looks until the deadline, however it is answered, and gives the error that there has to be.
#[track_caller]
fn until_the_deadline(
    run: &mut Run<JobTracker>,
    outcome: impl Fn() -> crate::outcomes::Outcome,
) -> FlowError {
    loop {
        match run.until_sent() {
            Ok(Some(_)) => run.handle(outcome()).map(|_| ()).unwrap(),
            Ok(None) => panic!("it has ended"),
            Err(error) => return error,
        }
    }
}

#[test]
fn the_deadline_is_exact_and_has_the_last_job() {
    for seconds in [1, 10, 11, 600] {
        let mut run = Run::new(track().deadline(secs(seconds)));
        let error = until_the_deadline(&mut run, || seen("running", 2, 4));
        assert_eq!(run.clock.passed(), secs(seconds), "neither before nor after it");
        let Some(JobError::DeadlinePassed { id, last: Some(last), .. }) = error.job() else {
            panic!("{error:?}");
        };
        assert_eq!((id.as_str(), last.progress.done), ("j1", 2));
        assert!(error.to_string().contains("j1"), "{error}");
    }
}

#[test]
fn the_default_deadline_is_an_hour() {
    let mut run = Run::new(track());
    until_the_deadline(&mut run, || seen("running", 2, 4));
    assert_eq!(run.clock.passed(), secs(3600));
    assert!(run.waits.len() < 800, "{} looks", run.waits.len());
}

#[test]
fn the_deadline_starts_with_the_first_poll() {
    let mut run = Run::new(track().deadline(secs(10)));
    run.clock.pass(secs(3600));
    until_the_deadline(&mut run, || seen("running", 2, 4));
    assert_eq!(run.clock.passed(), secs(3610));
}

#[test]
fn no_wait_goes_past_the_deadline() {
    let body = json!({"data": job("running", 1, 4)}).to_string();
    let mut run = Run::new(track().deadline(secs(10)));
    until_the_deadline(&mut run, || answer(200, &[("Retry-After", "60")], &body));
    assert_eq!((run.clock.passed(), run.waits.len()), (secs(10), 1));
    for outcome in [|| asking(503, "45"), || status(503), lost] {
        let mut run = Run::new(track().deadline(secs(100)));
        until_the_deadline(&mut run, outcome);
        assert_eq!(run.clock.passed(), secs(100));
    }
}

#[test]
fn a_job_that_never_appears_before_the_deadline() {
    let mut run = Run::new(track().deadline(secs(10)));
    let error = until_the_deadline(&mut run, unknown_job);
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { last: None, .. })), "{error:?}");
}

#[test]
fn past_the_deadline_nothing_is_sent() {
    let mut run = Run::new(track().deadline(secs(10)));
    until_the_deadline(&mut run, || seen("running", 2, 4));
    for _ in 0..3 {
        run.clock.pass(millis(1));
        let asked = run.until_sent();
        assert!(matches!(&asked, Ok(None) | Err(FlowError::Job(_))), "{asked:?}");
    }
}

#[test]
fn a_poll_sent_before_the_deadline_counts_after_it() {
    let mut run = Run::new(track().deadline(secs(10)));
    run.request();
    run.clock.pass(secs(20));
    assert!(run.handle(seen("completed", 4, 4)).unwrap().is_some());
    run.assert_ended();
}

#[test]
fn a_deadline_of_zero_polls_nothing() {
    let mut run = Run::new(track().deadline(Duration::ZERO));
    assert!(matches!(run.poll().unwrap_err().job(), Some(JobError::DeadlinePassed { .. })));
    let mut run = Run::new(track().deadline(Duration::MAX));
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
}

#[test]
fn a_clock_set_back_does_not_extend_the_deadline() {
    let mut run = Run::new(track().deadline(secs(10)));
    assert!(run.step(seen("running", 1, 4)).unwrap().is_some());
    run.clock.go_back(secs(3600));
    assert!(run.step(seen("running", 2, 4)).unwrap().is_some());
    run.clock.pass(secs(11));
    let error = run.poll().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");
}

/// A cache between here and the platform, for one, may mix answers up.
#[test]
fn a_response_with_another_job_is_an_error_and_not_the_end() {
    for state in ["running", "completed", "error", "expired"] {
        let mut run = Run::new(track());
        let mut other = job(state, 4, 4);
        other["id"] = "j2".into();
        let error = run.step(data(&other)).unwrap_err();
        let Some(JobError::OtherJob { id, answered, .. }) = error.job() else {
            panic!("{error:?}");
        };
        assert_eq!((id.as_str(), answered.as_str()), ("j1", "j2"));
        assert!(error.job().unwrap().job().is_none() && run.flow.last().is_none());
        let shown = error.to_string();
        assert!(shown.contains("job j1") && shown.contains("job j2"), "{shown}");
        // Whoever goes on doesn't hammer.
        assert!(matches!(run.poll(), Ok(Step::Wait(time)) if time == millis(250)));
        assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
        run.assert_ended();
    }
}

/// What is stored may come back changed: it is input like any other.
#[test]
fn a_stored_tracker_with_extreme_numbers_does_not_panic() {
    let text = serde_json::to_value(track()).unwrap();
    for (field, extreme) in [
        ("/schedule/wait", serde_json::json!({"secs": u64::MAX, "nanos": 999_999_999})),
        ("/schedule/limit", serde_json::json!({"secs": u64::MAX, "nanos": 0})),
        ("/unknown", serde_json::json!(u32::MAX)),
        (
            "/last_reported",
            serde_json::json!(["new", {"done": u64::MAX, "failed": u64::MAX, "total": 0}]),
        ),
    ] {
        let mut text = text.clone();
        *text.pointer_mut(field).expect(field) = extreme;
        let mut run = Run::new(serde_json::from_value::<JobTracker>(text).unwrap());
        let _ = run.step(seen("running", 1, 4)).unwrap();
        assert!(run.step(seen("completed", 4, 4)).unwrap().is_some(), "{field}");
    }
}

/// A program that resumes after an error must not flood the platform.
#[test]
fn after_an_error_that_ends_a_tracker_the_next_poll_is_delayed() {
    let mut run = Run::new(track());
    let error = run.step(fatal()).unwrap_err();
    assert!(matches!(error, FlowError::Transport { .. }), "{error:?}");
    let next = run.poll().unwrap();
    assert!(matches!(next, Step::Wait(time) if time == millis(250)), "{next:?}");
}
