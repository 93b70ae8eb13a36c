//! How long is waited before a request is sent again.

use std::collections::BTreeSet;
use std::time::Duration;

use cycle_images::flow::{Exchange, RetryPolicy, Step};
use cycle_images::images::GetImages;

use crate::clock::{Run, millis, secs};
use crate::outcomes::{Outcome, answer, asking, status};

/// The wait after one answer, when nothing is drawn beside it.
fn wait_after(policy: RetryPolicy, outcome: Outcome) -> Waited {
    let policy = policy.initial_backoff(Duration::ZERO);
    let mut run = Run::new(Exchange::new(GetImages::new(), 7).retry(policy));
    assert!(run.step(outcome).unwrap().is_none());
    run.request();
    Waited(run.waits[1])
}

/// A wait, which is equal to the time that was asked for if it has at most a tenth of that as
/// jitter.
#[derive(Debug)]
struct Waited(Duration);

impl PartialEq<Duration> for Waited {
    fn eq(&self, asked: &Duration) -> bool {
        (*asked..=*asked * 11 / 10).contains(&self.0)
    }
}

/// Whether the call ended at once, with an error that says when to come back.
fn ended_with(policy: RetryPolicy, asked: &'static str) -> bool {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7).retry(policy));
    let error = run.step(asking(503, asked));
    error.is_err_and(|error| error.to_string().contains(&format!("(Retry-After: {asked})")))
}

fn default_wait_after(outcome: Outcome) -> Waited {
    wait_after(RetryPolicy::default(), outcome)
}

#[test]
fn a_retry_after_is_waited_for_unless_it_is_longer_than_the_policy_allows() {
    for status in [429, 502, 503, 504] {
        assert_eq!(default_wait_after(asking(status, "17")), secs(17), "{status}");
    }
    assert_eq!(default_wait_after(asking(503, "0")), Duration::ZERO);
    assert_eq!(default_wait_after(asking(503, "60")), secs(60));
    for asked in ["61", "18446744073709551615", "99999999999999999999"] {
        assert!(ended_with(RetryPolicy::default(), asked), "{asked}");
    }
    let hasty = RetryPolicy::default().max_retry_after(secs(3));
    assert_eq!(wait_after(hasty, asking(503, "3")), secs(3));
    assert!(ended_with(hasty, "17"));
}

#[test]
fn a_date_is_compared_with_the_responses_own() {
    let dated = |date| {
        let headers = [("Retry-After", "Thu, 26 Mar 2026 10:00:30 GMT"), ("Date", date)];
        default_wait_after(answer(503, &headers, ""))
    };
    assert_eq!(dated("Thu, 26 Mar 2026 10:00:10 GMT"), secs(20));
    assert_eq!(dated("Thu, 26 Mar 2026 10:00:31 GMT"), Duration::ZERO);
    assert_eq!(dated("soon"), secs(30), "it is 10:00:00 here");
    let undated = asking(503, "Thu, 26 Mar 2026 10:00:12 GMT");
    assert_eq!(default_wait_after(undated), secs(12));
}

/// It is Thursday, 26 March 2026, 10:00:00.
#[test]
fn every_form_of_a_date_is_read() {
    for (date, waited) in [
        ("Thu, 26 Mar 2026 10:00:12 GMT", 12),
        ("Thursday, 26-Mar-26 10:00:12 GMT", 12),
        ("Thu Mar 26 10:00:12 2026", 12),
        ("Mon, 26 Mar 2026 10:00:12 GMT", 12),
        ("Saturday, 26-Mar-77 10:00:12 GMT", 0),
        ("Sun Nov  6 08:49:37 1994", 0),
    ] {
        assert_eq!(default_wait_after(asking(503, date)), secs(waited), "{date}");
    }
    for date in ["Thu, 31 Dec 9999 23:59:59 GMT", "Wednesday, 25-Mar-76 10:00:12 GMT"] {
        assert!(ended_with(RetryPolicy::default(), date), "{date}");
    }
}

#[test]
fn a_clock_that_is_off_changes_nothing() {
    for (later, hours) in [(true, 30), (false, 30)] {
        let policy = RetryPolicy::default().initial_backoff(Duration::ZERO);
        let mut run = Run::new(Exchange::new(GetImages::new(), 7).retry(policy));
        match later {
            true => run.clock.pass(secs(hours * 3600)),
            false => run.clock.go_back(secs(hours * 3600)),
        }
        let date = ("Date", "Thu, 26 Mar 2026 10:00:10 GMT");
        let asked = ("Retry-After", "Thu, 26 Mar 2026 10:00:30 GMT");
        assert!(run.step(answer(429, &[asked, date], "")).unwrap().is_none());
        run.request();
        assert_eq!(Waited(run.waits[1]), secs(20));
    }
}

/// The waits before the repetitions of one exchange that is answered the same again and again.
fn waits(seed: u64, outcome: fn() -> Outcome) -> Vec<Duration> {
    let policy =
        RetryPolicy::default().max_attempts(9).initial_backoff(secs(1)).max_backoff(secs(20));
    let mut run = Run::new(Exchange::new(GetImages::new(), seed).retry(policy).timeout(secs(3600)));
    while run.step(outcome()).is_ok() {}
    run.waits.split_off(1)
}

#[test]
fn the_jitter_is_full_and_its_ceiling_doubles() {
    let drawn: Vec<Vec<Duration>> = (0..400).map(|seed| waits(seed, || status(503))).collect();
    for (n, ceiling) in [1, 2, 4, 8, 16, 20, 20, 20].into_iter().map(secs).enumerate() {
        let nth = || drawn.iter().map(|waits| waits[n]);
        assert!(nth().all(|wait| wait <= ceiling), "repetition {n} waits longer than {ceiling:?}");
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
    assert_eq!(firsts.len(), 400, "neighbouring seeds wait differently");
}

/// By the values that are published for the seed 0. Of a ceiling of 2^32 ns, the upper half of
/// the number that is drawn is the wait.
#[test]
fn the_waits_are_drawn_by_split_mix_64() {
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
fn a_retry_after_is_waited_for_instead_of_the_backoff_with_a_tenth_of_it_as_jitter() {
    for seed in 0..50 {
        let waits = waits(seed, || asking(429, "3"));
        assert_eq!(waits.len(), 8);
        assert!(waits.iter().all(|&wait| (secs(3)..millis(3_300)).contains(&wait)), "{waits:?}");
        assert!(waits.iter().any(|&wait| wait > millis(3_100)), "{waits:?}");
    }
}

#[test]
fn polled_during_a_wait_it_returns_the_rest() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    run.step(asking(503, "10")).unwrap();
    let wait = |run: &mut Run<_>| match run.poll() {
        Ok(Step::Wait(time)) => time,
        next => panic!("{next:?}"),
    };
    let all = wait(&mut run);
    assert_eq!(Waited(all), secs(10));
    assert_eq!(wait(&mut run), all);
    run.clock.pass(all - millis(1));
    assert_eq!(wait(&mut run), millis(1));
    run.clock.pass(millis(1));
    run.request();
}

/// A clock that is set back by an hour must not hold a request back for an hour.
#[test]
fn a_clock_set_back_makes_no_wait_longer() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    run.step(asking(503, "10")).unwrap();
    run.clock.go_back(secs(3600));
    match run.poll().unwrap() {
        Step::Wait(time) => assert!(time <= secs(11), "{time:?}"),
        next => assert!(matches!(next, Step::Send { .. })),
    }
}

/// Nor must one that is set right by a little take away what was asked for.
#[test]
fn a_clock_set_back_makes_no_wait_much_shorter() {
    for back in [millis(1), secs(5), secs(3600)] {
        let mut run = Run::new(Exchange::new(GetImages::new(), 7));
        run.step(asking(503, "10")).unwrap();
        run.clock.go_back(back);
        run.request();
        assert_eq!(Waited(run.waits[1]), secs(10), "set back by {back:?}");
    }
}
