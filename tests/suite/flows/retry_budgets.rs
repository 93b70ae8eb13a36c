//! How often and for how long a request is sent again.

use std::time::Duration;

use cycle_images::error::report;
use cycle_images::flow::{Exchange, RetryPolicy, RetryQuota, Step};
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::{ImageId, Operation};
use proptest::prelude::*;

use crate::clock::{Run, secs};
use crate::outcomes::{Outcome, asking, fatal, lost, page, refusal, status, unsent};

/// How often it is sent if it is never answered with anything else.
fn sent(policy: RetryPolicy, outcome: fn() -> Outcome) -> usize {
    sent_within(secs(120), policy, outcome)
}

fn sent_within(timeout: Duration, policy: RetryPolicy, outcome: fn() -> Outcome) -> usize {
    let exchange = Exchange::new(GetImages::new(), 7).retry(policy).timeout(timeout);
    let mut run = Run::new(exchange);
    while run.step(outcome()).is_ok() {}
    run.waits.len()
}

#[test]
fn attempts_are_counted() {
    let policy = RetryPolicy::default();
    assert_eq!(sent(policy, || status(503)), 4);
    for attempts in 1..=10 {
        assert_eq!(sent(policy.max_attempts(attempts), unsent), attempts as usize);
    }
    assert_eq!(sent(policy.max_attempts(0), || status(503)), 1);
}

#[test]
fn none_sends_everything_once() {
    for outcome in [|| status(503), || asking(429, "0"), unsent, lost] {
        assert_eq!(sent(RetryPolicy::disabled(), outcome), 1);
    }
    assert_eq!(RetryPolicy::disabled(), RetryPolicy::default().max_attempts(1));
}

#[test]
fn waits_are_counted_against_the_budget_before_they_begin() {
    let policy = RetryPolicy::default().max_attempts(100).initial_backoff(Duration::ZERO);
    // At 0, 50 and 100 s; at 150 s it would be too late.
    assert_eq!(sent(policy, || asking(503, "50")), 3);
    assert_eq!(sent(policy, || asking(503, "40")), 3);
    assert_eq!(sent_within(secs(133), policy, || asking(503, "40")), 4, "40 s and a tenth of it");
    assert_eq!(sent_within(Duration::ZERO, policy, || asking(503, "1")), 1);
}

#[test]
fn slow_responses_count_for_the_timeout_of_a_call() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    run.request();
    run.clock.pass(secs(70));
    assert!(run.handle(status(504)).unwrap().is_none());
    run.request();
    run.clock.pass(secs(70));
    assert_eq!(run.handle(status(504)).unwrap_err().response().unwrap().status(), 504);
}

#[test]
fn the_timeout_of_an_attempt_is_what_is_left_of_the_call() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7).timeout(secs(6)));
    let mut timeouts = Vec::new();
    for _ in 0..3 {
        let timeout = loop {
            match run.poll().unwrap() {
                Step::Wait(time) => run.clock.pass(time),
                Step::Send { timeout, .. } => break timeout,
                Step::Done => panic!(),
            }
        };
        assert_eq!(timeout, secs(6) - run.clock.passed());
        timeouts.push(timeout);
        run.clock.pass(secs(2).min(timeout));
        if run.handle(lost()).is_err() {
            break;
        }
    }
    assert!(timeouts.len() > 1 && run.clock.passed() <= secs(6), "{timeouts:?}");
}

/// A process that slept through the time limit, or a flow that was stored for as long.
#[test]
fn after_its_timeout_a_call_is_not_sent_again() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7).timeout(secs(6)));
    assert!(run.step(asking(503, "1")).unwrap().is_none());
    run.clock.pass(secs(3600));
    let error = run.poll().unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error:?}");
    assert_eq!(
        report(&error).to_string(),
        "GetImages timed out: no response from api.cycle.io:443 within 6 s (1 attempt in 3600 s); it \
         is safe to send it again: GetImages failed with status 503 Service Unavailable (1 attempt in \
         0 s); the platform is unavailable: send it again later (Retry-After: 1)"
    );
    run.assert_ended();
}

#[test]
fn the_timeout_of_a_call_starts_with_the_first_attempt() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    run.clock.pass(secs(24 * 3600));
    for _ in 0..3 {
        assert!(run.step(status(503)).unwrap().is_none());
    }
    assert!(run.step(page(&["i1"])).unwrap().is_some());
}

#[test]
fn hours_of_backoff_pass_in_no_time() {
    let hours = 12;
    let patient =
        RetryPolicy::default().max_attempts(10_000).initial_backoff(secs(1)).max_backoff(secs(600));
    let exchange = Exchange::new(GetImages::new(), 7).retry(patient).timeout(secs(hours * 3600));
    let mut run = Run::new(exchange);
    run.hub = run.hub.with_retry_quota(RetryQuota::unlimited());
    while run.step(status(503)).is_ok() {}
    assert!(run.clock.passed() <= secs(hours * 3600));
    assert!(run.clock.passed() > secs((hours - 1) * 3600), "{:?}", run.clock.passed());
    // Ten minutes at most and five on the average.
    assert!((100..200).contains(&run.waits.len()), "{}", run.waits.len());
    assert!(run.waits.iter().all(|&wait| wait <= secs(600)));
}

#[test]
fn the_largest_numbers_do_no_harm() {
    let endless = RetryPolicy::default()
        .max_attempts(u32::MAX)
        .initial_backoff(Duration::MAX)
        .max_backoff(Duration::MAX)
        .max_retry_after(Duration::MAX);
    let exchange = Exchange::new(GetImages::new(), 7).retry(endless).timeout(Duration::MAX);
    let mut run = Run::new(exchange);
    run.request();
    assert!(run.handle(asking(503, "1000000000")).unwrap().is_none());
    let cycle_images::flow::Step::Wait(time) = run.poll().unwrap() else { panic!() };
    assert!(time > secs(3600 * 24 * 365));
}

const OUTCOMES: [(fn() -> Outcome, bool); 8] = [
    (|| status(429), true),
    (|| asking(503, "55"), true),
    (|| asking(503, "0"), true),
    (unsent, true),
    (lost, false),
    (|| status(503), false),
    (|| refusal(500, "500.internal"), false),
    (fatal, false),
];

proptest! {
    /// Whatever comes of it, a POST stays in its budgets and is sent again only if nothing can
    /// have come of the try before.
    #[test]
    fn a_post_keeps_to_its_policy(
        seed: u64,
        script in prop::collection::vec((0..OUTCOMES.len(), 0_u64..30), 1..40),
        attempts in 1_u32..12,
        budget in 0_u64..400,
    ) {
        let budget = secs(budget);
        let policy = RetryPolicy::default().max_attempts(attempts);
        let import = CreateImageJob::import(ImageId::new("i1").unwrap());
        let mut run = Run::new(Exchange::new(import, seed).retry(policy).timeout(budget));
        for (n, (outcome, slow)) in script.into_iter().enumerate() {
            run.request();
            prop_assert!(n < attempts as usize);
            prop_assert!(run.clock.passed() <= budget);
            prop_assert!(run.waits[n] <= secs(66));
            run.clock.pass(secs(slow));
            let (outcome, may_go_on) = OUTCOMES[outcome];
            if let Err(error) = run.handle(outcome()) {
                let shown = error.to_string();
                prop_assert!(shown.starts_with(CreateImageJob::NAME), "{}", shown);
                break;
            }
            prop_assert!(may_go_on);
        }
    }
}
