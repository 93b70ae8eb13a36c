//! What is sent again, by method, status, code, `Retry-After` and failure; and how long the waits
//! are, beside the scripts of `retries.txt`.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

use cycle_images::Operation;
use cycle_images::flow::{Exchange, FlowError, RetryPolicy, RetryQuota, Step};
use cycle_images::http::Method;
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::operation::Output;
use cycle_images_tests::operations::{Visit, visit_all};
use cycle_images_tests::support::image;
use serde::Serialize;

use crate::clock::{Run, millis, secs};
use crate::outcomes::{Outcome, answer, asking, envelope, fatal, lost, refusal, status, unsent};

fn asking_with_code(http: u16, code: &str) -> Outcome {
    answer(http, &[("Retry-After", "1"), ("content-type", "application/json")], &envelope(code))
}

/// The code is of another status than the response, or of none.
fn refusal_of(http: u16, code: &str) -> Outcome {
    answer(http, &[], &format!(r#"{{"error": {{"code": "{code}", "title": "No."}}}}"#))
}

/// The outcome, whether a GET, PATCH or DELETE is sent again, and whether a POST is.
type Row = (&'static str, fn() -> Outcome, bool, bool);

const TABLE: [Row; 45] = [
    ("429", || status(429), true, true),
    ("429 with Retry-After", || asking(429, "1"), true, true),
    ("429 of the platform", || refusal(429, "429.rate-limiting"), true, true),
    ("502", || status(502), true, false),
    ("502 with Retry-After", || asking(502, "1"), true, false),
    ("502 of a proxy", || answer(502, &[("content-type", "text/html")], "<p>"), true, false),
    ("503", || status(503), true, false),
    ("503 with Retry-After", || asking(503, "1"), true, true),
    ("503 with Retry-After: 0", || asking(503, "0"), true, true),
    ("503 with a date", || asking(503, "Thu, 26 Mar 2026 10:00:02 GMT"), true, true),
    ("503 with an invalid Retry-After", || asking(503, "soon"), true, false),
    ("503 with a negative Retry-After", || asking(503, "-1"), true, false),
    ("504", || status(504), true, false),
    ("504 with Retry-After", || asking(504, "1"), true, false),
    ("503.not-ready", || refusal(503, "503.not-ready"), true, false),
    ("503.not-ready with Retry-After", || asking_with_code(503, "503.not-ready"), true, true),
    ("503.not-enabled", || refusal(503, "503.not-enabled"), false, false),
    ("503.not-enabled with Retry-After", || asking_with_code(503, "503.not-enabled"), false, false),
    ("503.not_enabled", || refusal(503, "503.not_enabled"), false, false),
    ("503.dependency-not-enabled", || refusal(503, "503.dependency-not-enabled"), false, false),
    ("429 with 500.internal", || refusal_of(429, "500.internal"), false, false),
    ("429 with 503.not-enabled", || refusal_of(429, "503.not-enabled"), false, false),
    ("429 with 503.not-ready", || refusal_of(429, "503.not-ready"), true, true),
    ("429 with a code of no status", || refusal_of(429, "rate-limiting"), true, true),
    ("500 with 429.rate-limiting", || refusal_of(500, "429.rate-limiting"), true, false),
    ("502 with 429.rate-limiting", || refusal_of(502, "429.rate-limiting"), true, false),
    ("503 with 429.rate-limiting", || refusal_of(503, "429.rate-limiting"), true, false),
    ("503 with 404.image and Retry-After", || asking_with_code(503, "404.image"), false, false),
    ("504 with 429.rate-limiting", || refusal_of(504, "429.rate-limiting"), true, false),
    (
        "500 with 503.not-ready with Retry-After",
        || asking_with_code(500, "503.not-ready"),
        true,
        false,
    ),
    ("500", || status(500), false, false),
    ("500 with Retry-After", || asking(500, "1"), false, false),
    ("501", || status(501), false, false),
    ("400", || refusal(400, "400.invalid-input"), false, false),
    ("401", || answer(401, &[], r#"{"error": "invalid_client"}"#), false, false),
    ("404", || refusal(404, "404.image"), false, false),
    ("409", || refusal(409, "409.conflict"), false, false),
    ("409 with Retry-After", || asking(409, "1"), false, false),
    ("302", || answer(302, &[("Location", "https://elsewhere.example")], ""), false, false),
    ("302 with Retry-After", || asking(302, "1"), false, false),
    (
        "200 that is truncated",
        || answer(200, &[("Retry-After", "1")], r#"{"data": ["#),
        false,
        false,
    ),
    ("200 without a body", || status(200), false, false),
    ("unsent", unsent, true, true),
    ("lost", lost, true, false),
    ("fatal", fatal, false, false),
];

/// Whether an operation is sent again; if so, as the same request.
#[track_caller]
fn is_repeated<O: Operation>(operation: &O, outcome: Outcome) -> bool {
    let mut run = Run::new(Exchange::new(operation, 7));
    let first = run.request();
    match run.handle(outcome) {
        Ok(Some(_)) => panic!("{}: that was no success", O::NAME),
        Err(error) => {
            assert!(!matches!(error, FlowError::NothingInFlight), "{error:?}");
            false
        }
        Ok(None) => {
            let second = run.request();
            assert_eq!(first.method(), second.method());
            assert_eq!(first.uri(), second.uri());
            assert_eq!(first.headers(), second.headers());
            assert_eq!(first.body(), second.body());
            true
        }
    }
}

struct Table;

impl Visit for Table {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug + Serialize, Includes: Debug + Serialize>>,
    {
        for (case, outcome, others, post) in TABLE {
            let expected = if O::METHOD == Method::POST { post } else { others };
            let is_repeated = is_repeated(&operations[0], outcome());
            assert_eq!(is_repeated, expected, "{} ({}) after {case}", O::NAME, O::METHOD);
        }
    }
}

#[test]
fn every_operation_is_retried_as_in_the_table() {
    visit_all(&mut Table);
}

#[test]
fn no_other_status_is_retried() {
    let statuses = || (100..600).filter(|code| !(200..300).contains(code));
    let repeated = |repeats: fn(Outcome) -> bool, outcome: fn(u16) -> Outcome| {
        statuses().filter(|&code| repeats(outcome(code))).collect::<Vec<_>>()
    };
    let asking: fn(u16) -> Outcome = |code| asking(code, "1");
    let get = |outcome| is_repeated(&GetImages::new(), outcome);
    assert_eq!(repeated(get, status), [429, 502, 503, 504]);
    assert_eq!(repeated(get, asking), [429, 502, 503, 504]);
    let post = |outcome| is_repeated(&CreateImageJob::import(image()), outcome);
    assert_eq!(repeated(post, status), [429]);
    assert_eq!(repeated(post, asking), [429, 503]);
}

/// The waits of an exchange that always has the same outcome.
fn waits(seed: u64, outcome: fn() -> Outcome) -> Vec<Duration> {
    let policy =
        RetryPolicy::default().max_attempts(9).initial_backoff(secs(1)).max_backoff(secs(20));
    let mut run = Run::new(Exchange::new(GetImages::new(), seed).retry(policy).timeout(secs(3600)));
    while run.step(outcome()).is_ok() {}
    run.waits.split_off(1)
}

#[test]
fn jitter_is_full_and_its_ceiling_doubles() {
    let drawn: Vec<Vec<Duration>> = (0..400).map(|seed| waits(seed, || status(503))).collect();
    for (n, ceiling) in [1, 2, 4, 8, 16, 20, 20, 20].into_iter().map(secs).enumerate() {
        let nth = || drawn.iter().map(|waits| waits[n]);
        assert!(nth().all(|wait| wait <= ceiling), "retry {n} waits longer than {ceiling:?}");
        for tenth in 0..10 {
            let (from, to) = (ceiling * tenth / 10, ceiling * (tenth + 1) / 10);
            let hits = nth().filter(|wait| (from..to).contains(wait)).count();
            assert!((12..=80).contains(&hits), "{hits} of 400 in {from:?}..{to:?}");
        }
    }
    assert!(drawn.iter().all(|waits| waits.len() == 8));
}

#[test]
fn the_seed_decides_the_waits() {
    assert_eq!(waits(42, || status(503)), waits(42, || status(503)));
    let firsts: BTreeSet<Duration> = (0..400).map(|seed| waits(seed, || status(503))[0]).collect();
    assert_eq!(firsts.len(), 400, "seeds have different waits");
}

/// The published values for the seed 0. With a ceiling of 2^32 ns, the wait is the upper half of
/// the number.
#[test]
fn waits_are_drawn_by_split_mix_64() {
    let ceiling = Duration::from_nanos(1 << 32);
    let policy =
        RetryPolicy::default().max_attempts(6).initial_backoff(ceiling).max_backoff(ceiling);
    let mut run = Run::new(Exchange::new(GetImages::new(), 0).retry(policy).timeout(secs(3600)));
    while run.step(status(503)).is_ok() {}
    let drawn: [u64; 5] = [
        0xe220_a839_7b1d_cdaf,
        0x6e78_9e6a_a1b9_65f4,
        0x06c4_5d18_8009_454f,
        0xf88b_b8a8_724c_81ec,
        0x1b39_896a_51a8_749b,
    ];
    assert_eq!(run.waits[1..], drawn.map(|drawn| Duration::from_nanos(drawn >> 32)));
}

#[test]
fn jitter_of_a_retry_after_is_at_most_a_tenth() {
    for seed in 0..50 {
        let waits = waits(seed, || asking(429, "3"));
        assert_eq!(waits.len(), 8);
        assert!(waits.iter().all(|&wait| (secs(3)..millis(3_300)).contains(&wait)), "{waits:?}");
        assert!(waits.iter().any(|&wait| wait > millis(3_100)), "{waits:?}");
    }
}

#[test]
fn backoff_of_hours_ends_with_the_timeout() {
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
fn the_largest_settings_do_not_overflow() {
    let endless = RetryPolicy::default()
        .max_attempts(u32::MAX)
        .initial_backoff(Duration::MAX)
        .max_backoff(Duration::MAX)
        .max_retry_after(Duration::MAX);
    let exchange = Exchange::new(GetImages::new(), 7).retry(endless).timeout(Duration::MAX);
    let mut run = Run::new(exchange);
    run.request();
    assert!(run.handle(asking(503, "1000000000")).unwrap().is_none());
    let Step::Wait(time) = run.poll().unwrap() else { panic!() };
    assert!(time > secs(3600 * 24 * 365));
}
