//! A flow's error answers the same questions as that of the response.

use cycle_images::ImageId;
use cycle_images::flow::{Exchange, FlowError, RetryPolicy};
use cycle_images::images::{CreateImageJob, GetImages};

use crate::clock::Run;
use crate::outcomes::{asking, fatal, lost, status, unsent};

type Predicate = (&'static str, fn(&FlowError) -> bool);

const PREDICATES: [Predicate; 7] = [
    ("is_not_found", FlowError::is_not_found),
    ("is_unauthorized", FlowError::is_unauthorized),
    ("is_forbidden", FlowError::is_forbidden),
    ("is_conflict", FlowError::is_conflict),
    ("is_invalid", FlowError::is_invalid),
    ("is_rate_limited", FlowError::is_rate_limited),
    ("is_retryable", FlowError::is_retryable),
];

fn those_that_hold(error: &FlowError) -> Vec<&'static str> {
    PREDICATES.iter().filter(|(_, holds)| holds(error)).map(|(name, _)| *name).collect()
}

fn run() -> Run<Exchange<GetImages>> {
    Run::new(Exchange::new(GetImages::new(), 7).retry(RetryPolicy::disabled()))
}

#[test]
fn each_status_has_its_predicates() {
    for (code, expected) in [
        (302, [].as_slice()),
        (400, &["is_invalid"]),
        (401, &["is_unauthorized"]),
        (403, &["is_forbidden"]),
        (404, &["is_not_found"]),
        (409, &["is_conflict"]),
        (422, &["is_invalid"]),
        (429, &["is_rate_limited", "is_retryable"]),
        (503, &["is_retryable"]),
    ] {
        let error = run().step(status(code)).unwrap_err();
        assert_eq!(those_that_hold(&error), expected, "{code}");
        assert_eq!(error.status().unwrap().as_u16(), code);
    }
}

#[test]
fn without_a_response_only_is_retryable_can_hold() {
    let error = run().step(fatal()).unwrap_err();
    assert!(those_that_hold(&error).is_empty(), "{error:?}");
    assert_eq!(error.status(), None);
    for outcome in [unsent(), lost()] {
        let error = run().step(outcome).unwrap_err();
        assert_eq!(those_that_hold(&error), ["is_retryable"], "{error:?}");
    }
    // A POST that may have arrived must not be repeated; one that was not sent can be.
    let import = || CreateImageJob::import(ImageId::new("i1").unwrap());
    let post = || Run::new(Exchange::new(import(), 7).retry(RetryPolicy::disabled()));
    assert!(!post().step(lost()).unwrap_err().is_retryable());
    assert!(post().step(unsent()).unwrap_err().is_retryable());
    assert!(!post().step(status(502)).unwrap_err().is_retryable());
    assert!(!post().step(status(503)).unwrap_err().is_retryable());
    assert!(post().step(asking(503, "1")).unwrap_err().is_retryable());
    assert!(post().step(status(429)).unwrap_err().is_retryable());
}
