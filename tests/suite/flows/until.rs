//! Operations that are polled until a condition is met.

use cycle_images::ImageId;
use cycle_images::flow::{FlowError, Step, Until};
use cycle_images::images::GetImage;
use cycle_images::model::ImageStatus;
use serde_json::json;

use crate::clock::{Run, millis, secs};
use crate::outcomes::{Outcome, answer, asking, data, refusal, status};

fn get() -> GetImage {
    GetImage::new(ImageId::new("i1").unwrap())
}

macro_rules! live {
    () => {
        Until::new(get(), |reply| Ok(reply.data.state.current == ImageStatus::Live), 1)
    };
}

fn image(state: &str) -> Outcome {
    data(&json!({"id": "i1", "state": {"current": state}}))
}

#[test]
fn the_reply_that_meets_the_condition_is_the_only_item() {
    let mut run = Run::new(live!());
    for state in ["new", "building", "building"] {
        assert!(run.step(image(state)).unwrap().is_none());
    }
    let reply = run.step(image("live")).unwrap().unwrap();
    assert_eq!(reply.data.state.current, ImageStatus::Live);
    assert_eq!(run.waits, [millis(0), millis(250), millis(375), millis(562) + millis(1) / 2]);
    run.assert_ended();
}

#[test]
fn an_interval_and_a_retry_after_are_waited_for() {
    let mut run = Run::new(live!().poll_interval(millis(100)));
    for _ in 0..3 {
        run.step(image("building")).unwrap();
    }
    assert_eq!(run.waits, [millis(0), millis(100), millis(100)]);
    let body = r#"{"data": {"id": "i1", "state": {"current": "new"}}}"#;
    run.step(answer(200, &[("Retry-After", "9")], body)).unwrap();
    run.request();
    assert_eq!(run.waits.last(), Some(&secs(9)));
}

#[test]
fn the_deadline_is_an_error() {
    let mut run = Run::new(live!().deadline(secs(10)));
    let error = loop {
        match run.until_sent() {
            Ok(_) => assert!(run.handle(image("building")).unwrap().is_none()),
            Err(error) => break error,
        }
    };
    let FlowError::ConditionNotMet { operation: "GetImage", limit, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!((limit, run.clock.passed()), (secs(10), secs(10)));
    assert_eq!(error.to_string(), "GetImage: the condition was not met within 10 s");
}

#[test]
fn a_failed_poll_is_retried_and_an_error_response_ends_it() {
    let mut run = Run::new(live!());
    assert!(run.step(status(503)).unwrap().is_none());
    assert!(run.step(asking(429, "3")).unwrap().is_none());
    let error = run.step(refusal(404, "404.image")).unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    // It can be resumed, but not at once.
    assert!(matches!(run.poll().unwrap(), Step::Wait(_)));
    assert!(run.step(image("live")).unwrap().is_some());
}
