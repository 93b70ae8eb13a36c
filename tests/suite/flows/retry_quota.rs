//! The retries of a hub's flows are bounded together.

use cycle_images::Hub;
use cycle_images::flow::{Exchange, Flow, RetryQuota};
use cycle_images::images::GetImages;

use crate::clock::{Run, hub, secs};
use crate::outcomes::{Outcome, asking, fatal, lost, page, refusal, status, unsent};

fn run<F: Flow>(hub: &Hub, flow: F) -> Run<F> {
    Run { hub: hub.clone(), ..Run::new(flow) }
}

/// The requests of one call that always has this outcome.
fn sent(hub: &Hub, outcome: fn() -> Outcome) -> usize {
    let mut run = run(hub, Exchange::new(GetImages::new(), 7));
    while run.step(outcome()).is_ok_and(|reply| reply.is_none()) {}
    run.waits.len()
}

#[test]
fn a_thousand_calls_during_an_outage_send_eleven_hundred_requests() {
    for outcome in [|| status(503), || asking(429, "1"), || status(502), unsent, lost] {
        let hub = hub();
        let requests: usize = (0..1_000).map(|_| sent(&hub, outcome)).sum();
        assert_eq!(requests, 1_100);
    }
    let hub = hub().with_retry_quota(RetryQuota::unlimited());
    assert_eq!((0..1_000).map(|_| sent(&hub, || status(503))).sum::<usize>(), 4_000);
}

#[test]
fn thirty_calls_at_once_outlast_a_short_outage() {
    let hub = hub();
    // Thirty calls at once, each of which fails three times.
    for _ in 0..30 {
        let mut run = run(&hub, Exchange::new(GetImages::new(), 7));
        for _ in 0..3 {
            assert!(run.step(status(503)).unwrap().is_none());
        }
        assert!(run.step(page(&["a"])).unwrap().is_some());
    }
}

#[test]
fn responses_give_retries_back() {
    let hub = hub().with_retry_quota(RetryQuota::new(1));
    assert_eq!(sent(&hub, || status(503)), 2);
    assert_eq!(sent(&hub, || status(503)), 1);
    // Five calls that are answered at once pay for a retry, errors among them.
    for answer in [|| page(&["a"]), || refusal(404, "404.image"), || status(500), || status(400)] {
        assert_eq!(sent(&hub, answer), 1);
        assert_eq!(sent(&hub, || status(503)), 1);
    }
    assert_eq!(sent(&hub, || page(&["a"])), 1);
    assert_eq!(sent(&hub, || status(503)), 2);

    // A retry that is answered is paid back whole.
    let hub = hub.with_retry_quota(RetryQuota::new(1));
    for _ in 0..10 {
        let mut run = run(&hub, Exchange::new(GetImages::new(), 7));
        assert!(run.step(lost()).unwrap().is_none());
        assert!(run.step(page(&["a"])).unwrap().is_some());
    }
    // But there are never more than at first.
    assert_eq!(sent(&hub, || status(503)), 2);
    assert_eq!(sent(&hub, || status(503)), 1);
}

#[test]
fn calls_that_are_not_retried_take_nothing_of_the_quota() {
    let hub = hub().with_retry_quota(RetryQuota::new(1));
    for _ in 0..10 {
        let mut run = run(&hub, Exchange::new(GetImages::new(), 7).timeout(secs(1)));
        assert!(run.step(asking(503, "2")).is_err());
        assert_eq!(sent(&hub, fatal), 1);
    }
    assert_eq!(sent(&hub, || status(503)), 2);
}

#[test]
fn clones_of_a_hub_share_a_quota_and_hubs_can() {
    let first = hub().with_retry_quota(RetryQuota::new(1));
    let clone = first.clone().with_observer(|_| ());
    assert_eq!(sent(&clone, || status(503)), 2);
    assert_eq!(sent(&first, || status(503)), 1);
    assert_eq!(sent(&hub(), || status(503)), 4, "another hub has its own");

    let quota = RetryQuota::new(1);
    let [one, other] = [hub(), hub()].map(|hub| hub.with_retry_quota(quota.clone()));
    assert_eq!(sent(&one, || status(503)), 2);
    assert_eq!(sent(&other, || status(503)), 1);
    assert_eq!(
        format!("{quota:?} {:?}", RetryQuota::unlimited()),
        "0 of 1 retries unlimited retries"
    );
}

#[test]
fn an_empty_quota_is_in_the_error_and_an_event() {
    use std::sync::{Arc, Mutex};

    use cycle_images::flow::EventKind;

    let quota = RetryQuota::new(1);
    assert_eq!((quota.left(), RetryQuota::unlimited().left()), (Some(1), None));
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    let hub = hub().with_retry_quota(quota.clone()).with_observer(move |event| {
        let (operation, attempt) = (event.operation, event.attempt);
        if let EventKind::QuotaEmpty = event.kind {
            log.lock().unwrap().push((operation, attempt));
        }
    });
    for outcome in [|| status(503), unsent] {
        let mut run = run(&hub, Exchange::new(GetImages::new(), 7));
        let error = loop {
            if let Err(error) = run.step(outcome()) {
                break error;
            }
        };
        let said = error.to_string();
        assert!(said.contains("; not retried, as the retry quota is empty)"), "{said}");
        assert!(error.attempts().unwrap().quota_empty && error.is_retryable());
    }
    assert_eq!(quota.left(), Some(0));
    assert_eq!(*events.lock().unwrap(), [("GetImages", 2), ("GetImages", 1)]);
}
