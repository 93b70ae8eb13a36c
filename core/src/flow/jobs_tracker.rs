use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::job_report::{self, JobReport};
use super::pages::hash;
use super::poll_schedule::{PollSchedule, elapsed};
use super::retry_state::RetryState;
use super::tracked_job::{Pass, Tracked, sort, sorted};
use super::version::Version;
use super::{Flow, FlowError, JobSnapshot, JobUpdate, RetryPolicy, SendFailure, Step};
use crate::error::retry_after;
use crate::hub::Hub;
use crate::jobs::{GetJob, GetJobs};
use crate::model::{Job, JobId};
use crate::operation::{Operation, ReplyOf};
use crate::wire::timestamp::Timestamp;

/// Its name in events.
const NAME: &str = "JobsTracker";

/// As many jobs as aren't worth a page of a hundred.
const FEW: usize = 3;
/// How often a page may fail in a row before a job is polled instead.
const LIST_FAILURES: u32 = 4;
/// After so many rounds, the list is tried again for the jobs that it didn't show.
const LIST_AGAIN: u32 = 8;

/// Tracks many jobs of a hub: it yields what a [`JobTracker`](super::JobTracker) of each would
/// yield, as [`JobReport`]s, for far fewer requests.
///
/// It works in rounds, at the intervals of a `JobTracker`. A round reads the list of jobs, from the
/// oldest tracked job on, page by page until it has shown all of them. The jobs that it doesn't
/// show are polled one by one, and so are all jobs if that takes fewer requests. So the list never
/// decides that a job doesn't exist: only a `404.job` for the job itself does, as in a
/// `JobTracker`.
///
/// Jobs can be [added](Self::add) and [removed](Self::remove) while it runs; an added job is polled
/// in the next round. Each job has a [deadline](Self::deadline) of its own. The flow is done when
/// it has no job left.
///
/// # Storing it
/// A flow that is resumed repeats what it reported since it was stored: a report may come twice.
/// `with_save` of the clients stores a flow before each request. The jobs that were added after
/// the last request, and the end of the last jobs, are not stored by it: store the flow then, too.
///
/// # Errors
/// The end of one job, or an error that only it has, is a [report](JobReport) and doesn't end the
/// flow. What concerns all jobs, such as a 401, a 403 or a fatal error of the HTTP client, is the
/// flow's error: it loses no job, and can be resumed. An outage is neither: it is waited for, until
/// each job's deadline passes. A deadline that passes while a request is in flight is reported when
/// that has ended.
///
/// A loop of your own asks for [`due`](Flow::due) before each [`poll`](Flow::poll): a passed
/// deadline is reported there. Otherwise it is an error of `poll`, which doesn't end the flow.
///
/// Capability: `apionly-jobs-view`.
///
/// ```
/// use cycle_images::flow::{Flow, JobsTracker, Step};
/// use cycle_images::{Hub, JobId, Timestamp};
///
/// let hub = Hub::new("key", "hub")?;
/// let now: Timestamp = "2026-03-26T10:00:00Z".parse()?;
/// let id = |n: u64| JobId::new(format!("69c5014d{n:016x}"));
/// let ids = (0..500).map(id).collect::<Result<Vec<_>, _>>()?;
/// let mut jobs = JobsTracker::new(&ids, 42);
/// let Step::Send { request, .. } = jobs.poll(&hub, now)? else { panic!() };
/// assert_eq!(request.uri().path(), "/v1/jobs");
///
/// let page = r#"{"data": [
///     {"id": "69c5014d0000000000000007", "state": {"current": "completed"}}
/// ]}"#;
/// let reports = jobs.handle(&hub, Ok(http::Response::new(page)), now)?.unwrap();
/// assert!(reports[0].id == ids[7] && reports[0].is_last());
/// assert_eq!(jobs.ids().count(), 499);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias("poll", "waiter", "wait", "batch"))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a flow does nothing until it is run"]
pub struct JobsTracker {
    version: Version,
    retry: RetryState,
    /// When the rounds are. Its limit is that of the jobs that are added without one.
    schedule: PollSchedule,
    /// Sorted by id, also if a stored flow is not.
    #[serde(deserialize_with = "sorted")]
    jobs: Vec<Tracked>,
    next: Option<Next>,
    pass: Option<Pass>,
    /// How many pages the last pass read.
    pages: Option<u32>,
    rounds: u32,
}

/// The request that is sent next, or is in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Next {
    Page,
    Job(JobId),
}

impl JobsTracker {
    /// Tracks these jobs. The seed is that of the backoff's jitter: use another for each flow.
    pub fn new(ids: impl IntoIterator<Item = impl Into<JobId>>, seed: u64) -> Self {
        let schedule = PollSchedule::new();
        let tracked = |id: JobId| Tracked::new(id, schedule.limit);
        let mut jobs: Vec<_> = ids.into_iter().map(|id| tracked(id.into())).collect();
        sort(&mut jobs);
        let retry = RetryState::new(seed);
        let (version, next, pass, pages, rounds) = (Version, None, None, None, 0);
        Self { version, retry, schedule, jobs, next, pass, pages, rounds }
    }

    /// Sets the retry policy: its backoff. A tracker has no largest number of attempts.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Sets the time limit of each job, those added later included: from its first poll on; one
    /// hour by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.schedule.limit = limit;
        self.jobs.iter_mut().for_each(|job| job.limit = limit);
        self
    }

    /// Sets the longest time between two rounds; 5 s by default, at least 0.1 s. A longer
    /// `Retry-After` is still waited for.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.set_interval(interval);
        self
    }

    /// Adds a job to the next round. A job that is tracked already is left as it is.
    pub fn add(&mut self, id: impl Into<JobId>) {
        self.add_with_deadline(id, self.schedule.limit);
    }

    /// Adds a job with a time limit of its own.
    pub fn add_with_deadline(&mut self, id: impl Into<JobId>, limit: Duration) {
        let id = id.into();
        if let Err(index) = self.find(&id) {
            self.jobs.insert(index, Tracked::new(id, limit));
        }
    }

    /// Stops tracking a job. Returns whether it was tracked.
    pub fn remove(&mut self, id: &JobId) -> bool {
        self.find(id).map(|index| self.jobs.remove(index)).is_ok()
    }

    /// The jobs that are tracked, sorted by id.
    #[must_use]
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &JobId> {
        self.jobs.iter().map(|job| &job.id)
    }

    /// The last known state of a job that is tracked; `None` before it was first seen.
    #[must_use]
    pub fn last(&self, id: &JobId) -> Option<JobSnapshot> {
        let job = self.find(id).ok().and_then(|index| self.jobs.get(index))?;
        job_report::snapshot(&job.last)
    }

    fn find(&self, id: &JobId) -> Result<usize, usize> {
        self.jobs.binary_search_by(|job| job.id.cmp(id))
    }

    fn wanted(&self) -> impl Iterator<Item = &Tracked> {
        self.jobs.iter().filter(|job| job.is_wanted())
    }

    /// Decides what costs fewer requests.
    fn choose(&mut self) -> Option<Next> {
        if !self.jobs.iter().any(|job| job.waiting) {
            self.jobs.iter_mut().for_each(|job| job.waiting = true);
            self.rounds = self.rounds.wrapping_add(1);
            if self.rounds % LIST_AGAIN == 0 {
                self.pages = None;
                self.jobs.iter_mut().for_each(|job| job.unlisted = false);
            }
        }
        let (count, since) =
            (self.wanted().count(), self.wanted().filter_map(|job| job.since).min());
        let is_cheaper = count > FEW && self.pages.is_none_or(|read| (read as usize) < count);
        let pass = self.pass.or_else(|| is_cheaper.then_some(Pass::from(since?)));
        self.pass = pass.filter(|_| count > 0);
        match self.pass {
            Some(pass) if pass.failures != LIST_FAILURES => Some(Next::Page),
            _ => self.jobs.iter().find(|job| job.waiting).map(|job| Next::Job(job.id.clone())),
        }
    }

    /// The list doesn't show the jobs that are left, within reach.
    fn end_pass(&mut self) {
        self.pages = self.pass.take().map(|pass| pass.read);
        for job in self.jobs.iter_mut().filter(|job| job.is_wanted()) {
            job.unlisted = true;
        }
    }

    /// The page is sent again some times; after that, once more if a job can be polled. Otherwise
    /// it is an outage, and not the list that fails.
    fn page_failed(&mut self) {
        let Some(pass) = &mut self.pass else { return };
        pass.failures = pass.failures.saturating_add(1);
        if pass.failures > LIST_FAILURES {
            self.end_pass();
        }
    }

    /// Waits for the next round after this one's last response, and for a `Retry-After` after each.
    fn schedule_poll(&mut self, asked: Option<Duration>, now: Timestamp) {
        let is_over = !self.jobs.iter().any(|job| job.waiting);
        let wait = if is_over { Some(self.schedule.next_wait(asked)) } else { asked };
        if let Some(wait) = wait {
            self.retry.hold(wait, now);
        }
    }

    /// The error of the flow. A caller that resumes it waits first.
    fn failed(&mut self, error: FlowError, now: Timestamp) -> FlowError {
        self.retry.hold(self.schedule.next_wait(asked(&error, now)), now);
        error
    }

    fn take_page(&mut self, reply: ReplyOf<GetJobs>, hub: &Hub) -> Vec<JobReport> {
        let seen = hash(reply.data.iter().map(|job| job.id.as_str()));
        let is_empty =
            reply.data.is_empty() && !reply.skipped.iter().any(|skipped| skipped.is_record());
        let (mut reports, mut is_wasted) = (Vec::new(), true);
        for job in reply.data {
            let Ok(index) = self.find(&job.id) else { continue };
            let Some(tracked) = self.jobs.get_mut(index).filter(|job| job.waiting) else {
                continue;
            };
            (is_wasted, tracked.unlisted) = (false, false);
            reports.extend(self.take_job(index, job, hub, reply.attempts));
        }
        let Some(pass) = &mut self.pass else { return reports };
        let is_repeated = pass.hash.replace(seen) == Some(seen);
        pass.read = pass.read.saturating_add(1);
        pass.wasted = pass.wasted.saturating_add(is_wasted.into());
        pass.failures = 0;
        // Reading on costs at most as much again as polling the rest one by one.
        let wasted = usize::try_from(pass.wasted.max(1)).unwrap_or(usize::MAX);
        if is_empty || is_repeated || self.wanted().count() <= wasted {
            self.end_pass();
        }
        reports
    }

    fn take_job(&mut self, index: usize, job: Job, hub: &Hub, attempts: u32) -> Option<JobReport> {
        let tracked = self.jobs.get_mut(index)?;
        tracked.waiting = false;
        let queued = job.events.queued.map(Timestamp::unix_seconds);
        tracked.since = tracked.since.into_iter().chain(queued).min();
        let result = job_report::take(&mut tracked.last, job, NAME, hub, attempts).transpose()?;
        self.report(index, result)
    }

    fn report(&mut self, index: usize, result: Result<JobUpdate, FlowError>) -> Option<JobReport> {
        let report = JobReport { id: self.jobs.get(index)?.id.clone(), result };
        if report.is_last() {
            self.jobs.remove(index);
        }
        Some(report)
    }

    fn answered(
        &mut self,
        index: usize,
        id: &JobId,
        reply: ReplyOf<GetJob>,
        hub: &Hub,
    ) -> Option<JobReport> {
        if reply.data.id == *id {
            return self.take_job(index, reply.data, hub, reply.attempts);
        }
        self.report(index, Err(job_report::other_job(id, &reply.data, hub)))
    }

    /// What an error of polling a job means for it. An error for all jobs is returned.
    fn refused(
        &mut self,
        index: usize,
        error: FlowError,
        now: Timestamp,
    ) -> Result<Option<JobReport>, FlowError> {
        let is_missing = error.response().is_some_and(job_report::is_missing);
        let Some(job) = self.jobs.get_mut(index) else {
            // What only a removed job has is no error of the others.
            let is_of_it = is_missing || is_of_one_job(&error);
            return if is_of_it { Ok(None) } else { Err(self.failed(error, now)) };
        };
        job.waiting = false;
        if is_missing {
            let waited = elapsed(job.started, now);
            let gone = job_report::missing(&job.id, &mut job.unknown, &job.last, waited).err();
            return Ok(gone.and_then(|gone| self.report(index, Err(gone))));
        }
        if is_of_one_job(&error) {
            Ok(self.report(index, Err(error)))
        } else {
            Err(self.failed(error, now))
        }
    }

    fn handle_page(
        &mut self,
        pass: Pass,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Vec<JobReport>, FlowError> {
        let (list, interval) = (pass.operation(), Some(self.schedule.interval()));
        match self.retry.handle(NAME, &list, hub, outcome, now, interval) {
            Ok(Some(reply)) => {
                let asked = retry_after(&reply.headers, now);
                let reports = self.take_page(reply, hub);
                self.schedule_poll(asked, now);
                return Ok(reports);
            }
            Ok(None) => {}
            Err(error) if is_of_the_list(&error) => drop(self.failed(error, now)),
            Err(error) => return Err(self.failed(error, now)),
        }
        self.page_failed();
        Ok(Vec::new())
    }

    fn handle_job(
        &mut self,
        id: &JobId,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<JobReport>, FlowError> {
        let interval = Some(self.schedule.interval());
        let outcome = self.retry.handle(NAME, &GetJob::new(id), hub, outcome, now, interval);
        // It may have been removed meanwhile.
        let index = self.find(id).unwrap_or(usize::MAX);
        let (asked, report) = match outcome {
            Ok(Some(reply)) => {
                (retry_after(&reply.headers, now), self.answered(index, id, reply, hub))
            }
            Ok(None) => return Ok(None),
            Err(error) => (asked(&error, now), self.refused(index, error, now)?),
        };
        if let Some(pass) = self.pass.as_mut().filter(|pass| pass.failures == LIST_FAILURES) {
            pass.failures = pass.failures.saturating_add(1);
        }
        self.schedule_poll(asked, now);
        Ok(report)
    }
}

impl Flow for JobsTracker {
    type Item = Vec<JobReport>;

    fn operation(&self) -> &'static str {
        <GetJobs as Operation>::NAME
    }

    fn due(&mut self, now: Timestamp) -> Option<Vec<JobReport>> {
        let (mut late, failure) = (Vec::new(), self.retry.failure());
        self.jobs.retain_mut(|job| {
            let is_late = job.left(now).is_zero();
            if is_late {
                late.push(JobReport { id: job.id.clone(), result: Err(job.late(failure)) });
            }
            !is_late
        });
        Some(late).filter(|late| !late.is_empty())
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if let Some(index) = self.jobs.iter_mut().position(|job| job.left(now).is_zero()) {
            return Err(self.jobs.remove(index).late(self.retry.failure()));
        }
        let next = self.choose();
        let mut left = |is_asked: &dyn Fn(&Tracked) -> bool| {
            self.jobs.iter_mut().filter(|job| is_asked(job)).map(|job| job.left(now)).max()
        };
        let step = match (&next, self.pass) {
            (Some(Next::Page), Some(pass)) => {
                let left = left(&|job| job.waiting).unwrap_or_default();
                self.retry.poll_within(left, NAME, &pass.operation(), hub, now)
            }
            (Some(Next::Job(id)), _) => {
                let left = left(&|job| job.id == *id).unwrap_or_default();
                self.retry.poll_within(left, NAME, &GetJob::new(id), hub, now)
            }
            _ => return Ok(Step::Done),
        };
        match (step, next) {
            (Ok(Step::Wait(time)), _) => {
                let left = self.jobs.iter_mut().map(|job| job.left(now)).min();
                Ok(Step::Wait(time.min(left.unwrap_or(time))))
            }
            (Err(error), Some(Next::Job(id))) => {
                // Whoever resumes the flow polls the others.
                self.jobs.iter_mut().filter(|job| job.id == id).for_each(|job| job.waiting = false);
                Err(self.failed(error, now))
            }
            (step, next) => {
                self.next = next;
                step
            }
        }
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<Vec<JobReport>>, FlowError> {
        let reports = match (self.next.take(), self.pass) {
            (Some(Next::Page), Some(pass)) => self.handle_page(pass, hub, outcome, now)?,
            (Some(Next::Job(id)), _) => Vec::from_iter(self.handle_job(&id, hub, outcome, now)?),
            _ => return Err(FlowError::NothingInFlight),
        };
        Ok(Some(reports).filter(|reports| !reports.is_empty()))
    }
}

/// The `Retry-After` of the response.
fn asked(error: &FlowError, now: Timestamp) -> Option<Duration> {
    retry_after(error.response()?.headers(), now)
}

/// Whether another job can be polled after this error.
fn is_of_one_job(error: &FlowError) -> bool {
    match error {
        FlowError::Response(error) => error.status().is_success() || error.is_invalid(),
        error => matches!(error, FlowError::BodyTooLarge { .. }),
    }
}

/// Whether a job can be polled after this error of the list.
fn is_of_the_list(error: &FlowError) -> bool {
    match error {
        FlowError::Response(error) => !error.is_unauthorized() && !error.is_forbidden(),
        error => matches!(error, FlowError::BodyTooLarge { .. }),
    }
}
