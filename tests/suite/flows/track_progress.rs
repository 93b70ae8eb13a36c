//! What a tracker tells on the way: what has changed, and never less than before.

use cycle_images::flow::{JobTracker, JobUpdate};
use cycle_images::model::{JobProgress, JobStatus};
use proptest::prelude::*;
use serde_json::json;

use crate::clock::{Run, secs};
use crate::outcomes::{data, seen};
use crate::track::track;

fn look(run: &mut Run<JobTracker>, state: &str, done: usize, total: usize) -> Option<JobUpdate> {
    run.step(seen(state, done, total)).unwrap()
}

/// Done and total, as it was told.
fn told(
    run: &mut Run<JobTracker>,
    state: &str,
    done: usize,
    total: usize,
) -> Option<(usize, usize)> {
    look(run, state, done, total).map(|update| (update.progress.done, update.progress.total))
}

#[test]
fn only_changes_are_updates() {
    let mut run = Run::new(track());
    assert_eq!(told(&mut run, "running", 0, 4), Some((0, 4)), "the first look always is");
    assert_eq!(told(&mut run, "running", 0, 4), None);
    assert_eq!(told(&mut run, "running", 1, 4), Some((1, 4)));
    for _ in 0..20 {
        assert_eq!(told(&mut run, "running", 1, 4), None);
    }
    assert_eq!(told(&mut run, "running", 3, 4), Some((3, 4)));
    assert_eq!(told(&mut run, "completed", 4, 4), Some((4, 4)));
}

#[test]
fn a_change_of_state_is_an_update() {
    let mut run = Run::new(track());
    for state in ["new", "scheduled", "queued", "running"] {
        let update = look(&mut run, state, 0, 4).unwrap();
        assert_eq!(update.job.state.current.as_str(), state);
        assert!(look(&mut run, state, 0, 4).is_none(), "{state}");
    }
}

#[test]
fn an_unknown_state_is_not_final() {
    let mut run = Run::new(track());
    assert!(look(&mut run, "paused", 1, 4).is_some());
    assert!(look(&mut run, "completed", 4, 4).is_some());
    run.assert_ended();
}

#[test]
fn tasks_that_are_added_take_nothing_back() {
    let mut run = Run::new(track());
    assert_eq!(told(&mut run, "running", 2, 4), Some((2, 4)));
    assert_eq!(told(&mut run, "running", 2, 8), None);
    assert_eq!(told(&mut run, "running", 3, 8), None);
    assert_eq!(told(&mut run, "running", 5, 8), Some((5, 8)));
}

#[test]
fn a_change_of_state_keeps_the_progress() {
    let mut run = Run::new(track());
    assert_eq!(told(&mut run, "running", 3, 4), Some((3, 4)));
    assert_eq!(told(&mut run, "queued", 0, 4), Some((3, 4)), "it begins anew");
    assert_eq!(told(&mut run, "running", 1, 4), Some((3, 4)));
    assert_eq!(told(&mut run, "completed", 1, 4), Some((3, 4)), "an end without the last steps");
}

#[test]
fn failed_units_are_not_left() {
    let task = |state: &str| json!({"state": {"current": state}});
    let with = |states: &[&str]| {
        let tasks: Vec<_> = states.iter().map(|state| task(state)).collect();
        data(&json!({"id": "j1", "state": {"current": "running"}, "tasks": tasks}))
    };
    let mut run = Run::new(track());
    assert!(run.step(with(&["completed", "running", "pending"])).unwrap().is_some());
    let update = run.step(with(&["completed", "error", "pending"])).unwrap().unwrap();
    let progress = update.progress;
    assert_eq!((progress.done, progress.failed, progress.total), (1, 1, 3));
    assert!(run.step(with(&["completed", "error", "running"])).unwrap().is_none());
}

#[test]
fn a_job_without_tasks_reports_its_states() {
    let bare = |state: &str| data(&json!({"id": "j1", "state": {"current": state}, "tasks": null}));
    let mut run = Run::new(track());
    assert!(run.step(bare("queued")).unwrap().is_some());
    assert!(run.step(bare("queued")).unwrap().is_none());
    assert!(run.step(bare("running")).unwrap().is_some());
    let last = run.step(bare("completed")).unwrap().unwrap();
    assert_eq!((last.progress.done, last.progress.total), (0, 0));
}

#[test]
fn a_clock_set_back_changes_no_progress() {
    let mut run = Run::new(track());
    assert_eq!(told(&mut run, "running", 2, 4), Some((2, 4)));
    run.clock.go_back(secs(120));
    assert_eq!(told(&mut run, "running", 1, 4), None);
    assert_eq!(told(&mut run, "running", 2, 4), None);
    assert_eq!(told(&mut run, "running", 3, 4), Some((3, 4)));
    assert_eq!(told(&mut run, "completed", 4, 4), Some((4, 4)));
}

proptest! {
    /// Whatever the platform says from look to look, the share that is told only grows, and what is
    /// told differs from what was told before.
    #[test]
    fn the_share_that_is_told_never_gets_smaller(
        looks in prop::collection::vec((0_usize..3, 0_usize..9, 0_usize..9), 1..60),
    ) {
        let mut run = Run::new(track());
        let mut before: Option<(JobStatus, JobProgress, f64)> = None;
        for (state, done, total) in looks {
            let state = ["queued", "running", "paused"][state];
            let Some(update) = look(&mut run, state, done.min(total), total) else {
                prop_assert!(before.is_some(), "the first look is told");
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
