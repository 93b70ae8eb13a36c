//! What a job tracker is made of and leaves, beside the scripts of `job_tracker.txt`.

use cycle_images::flow::{Flow, FlowError, JobError, JobTracker};
use cycle_images::images::CreateImageJob;
use cycle_images::model::{JobProgress, JobStatus};
use cycle_images::{ImageId, JobId};
use proptest::prelude::*;
use serde_json::json;

use crate::clock::{Run, hub, secs};
use crate::outcomes::{data, job, seen};

pub(crate) fn track() -> JobTracker {
    JobTracker::new(JobId::new("j1").unwrap(), 7)
}

#[test]
fn the_job_of_a_descriptor_is_tracked() {
    let import = CreateImageJob::import(ImageId::new("i1").unwrap());
    let descriptor = |job| {
        let body = data(&json!({"action": "import", "job": job})).unwrap();
        hub().response(&import, body).unwrap().data
    };
    let started = descriptor(json!({"id": "j7", "accepted": true}));
    let mut run = Run::new(JobTracker::from_descriptor(&started, 7).unwrap());
    assert_eq!(run.request().uri().path(), "/v1/jobs/j7");
    let error = JobTracker::from_descriptor(&descriptor(json!(null)), 7).unwrap_err();
    let Some(JobError::NoJob { action, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!(action, "import");
    assert!(error.to_string().contains("import"), "{error}");
    assert!(error.job().unwrap().job().is_none());
}

#[test]
fn errors_of_a_job_have_the_job_or_its_last_state() {
    for end in ["error", "expired"] {
        let mut run = Run::new(track());
        assert!(run.flow.last().is_none());
        let error = run.step(seen(end, 1, 4)).unwrap_err();
        assert_eq!(error.job().unwrap().job().unwrap().tasks.len(), 1);
        assert_eq!(run.flow.last().unwrap().status, JobStatus::from(end));
        assert!(matches!(run.flow.completed(None), Err(FlowError::Ended)), "{end}");
    }
    let mut run = Run::new(track());
    run.step(seen("running", 2, 4)).unwrap();
    let error = run.step(crate::outcomes::unknown_job()).unwrap_err();
    let Some(JobError::Gone { id, last: Some(last), .. }) = error.job() else {
        panic!("{error:?}");
    };
    assert_eq!((id.as_str(), last.progress.done, last.progress.total), ("j1", 2, 4));
    assert!(error.job().unwrap().job().is_none());
    let mut run = Run::new(track());
    let mut other = job("completed", 4, 4);
    other["id"] = "j2".into();
    let error = run.step(data(&other)).unwrap_err();
    let Some(JobError::OtherJob { id, answered, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!((id.as_str(), answered.as_str()), ("j1", "j2"));
    assert!(error.job().unwrap().job().is_none() && run.flow.last().is_none());
}

#[test]
fn a_completed_job_is_the_last_update_or_the_stored_one() {
    let completed = json!({"id": "j1", "state": {"current": "completed"},
        "tasks": [{"caption": "Import", "state": {"current": "completed"}, "output": {"a": 1}}]});
    let mut run = Run::new(track());
    run.step(seen("running", 1, 4)).unwrap();
    let last = run.step(data(&completed)).unwrap().unwrap();
    run.assert_ended();
    let kept = run.flow.clone().completed(None).unwrap();
    assert_eq!(kept.state.current, JobStatus::Completed);
    assert!(kept.tasks[0].output.is_none(), "the output of a task may be secret");
    let reported = run.flow.completed(Some(last.clone())).unwrap();
    assert!(reported.tasks[0].output.is_some() && reported == last.job);
}

#[test]
fn an_incomplete_job_is_not_returned() {
    let hour = secs(3600);
    let mut run = Run::new(track());
    assert!(matches!(run.flow.clone().completed(None), Err(FlowError::Ended)));
    let running = run.step(seen("running", 1, 4)).unwrap();
    assert!(matches!(run.flow.clone().completed(None), Err(FlowError::Ended)));
    assert!(matches!(run.flow.clone().completed(running), Err(FlowError::Ended)));
    run.clock.pass(hour);
    run.flow.poll(&hub(), run.clock.now()).unwrap_err();
    assert!(matches!(run.flow.completed(None), Err(FlowError::Ended)));
}

proptest! {
    #[test]
    fn reported_progress_never_shrinks_and_always_changes(
        polls in prop::collection::vec((0_usize..3, 0_usize..9, 0_usize..9), 1..60),
    ) {
        let mut run = Run::new(track());
        let mut before: Option<(JobStatus, JobProgress, f64)> = None;
        for (state, done, total) in polls {
            let state = ["queued", "running", "paused"][state];
            let Some(update) = run.step(seen(state, done.min(total), total)).unwrap() else {
                prop_assert!(before.is_some(), "the first poll is reported");
                continue;
            };
            let progress = update.progress;
            prop_assert!(progress.done + progress.failed <= progress.total);
            #[expect(clippy::cast_precision_loss, reason = "they are below ten")]
            let share = (progress.done + progress.failed) as f64 / progress.total.max(1) as f64;
            let now = (update.job.state.current.clone(), progress, share);
            if let Some((.., so_far)) = &before {
                prop_assert!(share >= *so_far, "{share} after {so_far}");
            }
            prop_assert_ne!(before.as_ref(), Some(&now));
            before = Some(now);
        }
    }
}
