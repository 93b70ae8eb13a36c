//! Flows that are passed an outcome without a request in flight.

use std::fmt::Debug;

use cycle_images::ImageId;
use cycle_images::flow::{Exchange, Flow, FlowError, Pages};
use cycle_images::images::{GetImage, GetImages};

use crate::clock::Run;
use crate::job_tracker::track;
use crate::outcomes::{Outcome, asking, data, image, lost, page, seen, status, unsent};

#[track_caller]
fn respond_without_request<F>(run: &mut Run<F>, success: fn() -> Outcome, when: &str)
where
    F: Flow + Clone + PartialEq + Debug,
{
    let before = run.flow.clone();
    for outcome in [success(), status(503), unsent(), lost()] {
        let refused = run.handle(outcome);
        assert!(matches!(refused, Err(FlowError::NothingInFlight)), "{when}");
        assert_eq!(run.flow, before, "{when}");
    }
}

/// Passes an outcome in each state without a request in flight.
fn assert_misuse_changes_nothing<F>(flow: F, success: fn() -> Outcome)
where
    F: Flow<Item: Debug> + Clone + PartialEq + Debug,
{
    let mut failing = Run::new(flow.clone());
    failing.step(status(404)).unwrap_err();
    respond_without_request(&mut failing, success, "after an error");

    let mut run = Run::new(flow);
    respond_without_request(&mut run, success, "at the start");
    run.step(asking(503, "5")).unwrap();
    respond_without_request(&mut run, success, "before a wait");
    run.poll().unwrap();
    respond_without_request(&mut run, success, "in a wait");
    run.step(success()).unwrap();
    respond_without_request(&mut run, success, "after a success");
    run.assert_ended();
    respond_without_request(&mut run, success, "after the end");
    run.assert_ended();
}

#[test]
fn an_unexpected_outcome_is_refused_and_changes_nothing() {
    assert_misuse_changes_nothing(
        Exchange::new(GetImage::new(ImageId::new("i1").unwrap()), 7),
        || data(&image("i1")),
    );
    assert_misuse_changes_nothing(Pages::new(GetImages::new(), 7), || page(&[]));
    assert_misuse_changes_nothing(track(), || seen("completed", 1, 1));
}
