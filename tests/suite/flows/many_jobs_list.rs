//! When many jobs of a hub are read by the list, and when they are polled one by one.

use cycle_images::JobId;
use cycle_images::flow::{JobsTracker, Step};

use crate::clock::{Run, secs};
use crate::jobs_platform::{End, Ended, Order, Platform, object_id, singles, together};
use crate::many_jobs::{ending, follow, ids, jobs, run};
use crate::outcomes::{Case, answer, asking, lost, refusal, status, unsent};

#[test]
fn a_few_jobs_are_polled_one_by_one() {
    let mut platform = Platform::new(jobs(3));
    assert_eq!(follow(&mut platform).ends().len(), 3);
    assert_eq!(platform.lists, 0);
    let mut platform = Platform::new(jobs(4));
    assert_eq!(run(&platform).request().uri().path(), "/v1/jobs");
    assert_eq!(follow(&mut platform).ends().len(), 4);
}

/// The oldest job begins the list, whatever the clock of this machine says.
#[test]
fn the_list_begins_with_the_oldest_job_by_the_platforms_time() {
    let mut jobs = jobs(9);
    jobs[4].id = object_id(-4_000, 4);
    let platform = Platform::new(jobs);
    let request = run(&platform).request();
    let query = request.uri().query().unwrap();
    // 10:00 less 4,000 s and a minute.
    assert!(query.contains("range-start%5D=2026-03-26T08%3A52%3A20Z"), "{query}");
    assert!(query.contains("page%5Bsize%5D=100") && query.contains("sort=id"), "{query}");
}

#[test]
fn ids_without_a_time_are_polled_once_before_the_list() {
    let mut jobs = jobs(20);
    for (n, job) in jobs.iter_mut().enumerate() {
        job.id = format!("job-{n:02}");
        job.end = End::Never;
    }
    let mut platform = Platform::new(jobs);
    let mut run = run(&platform);
    for _ in 0..21 {
        let request = run.request();
        let outcome = platform.serve(&request, run.clock.passed());
        run.handle(outcome).unwrap();
    }
    assert_eq!((platform.gets, platform.lists), (20, 1));
}

#[test]
fn a_job_that_the_list_does_not_show_is_polled_singly() {
    let mut jobs = jobs(50);
    jobs[7].listed = None;
    jobs[8].listed = Some(secs(30));
    jobs.push(ending(50, End::Unknown, 1));
    jobs.push(ending(51, End::Gone, 40));
    let mut platform = Platform::new(jobs);
    let (single, _) = singles(&platform, &ids(&platform.jobs), secs(3600));
    let many = follow(&mut platform);
    assert_eq!(many.ends(), single.ends());
    let unknown = JobId::new(object_id(-30, 50)).unwrap();
    assert_eq!(many.ends()[&unknown], Ended::Error(format!("{unknown} is gone")));
    assert!(platform.gets < 80 && platform.lists < 60, "{} {}", platform.gets, platform.lists);
}

/// A list that shows none of the jobs costs at most as much again as no list.
#[test]
fn a_list_of_others_jobs_is_left_again() {
    let mut mine = jobs(20);
    mine.iter_mut().for_each(|job| job.listed = None);
    let others = (1_000..9_000).map(|n| ending(n, End::Never, 900));
    let followed = ids(&mine);
    let mut platform = Platform::new(mine.into_iter().chain(others).collect());
    let single: Vec<_> = singles(&platform, &followed, secs(3600)).0.ends().into_iter().collect();
    let mut run = Run::new(JobsTracker::new(followed, 7));
    let many = together(&mut run, &mut platform, |_| None, || false);
    assert_eq!(many.ends().into_iter().collect::<Vec<_>>(), single);
    assert!(platform.lists * 4 < platform.gets, "{} {}", platform.lists, platform.gets);
}

#[test]
fn a_page_that_repeats_ends_the_list() {
    let mut platform = Platform::new(jobs(250));
    platform.repeats = true;
    assert_eq!(follow(&mut platform).ends().len(), 250);
    assert!(platform.lists * 10 < platform.gets, "{} {}", platform.lists, platform.gets);
}

/// Each other way of a list to fail costs no job either.
#[test]
fn a_list_that_fails_is_not_needed() {
    const CASES: [Case; 7] = [
        ("400", || refusal(400, "400.invalid-syntax")),
        ("404", || refusal(404, "404.uri")),
        ("422", || refusal(422, "422.invalid-argument")),
        ("500", || status(500)),
        ("504", || status(504)),
        ("a lost response", lost),
        ("no list", || answer(200, &[], r#"{"data": {"id": "j1"}}"#)),
    ];
    for (name, case) in CASES {
        let mut platform = Platform::new(jobs(40));
        let mut run = run(&platform);
        let fault = |request: &cycle_images::http::Request<Vec<u8>>| {
            (request.uri().path() == "/v1/jobs").then(case)
        };
        let many = together(&mut run, &mut platform, fault, || false);
        assert_eq!(many.ends().len(), 40, "{name}");
        let completed =
            many.ends().values().filter(|end| matches!(end, Ended::Completed(_))).count();
        assert_eq!(completed, 20, "{name}");
    }
}

/// The first requests after an outage are of the list again.
#[test]
fn an_outage_is_waited_for_and_costs_no_list() {
    const CASES: [Case; 5] = [
        ("a failed connection", unsent),
        ("a lost response", lost),
        ("429", || asking(429, "7")),
        ("500", || status(500)),
        ("503", || status(503)),
    ];
    for (name, case) in CASES {
        let mut platform =
            Platform::new((0..30).map(|n| ending(n, End::Completed, 1_000)).collect());
        let mut run = run(&platform);
        let mut requests = 0;
        while run.clock.passed() < secs(900) {
            requests += 1;
            assert!(run.step(case()).unwrap().is_none(), "{name}");
        }
        assert!(requests < 1_000, "{name}: {requests}");
        let many = together(&mut run, &mut platform, |_| None, || false);
        assert_eq!(many.ends().len(), 30, "{name}");
        assert!(platform.gets <= 1, "{name}: {} single polls", platform.gets);
    }
}

/// Whatever request an outage ends before, the list is read afterwards.
#[test]
fn after_an_outage_of_any_length_the_list_is_read() {
    for failures in 0..20 {
        let mut platform = Platform::new((0..8).map(|n| ending(n, End::Completed, 400)).collect());
        let mut run = run(&platform);
        for _ in 0..failures {
            assert!(run.step(status(503)).unwrap().is_none());
        }
        let many = together(&mut run, &mut platform, |_| None, || false);
        assert_eq!(many.ends().len(), 8);
        assert!(platform.gets <= 1, "{failures}: {} single polls", platform.gets);
    }
}

/// Whatever the order, the list shows all jobs in the end, or they are polled singly.
#[test]
fn any_order_of_the_list_has_the_same_ends() {
    for order in [Order::Asked, Order::Reversed, Order::Any] {
        let mut platform = Platform { order, ..Platform::new(jobs(120)) };
        platform.page_cap = 40;
        assert_eq!(follow(&mut platform).ends().len(), 120, "{order:?}");
    }
}

/// The pages and single polls of the next round.
fn round(run: &mut Run<JobsTracker>, platform: &mut Platform) -> (usize, usize) {
    let before = (platform.lists, platform.gets);
    loop {
        let request = run.request();
        let outcome = platform.serve(&request, run.clock.passed());
        run.handle(outcome).unwrap();
        if let Step::Wait(_) = run.poll().unwrap() {
            return (platform.lists - before.0, platform.gets - before.1);
        }
        // The poll above is taken for a request that was lost, and is sent again.
    }
}

#[test]
fn the_list_is_left_at_its_end_and_tried_again() {
    let mut jobs: Vec<_> = (0..50).map(|n| ending(n, End::Never, 900)).collect();
    jobs[..10].iter_mut().for_each(|job| job.listed = Some(secs(20)));
    let mut platform = Platform::new(jobs);
    let mut late = run(&platform);
    assert_eq!(round(&mut late, &mut platform), (2, 10));
    assert_eq!(round(&mut late, &mut platform), (1, 10));
    let rounds: Vec<_> = (0..20).map(|_| round(&mut late, &mut platform)).collect();
    assert_eq!(rounds.last(), Some(&(1, 0)), "{rounds:?}");

    // Once no page is read any more.
    platform.jobs.iter_mut().for_each(|job| job.listed = Some(secs(20)));
    let mut late = run(&platform);
    assert_eq!(round(&mut late, &mut platform), (1, 50));
    let rounds: Vec<_> = (0..20).map(|_| round(&mut late, &mut platform)).collect();
    assert_eq!((rounds[0], rounds[19]), ((0, 50), (1, 0)), "{rounds:?}");

    let jobs = (0..250).map(|n| ending(n, End::Never, 900)).collect();
    let mut platform = Platform { repeats: true, ..Platform::new(jobs) };
    let mut repeated = run(&platform);
    assert_eq!(round(&mut repeated, &mut platform), (2, 150));
}
