//! A job that is not there: not yet, or no longer.

use cycle_images::flow::{FlowError, JobError, JobSnapshot};

use crate::clock::{Run, millis, secs};
use crate::outcomes::{Case, answer, envelope, refusal, seen, status, unknown_job};
use crate::track::track;

/// The job that was gone as it was last seen, if that is the error.
#[track_caller]
fn gone(error: &FlowError) -> Option<JobSnapshot> {
    match error.job() {
        Some(JobError::Gone { id, last, .. }) => {
            assert_eq!(id.as_str(), "j1");
            last.clone()
        }
        _ => panic!("{error:?}"),
    }
}

#[test]
fn it_may_be_unknown_for_a_while() {
    let mut run = Run::new(track());
    for _ in 0..4 {
        assert!(run.step(unknown_job()).unwrap().is_none());
    }
    assert!(run.step(seen("running", 0, 4)).unwrap().is_some());
    assert!(run.step(seen("completed", 4, 4)).unwrap().is_some());
    assert_eq!(
        run.waits[..5],
        [0_u64, 250_000, 375_000, 562_500, 843_750]
            .map(|micros| { std::time::Duration::from_micros(micros) })
    );
    run.assert_ended();
}

#[test]
fn quick_404s_are_tolerated_for_15_seconds() {
    let mut run = Run::new(track());
    let error = loop {
        let borne = run.step(unknown_job());
        match borne {
            Ok(told) => assert!(told.is_none()),
            Err(error) => break error,
        }
        assert!(run.clock.passed() < secs(15));
    };
    assert!((secs(15)..secs(20)).contains(&run.clock.passed()), "{:?}", run.clock.passed());
    assert_eq!(gone(&error), None);
    assert_eq!(error.to_string(), "job j1 did not appear: check the id and the hub id");
    run.assert_ended();
}

#[test]
fn the_15_seconds_end_at_the_second() {
    for (elapsed, tolerated) in [(millis(14_999), true), (secs(15), false)] {
        let mut run = Run::new(track());
        for _ in 0..5 {
            run.step(unknown_job()).unwrap();
        }
        run.request();
        run.clock.pass(elapsed - run.clock.passed());
        assert_eq!(run.handle(unknown_job()).is_ok(), tolerated, "{elapsed:?}");
    }
}

/// As documented: *the first 5 answers and the first 15 s, whichever is longer*.
#[test]
fn five_404s_are_tolerated_however_slow() {
    let mut run = Run::new(track());
    let mut borne = 0;
    loop {
        run.request();
        run.clock.pass(secs(30));
        match run.handle(unknown_job()) {
            Ok(_) => borne += 1,
            Err(error) => break assert_eq!(gone(&error), None),
        }
    }
    assert_eq!(borne, 5);
}

#[test]
fn other_responses_between_404s_are_not_counted() {
    let mut run = Run::new(track());
    for _ in 0..4 {
        assert!(run.step(status(503)).unwrap().is_none());
        assert!(run.step(unknown_job()).unwrap().is_none());
    }
    assert!(run.step(seen("running", 0, 4)).unwrap().is_some());
}

#[test]
fn a_job_gone_after_it_was_seen_has_its_last_state() {
    let mut run = Run::new(track());
    run.step(unknown_job()).unwrap();
    run.step(seen("running", 2, 4)).unwrap();
    let error = run.step(unknown_job()).unwrap_err();
    let last = gone(&error).unwrap();
    assert_eq!((last.progress.done, last.progress.total), (2, 4));
    assert!(error.job().unwrap().job().is_none());
    assert_eq!(
        error.to_string(),
        "job j1 no longer exists and its outcome is unknown: check the resource that it was to change"
    );
    run.assert_ended();
}

#[test]
fn the_code_takes_precedence_over_the_status() {
    let mut run = Run::new(track());
    assert!(run.step(answer(410, &[], &envelope("404.job"))).unwrap().is_none());
}

#[test]
fn another_error_response_is_not_the_end() {
    let outcomes: [Case; 5] = [
        ("404.image", || refusal(404, "404.image")),
        ("404.hub", || refusal(404, "404.hub")),
        ("404 with nothing", || status(404)),
        ("404 of a proxy", || answer(404, &[("content-type", "text/html")], "<h1>404</h1>")),
        ("403", || refusal(403, "403.permissions")),
    ];
    for (name, outcome) in outcomes {
        let mut run = Run::new(track());
        let error = run.step(outcome()).unwrap_err();
        assert!(error.response().is_some() && error.job().is_none(), "{name}: {error:?}");
        assert!(run.step(seen("completed", 4, 4)).unwrap().is_some(), "{name}");
    }
}

/// As documented: *a `Retry-After` on an answer is waited for, up to 60 s*.
#[test]
fn a_retry_after_is_waited_for_here_as_well() {
    let mut run = Run::new(track());
    run.step(answer(404, &[("Retry-After", "7")], &envelope("404.job"))).unwrap();
    run.request();
    assert_eq!(run.waits[1], millis(7_000));
}
