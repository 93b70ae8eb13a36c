//! Many jobs of a hub, followed together: what is requested, and what is reported.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::JobId;
use cycle_images::flow::{
    EventKind, Flow, FlowError, JobError, JobTracker, JobsTracker, RetryQuota, Step,
};
use cycle_images::model::JobStatus;
use serde_json::{Value, json};

use crate::clock::{Run, millis, secs};
use crate::jobs_platform::{End, Platform, PlatformJob, job_until, singles, together};
use crate::outcomes::{Case, answer, data, fatal, job, lost, refusal, seen, status, unknown_job};

/// A job that ends so many seconds after the start.
pub(crate) fn ending(number: usize, end: End, seconds: u64) -> PlatformJob {
    PlatformJob { end, ..job_until(number, secs(seconds)) }
}

pub(crate) fn jobs(count: usize) -> Vec<PlatformJob> {
    const ENDS: [End; 4] = [End::Completed, End::Failed, End::Expired, End::Completed];
    (0..count).map(|n| ending(n, ENDS[n % 4], 20 + n as u64 % 90)).collect()
}

pub(crate) fn ids<'a>(jobs: impl IntoIterator<Item = &'a PlatformJob>) -> Vec<JobId> {
    jobs.into_iter().map(|job| JobId::new(&*job.id).unwrap()).collect()
}

pub(crate) fn run(platform: &Platform) -> Run<JobsTracker> {
    Run::new(JobsTracker::new(ids(&platform.jobs), 7))
}

pub(crate) fn follow(platform: &mut Platform) -> crate::jobs_platform::Reports {
    together(&mut run(platform), platform, |_| None, || false)
}

/// The jobs of a page, each at the same state.
fn page(ids: &[JobId], state: &str) -> crate::outcomes::Outcome {
    let of = |id: &JobId| {
        let mut job = job(state, 1, 4);
        job["id"] = id.as_str().into();
        job
    };
    data(&ids.iter().map(of).collect())
}

#[test]
fn five_hundred_jobs_take_five_requests_a_round() {
    let mut platform = Platform::new((0..500).map(|n| ending(n, End::Never, 900)).collect());
    let mut run = run(&platform);
    let rounds = [0, 250, 375, 562].map(millis);
    for wait in rounds {
        for _ in 0..5 {
            let request = run.request();
            let outcome = platform.serve(&request, run.clock.passed());
            run.handle(outcome).unwrap();
        }
        assert!(run.waits[run.waits.len() - 5].as_millis() == wait.as_millis(), "{:?}", run.waits);
        assert!(run.waits[run.waits.len() - 4..].iter().all(Duration::is_zero), "{:?}", run.waits);
    }
    assert_eq!((platform.lists, platform.gets), (20, 0));
}

#[test]
fn each_job_has_the_updates_that_its_own_tracker_has() {
    compare_updates(200);
}

#[test]
#[ignore = "takes half a minute"]
fn ten_thousand_updates_are_those_of_single_trackers() {
    assert!(compare_updates(2_600) >= 10_000);
}

/// Without faults, both poll at the same times, and report the same.
#[expect(clippy::print_stdout, reason = "a measurement is there to be printed")]
fn compare_updates(count: usize) -> usize {
    let mut platform = Platform::new(jobs(count));
    let (single, of_singles) = singles(&platform, &ids(&platform.jobs), secs(3600));
    let many = follow(&mut platform);
    let requests = platform.lists + platform.gets;
    println!(
        "{count} jobs, {} reports, {requests} requests, {of_singles} of trackers",
        many.count()
    );
    assert_eq!(many.ends().len(), count);
    assert_eq!(format!("{:?}", many.0), format!("{:?}", single.0));
    many.count()
}

#[test]
fn what_concerns_all_jobs_is_the_flows_error_and_loses_none() {
    const CASES: [Case; 5] = [
        ("401", || status(401)),
        ("403", || refusal(403, "403.permissions")),
        ("404.hub", || refusal(404, "404.hub")),
        ("503.not-enabled", || refusal(503, "503.not-enabled")),
        ("a fatal error", fatal),
    ];
    for count in [2, 40] {
        for (name, case) in CASES {
            let mut platform = Platform::new(jobs(count));
            let mut run = run(&platform);
            let error = loop {
                match run.step(case()) {
                    Ok(reports) => assert!(reports.is_none(), "{name}"),
                    Err(error) => break error,
                }
            };
            assert!(error.job().is_none(), "{name}: {error}");
            assert_eq!(run.flow.ids().len(), count);
            assert!(matches!(run.poll(), Ok(Step::Wait(_))), "{name}: who resumes it has to wait");
            let many = together(&mut run, &mut platform, |_| None, || false);
            assert_eq!(many.ends().len(), count, "{name}");
        }
    }
}

#[test]
fn an_answer_that_only_one_job_has_ends_only_that() {
    let cases: [Case; 4] = [
        ("can't be decoded", || answer(200, &[], r#"{"data": {"id": 3}}"#)),
        ("422", || refusal(422, "422.invalid-argument")),
        ("of another job", || seen("running", 1, 4)),
        ("missing", unknown_job),
    ];
    for (name, case) in cases {
        let mut platform = Platform::new(jobs(2));
        let mut run = run(&platform);
        let first = JobId::new(&*platform.jobs[0].id).unwrap();
        // Seen once, so that it no longer exists if it is missing.
        for _ in 0..2 {
            let request = run.request();
            let outcome = platform.serve(&request, run.clock.passed());
            run.handle(outcome).unwrap();
        }
        let reports = run.step(case()).unwrap().unwrap();
        assert!(reports.len() == 1 && reports[0].id == first && reports[0].is_last(), "{name}");
        let error = reports[0].result.as_ref().unwrap_err();
        match name {
            "of another job" => assert!(matches!(error.job(), Some(JobError::OtherJob { .. }))),
            "missing" => assert!(matches!(error.job(), Some(JobError::Gone { last: Some(_), .. }))),
            _ => assert!(error.response().is_some(), "{name}: {error}"),
        }
        assert_eq!(together(&mut run, &mut platform, |_| None, || false).ends().len(), 1);
    }
}

#[test]
fn a_record_that_can_not_be_decoded_is_polled_singly() {
    let platform = Platform::new(jobs(5));
    let ids = ids(&platform.jobs);
    let mut run = run(&platform);
    let mut page: Vec<Value> = Vec::new();
    for id in &ids[1..] {
        let mut job = job("completed", 4, 4);
        job["id"] = id.as_str().into();
        page.push(job);
    }
    page.insert(0, json!({"id": ids[0].as_str(), "state": 7}));
    assert_eq!(run.step(data(&page.into())).unwrap().unwrap().len(), 4);
    assert_eq!(run.request().uri().path(), format!("/v1/jobs/{}", ids[0]));
}

#[test]
fn each_job_has_its_own_deadline() {
    let mut platform = Platform::new((0..10).map(|n| ending(n, End::Never, 900)).collect());
    let ids = ids(&platform.jobs);
    let mut run = Run::new(JobsTracker::new(&ids[..8], 7).deadline(secs(100)));
    run.flow.add(&ids[8]);
    run.flow.add_with_deadline(&ids[9], secs(30));
    run.flow.add_with_deadline(&ids[3], secs(1)); // It is tracked already.
    let mut late = Vec::new();
    while !run.flow.ids().len() == 0 || late.len() < 10 {
        if let Some(reports) = run.flow.due(run.clock.now()) {
            let at = run.clock.passed();
            late.extend(reports.into_iter().map(|report| (at, report.id.clone(), report.result)));
            continue;
        }
        match run.poll().unwrap() {
            Step::Send { request, .. } => {
                let outcome = platform.serve(&request, run.clock.passed());
                run.handle(outcome).unwrap();
            }
            Step::Wait(time) => run.clock.pass(time),
            Step::Done => panic!("{late:?}"),
        }
    }
    run.assert_ended();
    assert_eq!((late[0].0, &late[0].1), (secs(30), &ids[9]));
    assert!(late[1..].iter().all(|(at, ..)| *at == secs(100)), "{late:?}");
    for (_, id, result) in &late {
        let error = result.as_ref().unwrap_err();
        let Some(JobError::DeadlinePassed { id: of, last: Some(_), .. }) = error.job() else {
            panic!("{error:?}");
        };
        assert_eq!(of, id);
    }
}

/// As a loop that was written for other flows.
#[test]
fn a_loop_that_does_not_ask_for_what_is_due_has_the_deadlines_as_errors() {
    let platform = Platform::new(jobs(2));
    let mut run = Run::new(JobsTracker::new(ids(&platform.jobs), 7).deadline(Duration::ZERO));
    for id in ids(&platform.jobs) {
        let error = run.poll().unwrap_err();
        assert!(
            matches!(error.job(), Some(JobError::DeadlinePassed { id: late, .. }) if *late == id)
        );
    }
    run.assert_ended();
}

#[test]
fn the_error_of_a_deadline_names_the_last_failure() {
    let platform = Platform::new(jobs(40));
    let mut run = Run::new(JobsTracker::new(ids(&platform.jobs), 7).deadline(secs(60)));
    let late = loop {
        match run.flow.due(run.clock.now()) {
            Some(late) => break late,
            None => match run.poll().unwrap() {
                Step::Send { .. } => assert!(run.handle(status(503)).unwrap().is_none()),
                Step::Wait(time) => run.clock.pass(time),
                Step::Done => panic!(),
            },
        }
    };
    assert_eq!((late.len(), run.clock.passed()), (40, secs(60)));
    let error = late[0].result.as_ref().unwrap_err().to_string();
    assert!(error.contains("the last poll failed: GetJob"), "{error}");
}

#[test]
fn jobs_are_added_and_removed_while_it_runs() {
    let mut platform = Platform::new((0..20).map(|n| ending(n, End::Completed, 10)).collect());
    let ids = ids(&platform.jobs);
    let mut run = Run::new(JobsTracker::new(&ids[..10], 7));
    assert_eq!(run.step(page(&ids[..10], "running")).unwrap().unwrap().len(), 10);
    assert_eq!(run.flow.last(&ids[0]).unwrap().status, JobStatus::Running);
    assert!(run.flow.remove(&ids[0]) && !run.flow.remove(&ids[0]));
    assert!(run.flow.last(&ids[0]).is_none());
    ids[10..].iter().for_each(|id| run.flow.add(id));
    assert_eq!(run.flow.ids().collect::<Vec<_>>(), ids[1..].iter().collect::<Vec<_>>());

    // A page that was asked for before a job was removed doesn't bring it back.
    run.request();
    assert!(run.flow.remove(&ids[1]));
    let reports = run.handle(page(&ids, "running")).unwrap().unwrap();
    assert_eq!(
        reports.iter().map(|report| &report.id).collect::<Vec<_>>(),
        ids[10..].iter().collect::<Vec<_>>()
    );
    let many = together(&mut run, &mut platform, |_| None, || false);
    assert_eq!(many.ends().keys().collect::<Vec<_>>(), ids[2..].iter().collect::<Vec<_>>());
}

#[test]
fn a_job_that_was_removed_while_it_was_polled_is_not_reported() {
    let platform = Platform::new(jobs(2));
    let ids = ids(&platform.jobs);
    let (one, malformed) = (data(&job("running", 1, 4)), data(&json!({})));
    for outcome in [one, unknown_job(), malformed, lost()] {
        let mut run = run(&platform);
        run.request();
        run.flow.remove(&ids[0]);
        assert!(run.handle(outcome).unwrap().is_none());
        assert_eq!(run.request().uri().path(), format!("/v1/jobs/{}", ids[1]));
    }
    // What concerns the other jobs is still an error.
    let mut run = run(&platform);
    run.request();
    run.flow.remove(&ids[0]);
    assert!(run.handle(status(401)).unwrap_err().is_unauthorized());
}

#[test]
fn a_retry_after_is_waited_for_between_pages_and_between_rounds() {
    let platform = Platform::new(jobs(150));
    let ids = ids(&platform.jobs);
    let mut run = run(&platform);
    let page = |ids: &[JobId], asked: &str| {
        let (head, body) = page(ids, "running").unwrap().into_parts();
        let mut response = cycle_images::http::Response::from_parts(head, body);
        response.headers_mut().insert("retry-after", asked.parse().unwrap());
        Ok(response)
    };
    run.step(page(&ids[..100], "7")).unwrap();
    run.step(page(&ids[100..], "60")).unwrap();
    run.request();
    assert_eq!(run.waits, [0, 7, 60].map(secs));
}

#[test]
fn no_jobs_are_done_at_once() {
    let mut run = Run::new(JobsTracker::new(Vec::<JobId>::new(), 7));
    run.assert_ended();
    let id = JobId::new("j1").unwrap();
    run.flow.add(&id);
    assert!(run.step(seen("completed", 4, 4)).unwrap().unwrap()[0].is_last());
    run.assert_ended();
}

#[test]
fn one_job_is_polled_when_its_tracker_would_poll_it() {
    let platform = Platform::new(vec![ending(0, End::Completed, 100)]);
    let mut many = run(&platform);
    let mut single = Run::new(JobTracker::new(&ids(&platform.jobs)[0], 7));
    for _ in 0..20 {
        let [request, other] = [many.request(), single.request()];
        assert_eq!(request.uri(), other.uri());
        many.handle(platform.clone().serve(&request, many.clock.passed())).unwrap();
        single.handle(platform.clone().serve(&other, single.clock.passed())).unwrap();
    }
    assert_eq!(many.waits, single.waits);
}

#[test]
fn an_outcome_without_a_request_leaves_it_as_it_is() {
    let platform = Platform::new(jobs(9));
    let mut run = run(&platform);
    for is_waiting in [false, true] {
        let before = run.flow.clone();
        let error = run.handle(status(503)).unwrap_err();
        assert!(matches!(error, FlowError::NothingInFlight), "{error:?}");
        assert_eq!(run.flow, before);
        if !is_waiting {
            run.step(status(503)).unwrap();
            assert!(matches!(run.poll(), Ok(Step::Wait(_))));
        }
    }
}

/// An event of a request is about the list, the state of a job about that.
#[test]
fn each_state_of_a_job_is_an_event_of_that_job() {
    let mut run = run(&Platform::new(jobs(4)));
    let ids: Vec<JobId> = run.flow.ids().cloned().collect();
    let states = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&states);
    run.hub = run.hub.with_observer(move |event| match event.kind {
        EventKind::JobState { state, .. } => {
            log.lock().unwrap().push((event.path.to_owned(), state.to_owned()));
        }
        _ => assert_eq!((event.flow, event.path), ("JobsTracker", "/v1/jobs")),
    });
    run.step(page(&ids[..2], "running")).unwrap();
    run.step(page(&ids[2..], "completed")).unwrap();
    let expected: Vec<_> = ids
        .iter()
        .zip(["running", "running", "completed", "completed"])
        .map(|(id, state)| (format!("/v1/jobs/{id}"), state.to_owned()))
        .collect();
    assert_eq!(*states.lock().unwrap(), expected);
}

#[test]
fn an_empty_quota_leaves_the_interval() {
    let mut run = run(&Platform::new(jobs(4)));
    let ids: Vec<JobId> = run.flow.ids().cloned().collect();
    run.hub = run.hub.with_retry_quota(RetryQuota::new(0));
    assert!(run.step(status(503)).unwrap().is_none());
    assert_eq!(run.step(page(&ids, "completed")).unwrap().unwrap().len(), 4);
    assert_eq!(run.waits, [0, 5].map(secs));
}
