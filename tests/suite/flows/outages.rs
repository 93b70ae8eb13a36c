//! Flows that poll outlast an outage.

use std::time::Duration;

use cycle_images::ImageId;
use cycle_images::flow::{Flow, RetryPolicy, RetryQuota, Until};
use cycle_images::images::{GetImage, is_live};

use crate::clock::{Run, secs};
use crate::job_tracker::track;
use crate::outcomes::{Case, asking, data, image, lost, seen, status, unsent};

const CAN_PASS: [Case; 7] = [
    ("a failed connection", unsent),
    ("a lost response", lost),
    ("429", || asking(429, "1")),
    ("500", || status(500)),
    ("503", || status(503)),
    ("504", || status(504)),
    ("520", || status(520)),
];

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
        let mut tracked = Run::new(track());
        let requests = outage(&mut tracked, secs(1800), case);
        assert!(requests < 2_000, "{}: {requests} requests", case.0);
        assert!(tracked.step(seen("completed", 4, 4)).unwrap().is_some(), "{}", case.0);

        let mut until =
            Run::new(Until::new(GetImage::new(ImageId::new("i1").unwrap()), is_live, 7));
        outage(&mut until, secs(1800), case);
        assert!(until.step(data(&image("i1"))).unwrap().is_some(), "{}", case.0);
    }
}

#[test]
fn a_policy_without_retries_and_an_empty_quota_do_not_end_a_track() {
    for case in CAN_PASS {
        let mut run = Run::new(track().retry(RetryPolicy::disabled()));
        run.hub = run.hub.with_retry_quota(RetryQuota::new(0));
        outage(&mut run, secs(600), case);
        assert!(run.step(seen("completed", 4, 4)).unwrap().is_some(), "{}", case.0);
    }
}
