//! Flows that poll outlast an outage, until their deadline.

use std::time::Duration;

use cycle_images::flow::{Flow, FlowError, JobError, JobTracker, RetryPolicy, RetryQuota, Until};
use cycle_images::images::{self, GetImage};
use cycle_images::{ImageId, JobId};

use crate::clock::{Run, secs};
use crate::outcomes::{Case, asking, data, fatal, image, lost, refusal, seen, status, unsent};

const CAN_PASS: [Case; 7] = [
    ("a failed connection", unsent),
    ("a lost response", lost),
    ("429", || asking(429, "1")),
    ("500", || status(500)),
    ("503", || status(503)),
    ("504", || status(504)),
    ("520", || status(520)),
];

const CAN_NOT_PASS: [Case; 5] = [
    ("a fatal error", fatal),
    ("401", || status(401)),
    ("403", || refusal(403, "403.permissions")),
    ("404", || refusal(404, "404.hub")),
    ("503.not-enabled", || refusal(503, "503.not-enabled")),
];

fn tracker() -> JobTracker {
    JobTracker::new(JobId::new("j1").unwrap(), 7)
}

macro_rules! until_live {
    () => {
        Until::new(GetImage::new(ImageId::new("i1").unwrap()), images::is_live, 7)
    };
}

/// Runs through an outage of this length, and returns the number of requests.
fn outage<F: Flow>(run: &mut Run<F>, length: Duration, case: Case) -> usize {
    let end = run.clock.passed() + length;
    while run.clock.passed() < end {
        let item = run.step((case.1)());
        assert!(item.unwrap_or_else(|error| panic!("{}: {error}", case.0)).is_none());
    }
    run.waits.len()
}

#[test]
fn a_tracker_and_a_condition_outlast_an_outage_of_half_an_hour() {
    for case in CAN_PASS {
        let mut tracked = Run::new(tracker());
        let requests = outage(&mut tracked, secs(1800), case);
        assert!(requests < 2_000, "{}: {requests} requests", case.0);
        assert!(tracked.step(seen("completed", 4, 4)).unwrap().is_some(), "{}", case.0);

        let mut until = Run::new(until_live!());
        outage(&mut until, secs(1800), case);
        assert!(until.step(data(&image("i1"))).unwrap().is_some(), "{}", case.0);
    }
}

#[test]
fn a_policy_without_retries_and_an_empty_quota_do_not_end_a_tracker() {
    for case in CAN_PASS {
        let mut run = Run::new(tracker().retry(RetryPolicy::disabled()));
        run.hub = run.hub.with_retry_quota(RetryQuota::new(0));
        outage(&mut run, secs(600), case);
        assert!(run.step(seen("completed", 4, 4)).unwrap().is_some(), "{}", case.0);
    }
}

#[test]
fn polls_that_were_lost_with_their_process_do_not_end_a_tracker() {
    let mut run = Run::new(tracker());
    for _ in 0..40 {
        run.request();
        let text = serde_json::to_string(&run.flow).unwrap();
        run.flow = serde_json::from_str(&text).unwrap();
    }
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
}

#[test]
fn the_error_of_a_deadline_names_the_last_failure() {
    let mut run = Run::new(tracker().deadline(secs(60)));
    run.step(seen("running", 2, 4)).unwrap();
    let error = loop {
        match run.until_sent() {
            Ok(_) => assert!(run.handle(status(503)).unwrap().is_none()),
            Err(error) => break error,
        }
    };
    assert_eq!(run.clock.passed(), secs(60));
    assert!(error.is_timeout());
    let Some(JobError::DeadlinePassed { last_failure: Some(failure), .. }) = error.job() else {
        panic!("{error:?}");
    };
    assert!(
        failure.starts_with("GetJob failed with status 503 Service Unavailable ("),
        "{failure}"
    );
    let start = "job j1 did not end within 60 s (2 of 4 done); it may still be running: resume \
                 tracking it; the last poll failed: GetJob failed with status 503";
    assert!(error.to_string().starts_with(start), "{error}");

    let mut run = Run::new(until_live!().deadline(secs(60)));
    let mut building = image("i1");
    building["state"]["current"] = "building".into();
    run.step(data(&building)).unwrap();
    let error = loop {
        match run.until_sent() {
            Ok(_) => assert!(run.handle(lost()).unwrap().is_none()),
            Err(error) => break error,
        }
    };
    let start = "GetImage: the condition was not met within 60 s; the last poll failed: GetImage got \
                 no response from api.cycle.io:443 (";
    assert!(error.is_timeout() && error.to_string().starts_with(start), "{error}");
    let last = error.last_reply::<cycle_images::operation::ReplyOf<GetImage>>().unwrap();
    assert_eq!(last.data.state.current.as_str(), "building");
}

#[test]
fn what_can_not_pass_ends_a_flow_that_polls_at_once() {
    for (name, outcome) in CAN_NOT_PASS {
        assert!(Run::new(tracker()).step(outcome()).is_err(), "{name}");
        assert!(Run::new(until_live!()).step(outcome()).is_err(), "{name}");
    }
}

#[test]
fn a_tracker_waits_for_a_retry_after_of_any_length_within_its_deadline() {
    let mut run = Run::new(tracker());
    assert!(run.step(asking(429, "200")).unwrap().is_none());
    run.request();
    assert!((secs(200)..=secs(220)).contains(&run.waits[1]), "{:?}", run.waits);

    let mut run = Run::new(tracker().deadline(secs(60)));
    assert!(run.step(asking(503, "86400")).unwrap().is_none());
    let error = run.until_sent().unwrap_err();
    assert_eq!(run.clock.passed(), secs(60));
    assert!(error.to_string().contains("(Retry-After: 86400)"), "{error}");
}

#[test]
fn a_condition_can_fail() {
    let mut failed = image("i1");
    failed["state"] = serde_json::json!({"current": "building", "error": {"message": "no space"}});
    let mut run = Run::new(until_live!());
    let error = run.step(data(&failed)).unwrap_err();
    assert!(matches!(error, FlowError::Condition { operation: "GetImage", .. }), "{error:?}");
    let said = cycle_images::error::report(&error).to_string();
    assert_eq!(said, "GetImage: the condition can't be met: image i1 failed: no space");
    run.assert_ended();
}

/// Each request may take no longer than until the deadline.
#[test]
fn the_timeout_of_a_poll_is_what_is_left_until_the_deadline() {
    use cycle_images::flow::Step;

    let mut run = Run::new(tracker().deadline(secs(60)));
    let Step::Send { timeout, .. } = run.poll().unwrap() else { panic!() };
    assert_eq!(timeout, secs(60));
    run.clock.pass(secs(50));
    assert!(run.handle(lost()).unwrap().is_none());
    while let Step::Wait(time) = run.poll().unwrap() {
        run.clock.pass(time);
    }
    // The poll above sent the request; the flow takes it to be lost and sends another.
    let Step::Send { timeout, .. } = run.poll().unwrap() else { panic!() };
    assert!(timeout < secs(10), "{timeout:?}");
}
