//! Numbers out of range, from a setting or from a stored flow that was changed.

use std::time::Duration;

use cycle_images::flow::{
    Exchange, Flow, JobTracker, JobsTracker, MAX_PAGES_IN_FLIGHT, Pages, Step,
};
use cycle_images::images::GetImages;
use cycle_images::{JobId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::{Run, hub, secs};
use crate::jobs_platform::{Platform, job_until, together};
use crate::outcomes::{asking, page, seen, status};

/// The stored flow with other values at these places.
fn tampered<F: Serialize + DeserializeOwned>(flow: &F, changes: &[(&str, Value)]) -> F {
    let mut stored = serde_json::to_value(flow).unwrap();
    for (place, value) in changes {
        *stored.pointer_mut(place).expect(place) = value.clone();
    }
    serde_json::from_value(stored).unwrap()
}

fn tracker() -> JobTracker {
    JobTracker::new(JobId::new("j1").unwrap(), 7)
}

#[test]
fn a_poll_interval_of_zero_is_a_tenth_of_a_second() {
    let zero = json!({"secs": 0, "nanos": 0});
    let stored =
        tampered(&tracker(), &[("/schedule/interval", zero.clone()), ("/schedule/wait", zero)]);
    for tracker in [tracker().poll_interval(Duration::ZERO), stored] {
        let mut run = Run::new(tracker);
        for done in 0..20 {
            run.step(seen("running", done, 40)).unwrap();
        }
        assert!(
            run.waits[1..].iter().all(|wait| *wait >= Duration::from_millis(100)),
            "{:?}",
            run.waits
        );
    }
}

#[test]
fn a_stored_list_has_no_more_pages_in_flight_than_allowed() {
    let pages = Pages::new(GetImages::new(), 7);
    let mut pages = tampered(&pages, &[("/in_flight", json!(u32::MAX))]);
    let sent = (1..20_000).take_while(|steps| pages.prefetch(&hub(), *steps).is_some()).count();
    assert!(sent < MAX_PAGES_IN_FLIGHT as usize, "{sent}");
}

#[test]
fn a_stored_backoff_until_the_last_year_ends_with_the_time_limit() {
    let forever = json!({"since": "2026-03-26T10:00:00Z", "until": "9999-12-31T23:59:59Z"});

    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    assert!(run.step(status(503)).unwrap().is_none());
    run.flow = tampered(&run.flow, &[("/retry/backoff", forever.clone())]);
    assert!(run.until_sent().unwrap_err().is_timeout());
    assert!(run.clock.passed() <= secs(121), "{:?}", run.clock.passed());

    let mut run = Run::new(tracker().deadline(secs(60)));
    assert!(run.step(asking(503, "1")).unwrap().is_none());
    run.flow = tampered(&run.flow, &[("/retry/backoff", forever)]);
    assert!(run.until_sent().unwrap_err().is_timeout());
    assert_eq!(run.clock.passed(), secs(60));
}

/// Jobs that the list doesn't find are polled singly.
#[test]
fn stored_jobs_out_of_order_and_counts_out_of_range_lose_no_job() {
    let mut platform = Platform::new((0..9).map(|n| job_until(n, secs(5))).collect());
    let ids = platform.jobs.iter().map(|job| JobId::new(&*job.id).unwrap());
    let mut run = Run::new(JobsTracker::new(ids, 7));
    run.step(status(503)).unwrap();
    let mut jobs = serde_json::to_value(&run.flow).unwrap()["jobs"].take();
    jobs.as_array_mut().unwrap().reverse();
    let last = json!(u32::MAX);
    let changes = [
        ("/jobs", jobs),
        ("/rounds", last.clone()),
        ("/pages", last.clone()),
        ("/pass/read", last.clone()),
        ("/pass/wasted", last.clone()),
        ("/pass/failures", last),
        ("/pass/since", json!(i64::MIN)),
    ];
    run.flow = tampered(&run.flow, &changes);
    assert_eq!(together(&mut run, &mut platform, |_| None, || false).ends().len(), 9);
}

#[test]
fn a_wait_past_the_last_timestamp_ends() {
    let last: Timestamp = "9999-12-31T23:59:59Z".parse().unwrap();
    let mut pages = Pages::new(GetImages::new(), 7).timeout(Duration::MAX);
    assert!(matches!(pages.poll(&hub(), last).unwrap(), Step::Send { .. }));
    assert!(pages.handle(&hub(), asking(503, "60"), last).unwrap().is_none());
    assert!(matches!(pages.poll(&hub(), last).unwrap(), Step::Wait(_) | Step::Send { .. }));
    let end = last.saturating_add(secs(3600));
    if let Step::Wait(time) = pages.poll(&hub(), end).unwrap() {
        panic!("it waits for {time:?} at the end of time");
    }
    assert!(pages.handle(&hub(), page(&["i1"]), end).unwrap().is_some());
}

#[test]
fn a_stored_tracker_with_extreme_numbers_does_not_panic() {
    let text = serde_json::to_value(tracker()).unwrap();
    for (field, extreme) in [
        ("/schedule/wait", json!({"secs": u64::MAX, "nanos": 999_999_999})),
        ("/schedule/limit", json!({"secs": u64::MAX, "nanos": 0})),
        ("/unknown", json!(u32::MAX)),
        ("/last_reported", json!(["new", {"done": u64::MAX, "failed": u64::MAX, "total": 0}])),
    ] {
        let mut text = text.clone();
        *text.pointer_mut(field).expect(field) = extreme;
        let mut run = Run::new(serde_json::from_value::<JobTracker>(text).unwrap());
        let _ = run.step(seen("running", 1, 4)).unwrap();
        assert!(run.step(seen("completed", 4, 4)).unwrap().is_some(), "{field}");
    }
}
