//! One operation until it is answered: what it gives, what it says when it fails, and misuse.

use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::time::Duration;

use cycle_images::error::Attempts;
use cycle_images::flow::{Exchange, Flow, FlowError, JobTracker, Pages, RetryPolicy, SendFailure};
use cycle_images::http::StatusCode;
use cycle_images::images::{GetImage, GetImages};
use cycle_images::{ImageId, JobId, Operation};

use crate::clock::{KEY, Run};
use crate::outcomes::{
    Outcome, answer, asking, data, fatal, image, lost, page, refusal, seen, status, unsent,
};

fn get_image() -> Exchange<GetImage> {
    Exchange::new(GetImage::new(ImageId::new("i1").unwrap()), 7)
}

#[test]
fn the_reply_is_yielded_and_then_the_flow_is_done() {
    let mut run = Run::new(get_image());
    let request = run.request();
    assert_eq!((request.method().as_str(), request.uri().path()), ("GET", "/v1/images/i1"));
    assert_eq!(request.headers()["authorization"], format!("Bearer {KEY}"));
    let body = format!(r#"{{"data": {}}}"#, image("i1"));
    let reply = run.handle(answer(203, &[("X-Request-Id", "r1")], &body)).unwrap().unwrap();
    assert_eq!(reply.data.id.as_str(), "i1");
    assert_eq!(reply.status, StatusCode::NON_AUTHORITATIVE_INFORMATION);
    assert_eq!(reply.headers["x-request-id"], "r1");
    run.assert_ended();
}

#[test]
fn a_success_after_failures_is_a_success() {
    let mut run = Run::new(get_image());
    assert!(run.step(status(503)).unwrap().is_none());
    assert!(run.step(lost()).unwrap().is_none());
    assert!(run.step(asking(429, "4")).unwrap().is_none());
    assert!(run.step(data(&image("i1"))).unwrap().is_some());
    run.assert_ended();
}

#[test]
fn the_last_response_is_the_error() {
    let mut run = Run::new(get_image().retry(RetryPolicy::default().max_attempts(3)));
    assert!(run.step(unsent()).unwrap().is_none());
    assert!(run.step(refusal(429, "429.rate-limiting")).unwrap().is_none());
    let error = run.step(refusal(503, "503.not-ready")).unwrap_err();
    let response = error.response().unwrap();
    assert_eq!((response.status().as_u16(), response.operation()), (503, "GetImage"));
    assert_eq!(response.code().unwrap().as_str(), "503.not-ready");
    assert_eq!(error.source().unwrap().to_string(), "No. (503.not-ready)");
    assert!(error.job().is_none());
}

#[test]
fn the_last_failure_is_the_error() {
    let mut run = Run::new(get_image().retry(RetryPolicy::default().max_attempts(3)));
    assert!(run.step(status(503)).unwrap().is_none());
    assert!(run.step(unsent()).unwrap().is_none());
    let error = run.step(lost()).unwrap_err();
    let FlowError::Transport {
        operation: GetImage::NAME, attempts: Attempts { count: 3, .. }, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(error.response().is_none());
    let shown = error.to_string();
    assert!(shown.contains("GetImage") && shown.contains('3'), "{shown}");
    assert!(error.may_have_arrived() && shown.contains("it is safe to send it again"), "{shown}");
    let client = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(client.to_string(), "the peer hung up");
    assert!(!shown.contains(&client.to_string()), "{shown}");
}

#[test]
fn a_send_failure_says_whether_anything_was_sent() {
    let may_have = |outcome: Outcome| outcome.unwrap_err().may_have_arrived();
    assert_eq!([unsent(), lost(), fatal()].map(may_have), [false, true, true]);
    let error = failed(unsent().unwrap_err());
    assert!(!error.may_have_arrived() && error.to_string().contains("nothing was sent"), "{error}");
}

/// The error of a call whose only attempt fails so.
fn failed(error: SendFailure) -> FlowError {
    let mut run = Run::new(get_image().retry(RetryPolicy::disabled()));
    run.step(Err(error)).unwrap_err()
}

#[test]
fn a_timeout_has_its_limit() {
    let limit = Duration::from_millis(1500);
    let slow = || SendFailure::not_sent(io::Error::other("no route")).timed_out(limit);
    assert!(!slow().may_have_arrived());
    let error = failed(slow());
    assert!(matches!(error, FlowError::Timeout { limit: Some(_), .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "GetImage timed out: no connection to api.cycle.io:443 within 1.5 s (1 attempt in 0 s); \
         nothing was sent: check the network and the base URL"
    );
    assert_eq!(error.source().unwrap().to_string(), "no route");
    assert!(error.is_timeout() && error.is_retryable());

    let large = SendFailure::too_large(10).timed_out(Duration::from_secs(1));
    assert!(large.may_have_arrived());
    let error = failed(large);
    assert!(matches!(error, FlowError::BodyTooLarge { limit: 10, .. }), "{error:?}");
    assert!(error.to_string().contains("larger than 10 bytes"), "{error}");
}

#[test]
fn any_error_counts_as_maybe_sent() {
    let fault = SendFailure::from(io::Error::from(io::ErrorKind::ConnectionRefused));
    assert!(fault.may_have_arrived());
    assert!(matches!(failed(fault), FlowError::Transport { .. }));
}

#[test]
fn an_argument_that_cant_be_sent_is_an_error_each_time() {
    let mut run = Run::new(Exchange::new(GetImages::new().page_size(0), 7));
    for _ in 0..2 {
        let error = run.poll().unwrap_err();
        assert!(matches!(error, FlowError::Request(_)), "{error:?}");
        let not_asked = run.handle(page(&["i1"]));
        assert!(matches!(not_asked, Err(FlowError::NothingInFlight)));
    }
}

#[track_caller]
fn answer_unasked<F>(run: &mut Run<F>, success: fn() -> Outcome, when: &str)
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

/// Hands in an answer in each state in which there is nothing to answer.
fn assert_misuse_changes_nothing<F>(flow: F, success: fn() -> Outcome)
where
    F: Flow<Item: Debug> + Clone + PartialEq + Debug,
{
    let mut failing = Run::new(flow.clone());
    failing.step(status(404)).unwrap_err();
    answer_unasked(&mut failing, success, "after an error");

    let mut run = Run::new(flow);
    answer_unasked(&mut run, success, "at the start");
    run.step(asking(503, "5")).unwrap();
    answer_unasked(&mut run, success, "before a wait");
    run.poll().unwrap();
    answer_unasked(&mut run, success, "in a wait");
    run.step(success()).unwrap();
    answer_unasked(&mut run, success, "after a success");
    run.assert_ended();
    answer_unasked(&mut run, success, "after the end");
    run.assert_ended();
}

#[test]
fn an_unexpected_outcome_is_refused_and_changes_nothing() {
    assert_misuse_changes_nothing(get_image(), || data(&image("i1")));
    assert_misuse_changes_nothing(Pages::new(GetImages::new(), 7), || page(&[]));
    let track = JobTracker::new(JobId::new("j1").unwrap(), 7);
    assert_misuse_changes_nothing(track, || seen("completed", 1, 1));
}

#[test]
fn a_request_that_the_client_can_not_send_is_not_retried() {
    let mut run = Run::new(get_image());
    let unable = SendFailure::not_sent(io::Error::other("there is no TLS here")).fatal();
    let error = run.step(Err(unable)).unwrap_err();
    assert!(
        matches!(error, FlowError::Transport { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert!(!error.may_have_arrived());
}
