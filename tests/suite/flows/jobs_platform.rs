//! A platform of jobs, whose answers depend on the time alone: so each flow sees the same jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use cycle_images::flow::{
    Flow, FlowError, JobError, JobReport, JobTracker, JobUpdate, JobsTracker, Step,
};
use cycle_images::http::Request;
use cycle_images::model::JobStatus;
use cycle_images::{JobId, Timestamp};
use serde_json::{Value, json};

use crate::clock::{Clock, Run, secs};
use crate::outcomes::{Outcome, data, unknown_job};

pub(crate) const UNITS: u32 = 4;

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    Failed,
    Expired,
    /// It is completed, and no longer exists.
    Gone,
    /// It never existed.
    Unknown,
    /// It runs on.
    Never,
}

#[derive(Clone, Debug)]
pub(crate) struct PlatformJob {
    pub(crate) id: String,
    /// When it was queued, in seconds after the start; jobs of others may be older.
    pub(crate) queued: i64,
    /// From when on a `GetJob` shows it.
    pub(crate) appears: Duration,
    /// From when on the list shows it, if it does.
    pub(crate) listed: Option<Duration>,
    pub(crate) lasts: Duration,
    pub(crate) end: End,
}

/// The order of a page's list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// As it is asked for.
    Asked,
    Reversed,
    /// Another one for each page.
    Any,
}

#[derive(Clone, Debug)]
pub(crate) struct Platform {
    pub(crate) jobs: Vec<PlatformJob>,
    pub(crate) order: Order,
    /// The most jobs of a page.
    pub(crate) page_cap: usize,
    /// Pages have any number of jobs, up to the cap.
    pub(crate) is_short: bool,
    /// The page number is ignored.
    pub(crate) repeats: bool,
    pub(crate) random: u64,
    pub(crate) lists: usize,
    pub(crate) gets: usize,
}

impl Platform {
    pub(crate) fn new(jobs: Vec<PlatformJob>) -> Self {
        let (order, page_cap, is_short, repeats) = (Order::Asked, 100, false, false);
        Self { jobs, order, page_cap, is_short, repeats, random: 7, lists: 0, gets: 0 }
    }

    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.random >> 33
    }

    pub(crate) fn serve(&mut self, request: &Request<Vec<u8>>, passed: Duration) -> Outcome {
        let Some(id) = request.uri().path().strip_prefix("/v1/jobs/") else {
            self.lists += 1;
            return self.list(request.uri().query().unwrap_or_default(), passed);
        };
        self.gets += 1;
        let job = self.jobs.iter().find(|job| job.id == id);
        job.filter(|job| job.exists(passed)).map_or_else(unknown_job, |job| data(&job.json(passed)))
    }

    fn list(&mut self, query: &str, passed: Duration) -> Outcome {
        let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let start: Timestamp = query["filter[range-start]"].parse().unwrap();
        let number: usize = query["page[number]"].parse().unwrap();
        let size: usize = query["page[size]"].parse().unwrap();
        assert_eq!(query["sort"], "id");
        let is_listed = |job: &&PlatformJob| {
            job.exists(passed)
                && job.listed.is_some_and(|from| from <= passed)
                && time(job.queued) >= start
        };
        let mut jobs: Vec<PlatformJob> = self.jobs.iter().filter(is_listed).cloned().collect();
        match self.order {
            Order::Asked => jobs.sort_by(|a, b| a.id.cmp(&b.id)),
            Order::Reversed => jobs.sort_by(|a, b| b.id.cmp(&a.id)),
            Order::Any => jobs.sort_by_cached_key(|_| self.next_random()),
        }
        let cap = size.min(self.page_cap);
        let skipped = if self.repeats { 0 } else { (number - 1) * cap };
        let mut page: Vec<Value> =
            jobs.iter().skip(skipped).take(cap).map(|job| job.json(passed)).collect();
        if self.is_short {
            let length = 1 + usize::try_from(self.next_random()).unwrap() % cap;
            page.truncate(length);
        }
        data(&page.into())
    }
}

impl PlatformJob {
    fn exists(&self, passed: Duration) -> bool {
        match self.end {
            End::Unknown => false,
            End::Gone => self.appears <= passed && passed < self.lasts,
            _ => self.appears <= passed,
        }
    }

    fn json(&self, passed: Duration) -> Value {
        let is_over = passed >= self.lasts;
        let state = match self.end {
            End::Completed if is_over => "completed",
            End::Failed if is_over => "error",
            End::Expired if is_over => "expired",
            _ => "running",
        };
        let unit = self.lasts / UNITS;
        let step = |n: u32| {
            let completed = if passed >= unit * (n + 1) { "2026-03-26T10:00:00Z" } else { "" };
            json!({"started": "2026-03-26T10:00:00Z", "completed": completed})
        };
        let steps: Vec<Value> = (0..UNITS).map(step).collect();
        let message = (state == "error").then(|| json!({"message": "no space"}));
        json!({"id": self.id, "caption": "Import", "events": {"queued": time(self.queued)},
            "state": {"current": state, "error": message},
            "tasks": [{"state": {"current": "running"}, "steps": steps}]})
    }
}

/// A job that was queued half a minute ago, and is completed at this time.
pub(crate) fn job_until(number: usize, lasts: Duration) -> PlatformJob {
    let (queued, appears, listed) = (-30, Duration::ZERO, Some(Duration::ZERO));
    PlatformJob {
        id: object_id(queued, number),
        queued,
        appears,
        listed,
        lasts,
        end: End::Completed,
    }
}

/// This long after the start of the clock.
pub(crate) fn time(seconds: i64) -> Timestamp {
    let start = Clock::start().now().unix_seconds();
    Timestamp::UNIX_EPOCH.saturating_add(secs(u64::try_from(start + seconds).unwrap()))
}

/// An id as the platform's: its first digits are the time.
pub(crate) fn object_id(seconds: i64, number: usize) -> String {
    format!("{:08x}{number:016x}", time(seconds).unix_seconds())
}

/// What a flow reported of a job at last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    Completed(Value),
    Error(String),
}

/// The last report of a job, without what depends on when the job was polled.
pub(crate) fn ended(id: &JobId, result: &Reported) -> Option<Ended> {
    match result {
        Ok(update) if update.job.state.current == JobStatus::Completed => {
            assert_eq!(update.job.id, *id);
            Some(Ended::Completed(serde_json::to_value(update).unwrap()))
        }
        Ok(update) => {
            assert_eq!(update.job.id, *id);
            assert!(!update.job.state.current.is_final());
            None
        }
        Err(FlowError::Job(error)) => Some(Ended::Error(match &**error {
            JobError::Gone { id, .. } => format!("{id} is gone"),
            JobError::DeadlinePassed { id, limit, .. } => format!("{id} did not end in {limit:?}"),
            error => error.to_string(),
        })),
        Err(error) => Some(Ended::Error(error.to_string())),
    }
}

pub(crate) type Reported = Result<JobUpdate, FlowError>;

/// All reports of each job.
#[derive(Debug, Default)]
pub(crate) struct Reports(pub(crate) BTreeMap<JobId, Vec<Reported>>);

impl Reports {
    pub(crate) fn add(&mut self, id: &JobId, result: Reported) {
        let of_job = self.0.entry(id.clone()).or_default();
        let last = of_job.last().and_then(|last| ended(id, last));
        assert!(last.is_none(), "after {last:?}: {result:?}");
        of_job.push(result);
    }

    pub(crate) fn add_all(&mut self, reports: Vec<JobReport>) {
        assert!(!reports.is_empty());
        for report in reports {
            assert_eq!(report.is_last(), ended(&report.id, &report.result).is_some());
            self.add(&report.id, report.result);
        }
    }

    /// The one end of each job.
    pub(crate) fn ends(&self) -> BTreeMap<JobId, Ended> {
        let end = |(id, reports): (&JobId, &Vec<Reported>)| {
            Some((id.clone(), reports.last().and_then(|last| ended(id, last))?))
        };
        self.0.iter().filter_map(end).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

/// What trackers of one job each report, and how many requests they take.
pub(crate) fn singles(platform: &Platform, ids: &[JobId], deadline: Duration) -> (Reports, usize) {
    let (mut reports, mut requests) = (Reports::default(), 0);
    for id in ids {
        let mut platform = platform.clone();
        let tracker = JobTracker::new(id, 7).deadline(deadline);
        let mut run = Run::new(tracker);
        loop {
            let outcome = match run.until_sent() {
                Ok(Some(request)) => {
                    let outcome = platform.serve(&request, run.clock.passed());
                    run.handle(outcome).transpose()
                }
                Ok(None) => break,
                Err(error) => Some(Err(error)),
            };
            let Some(result) = outcome else { continue };
            let is_over = result.is_err();
            reports.add(id, result);
            if is_over {
                break;
            }
        }
        requests += platform.gets;
    }
    (reports, requests)
}

/// Runs a tracker of many jobs to its end. `fault` may take the place of a response, and what is
/// stored before each request is resumed instead where `is_stored` says so.
pub(crate) fn together(
    run: &mut Run<JobsTracker>,
    platform: &mut Platform,
    mut fault: impl FnMut(&Request<Vec<u8>>) -> Option<Outcome>,
    mut is_stored: impl FnMut() -> bool,
) -> Reports {
    let mut reports = Reports::default();
    for _ in 0..200_000 {
        if is_stored() {
            let stored = serde_json::to_string(&run.flow).unwrap();
            run.flow = serde_json::from_str(&stored).unwrap();
        }
        if let Some(late) = run.flow.due(run.clock.now()) {
            reports.add_all(late);
            continue;
        }
        match run.poll().unwrap() {
            Step::Send { request, timeout } => {
                assert!(!timeout.is_zero());
                if is_stored() {
                    // Resumed by a process that doesn't know what became of the request.
                    let stored = serde_json::to_string(&run.flow).unwrap();
                    run.flow = serde_json::from_str(&stored).unwrap();
                    if is_stored() {
                        continue;
                    }
                }
                let outcome =
                    fault(&request).unwrap_or_else(|| platform.serve(&request, run.clock.passed()));
                if let Some(items) = run.handle(outcome).unwrap() {
                    reports.add_all(items);
                }
            }
            Step::Wait(time) => {
                assert!(!time.is_zero(), "a wait for nothing would turn in a circle");
                run.clock.pass(time);
            }
            Step::Done => return reports,
        }
    }
    panic!("it doesn't end: {} jobs are left", run.flow.ids().len());
}
