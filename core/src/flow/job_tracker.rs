use std::cmp::Ordering;
use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::job_update::{JobSnapshot, JobUpdate};
use super::poll_schedule::PollSchedule;
use super::retry_state::RetryState;
use super::subject::Subject;
use super::version::Version;
use super::{Flow, FlowError, JobError, RetryPolicy, SendFailure, Step};
use crate::error::{ErrorCode, ResponseError, retry_after};
use crate::event::EventKind;
use crate::hub::Hub;
use crate::jobs::GetJob;
use crate::model::JobId;
use crate::model::{Job, JobDescriptor, JobProgress, JobStatus};
use crate::operation::Operation;
use crate::wire::plain::plain;
use crate::wire::redact::Secrets;
use crate::wire::timestamp::Timestamp;

/// Its name in events.
const NAME: &str = "JobTracker";

const MISSING_RESPONSES: u32 = 5;
const MISSING_TIME: Duration = Duration::from_secs(15);

/// Tracks a job: polls it until it ends. It yields an update whenever the job's state or progress
/// changes, the last one when the job is completed; any other end is an [error](JobError)
/// with the job or what was last known of it.
///
/// The first poll is immediate, the second after 250 ms; each interval is 1.5 times the one before,
/// at most [`poll_interval`](Self::poll_interval). A `Retry-After` is waited for. A job may be
/// missing (`404.job`) for some time after it was accepted: that is tolerated for 5 responses or
/// 15 s, whichever is longer. After the job was seen, `404.job` means that it is gone.
/// The time limit is one hour from the first poll; see [`deadline`](Self::deadline).
///
/// An outage doesn't end it: after a failed connection, a timeout, a 429 or a 5xx it polls on, with the
/// backoff of its [`RetryPolicy`], until the deadline; the error then names the last failure. What can't
/// pass, such as a 401, a 403 or a job that is gone, ends it at once.
///
/// Capability: `apionly-jobs-view`.
///
/// ```
/// use cycle_images::flow::{Flow, Step, JobTracker};
/// use cycle_images::{Hub, JobId, Timestamp};
///
/// let hub = Hub::new("key", "hub")?;
/// let now: Timestamp = "2026-03-26T10:00:00Z".parse()?;
/// let mut track = JobTracker::new(JobId::new("j1")?, 42);
/// let Step::Send { request, .. } = track.poll(&hub, now)? else { panic!() };
/// assert_eq!(request.uri().path(), "/v1/jobs/j1");
///
/// // A tracker can be resumed in another process.
/// let text = serde_json::to_string(&track)?;
/// let mut track: JobTracker = serde_json::from_str(&text)?;
/// let response = r#"{"data": {"id": "j1", "state": {"current": "completed"}}}"#;
/// let update = track.handle(&hub, Ok(http::Response::new(response)), now)?.unwrap();
/// assert!(update.job.state.current.is_final());
/// assert!(matches!(track.poll(&hub, now)?, Step::Done));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias("poll", "waiter", "wait"))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a flow does nothing until it is run"]
pub struct JobTracker {
    version: Version,
    id: JobId,
    retry: RetryState,
    schedule: PollSchedule,
    unknown: u32,
    /// Not the job: many trackers wait at a time, and are stored.
    last_reported: Option<(JobStatus, JobProgress)>,
    completed: Option<Box<Job>>,
    ended: bool,
}

impl JobTracker {
    /// Tracks a job. The seed is that of the backoff's jitter: use another for each flow.
    pub fn new(id: impl Into<JobId>, seed: u64) -> Self {
        Self {
            version: Version,
            id: id.into(),
            retry: RetryState::new(seed),
            schedule: PollSchedule::new(),
            unknown: 0,
            last_reported: None,
            completed: None,
            ended: false,
        }
    }

    /// Tracks the job that a descriptor names.
    ///
    /// # Errors
    /// [`JobError::NoJob`] if it names none.
    pub fn from_descriptor(descriptor: &JobDescriptor, seed: u64) -> Result<Self, FlowError> {
        match &descriptor.job {
            Some(job) => Ok(Self::new(&job.id, seed)),
            None => Err(failed(JobError::NoJob { action: plain(&descriptor.action, 40) })),
        }
    }

    /// Sets the retry policy: its backoff. A tracker has no largest number of attempts.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry.policy = policy;
        self
    }

    /// Sets the time limit of the job, from the first poll on; one hour by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.schedule.limit = limit;
        self
    }

    /// Sets the longest time between two polls of the job; 5 s by default, at least 0.1 s. A longer
    /// `Retry-After` is still waited for.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.set_interval(interval);
        self
    }

    /// The last known state of the job; `None` before the first response.
    #[must_use]
    pub fn last(&self) -> Option<JobSnapshot> {
        let (status, progress) = self.last_reported.clone()?;
        Some(JobSnapshot { status, progress })
    }

    /// The completed job: that of the last update if it is passed in, else the job without the input
    /// and output of its tasks. They may be secret, and a flow can be stored.
    ///
    /// # Errors
    /// [`FlowError::Ended`] if the job isn't completed.
    pub fn completed(&self, last_reported: Option<JobUpdate>) -> Result<Job, FlowError> {
        let job = match last_reported {
            Some(update) => Some(update.job).filter(is_completed),
            None => self.completed.as_deref().cloned(),
        };
        job.ok_or(FlowError::Ended)
    }

    fn schedule_poll(&mut self, asked: Option<Duration>, now: Timestamp) {
        self.retry.hold(self.schedule.next_wait(asked), now);
    }

    /// Tolerates a missing job for a while. After any error response the next poll is delayed: a
    /// caller that resumes the flow must not flood the platform.
    fn refused(&mut self, error: ResponseError, now: Timestamp) -> Result<(), FlowError> {
        self.schedule_poll(retry_after(error.headers(), now), now);
        if error.code() != Some(&ErrorCode::NOT_FOUND_JOB) {
            return Err(error.into());
        }
        self.unknown = self.unknown.saturating_add(1);
        let waited = self.schedule.elapsed(now);
        let may_appear = self.unknown <= MISSING_RESPONSES || waited < MISSING_TIME;
        if self.last_reported.is_none() && may_appear {
            return Ok(());
        }
        self.ended = true;
        Err(failed(JobError::Gone { id: self.id.clone(), last: self.last() }))
    }

    /// The progress to report, if the state or the progress changed. The state comes without secrets.
    fn changed(&mut self, status: &JobStatus, mut progress: JobProgress) -> Option<JobProgress> {
        if let Some((last_status, last_progress)) = &self.last_reported {
            if compare_shares(progress, *last_progress) == Ordering::Less {
                progress = *last_progress;
            }
            if (status, progress) == (last_status, *last_progress) {
                return None;
            }
        }
        self.last_reported = Some((status.clone(), progress));
        Some(progress)
    }
}

impl Flow for JobTracker {
    type Item = JobUpdate;

    fn operation(&self) -> &'static str {
        <GetJob as Operation>::NAME
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        if self.ended {
            return Ok(Step::Done);
        }
        let left = self.schedule.left(now);
        if left.is_zero() {
            return Err(failed(JobError::DeadlinePassed {
                id: self.id.clone(),
                limit: self.schedule.limit,
                last: self.last(),
                last_failure: self.retry.failure().map(str::to_owned),
            }));
        }
        self.retry.poll_within(left, NAME, &GetJob::new(&self.id), hub, now)
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<JobUpdate>, FlowError> {
        let (get, interval) = (GetJob::new(&self.id), Some(self.schedule.interval()));
        let reply = match self.retry.handle(NAME, &get, hub, outcome, now, interval) {
            Ok(Some(reply)) => reply,
            Ok(None) => return Ok(None),
            Err(FlowError::Response(error)) => return self.refused(error, now).map(|()| None),
            Err(error) => {
                // A caller that resumes after a failed connection has to wait, too.
                if is_fault(&error) {
                    self.schedule_poll(None, now);
                }
                return Err(error);
            }
        };
        let job = reply.data;
        // A server may repeat any part of a request, in any text of the job.
        let secrets = hub.secrets();
        if job.id != self.id {
            self.schedule_poll(retry_after(&reply.headers, now), now);
            let answered = secrets.plain(job.id.as_str());
            return Err(failed(JobError::OtherJob { id: self.id.clone(), answered }));
        }
        let (status, progress) = (secrets.plain(job.state.current.as_str()), job.progress());
        let status = JobStatus::from(&*status);
        if self.last_reported.as_ref().is_none_or(|(last, _)| *last != status) {
            let JobProgress { done, total, .. } = progress;
            if let Some(subject) = Subject::of(NAME, &get, hub) {
                let kind = EventKind::JobState { state: status.as_str(), done, total };
                subject.observe(hub, reply.attempts, kind);
            }
        }
        let changed = self.changed(&status, progress);
        self.ended = job.state.current.is_final();
        match job.state.current {
            JobStatus::Error => {
                return Err(failed(JobError::Failed { job: without_secrets(job, &secrets) }));
            }
            JobStatus::Expired => {
                return Err(failed(JobError::Expired { job: without_secrets(job, &secrets) }));
            }
            JobStatus::Completed => {
                let stored = without_values(without_secrets(job.clone(), &secrets));
                self.completed = Some(Box::new(stored));
            }
            _ => self.schedule_poll(retry_after(&reply.headers, now), now),
        }
        Ok(changed.map(|progress| JobUpdate { job, progress }))
    }
}

/// Compares the ratios of two progresses, without rounding.
fn compare_shares(a: JobProgress, b: JobProgress) -> Ordering {
    let through = |of: JobProgress, within: JobProgress| {
        (of.done as u128)
            .saturating_add(of.failed as u128)
            .saturating_mul(within.total.max(1) as u128)
    };
    through(a, b).cmp(&through(b, a))
}

fn is_fault(error: &FlowError) -> bool {
    use FlowError::{BodyTooLarge, Timeout, Transport};
    matches!(error, Transport { .. } | Timeout { .. } | BodyTooLarge { .. })
}

fn is_completed(job: &Job) -> bool {
    job.state.current == JobStatus::Completed
}

/// The job for an error or a stored flow, with its texts as these have them.
fn without_secrets(mut job: Job, secrets: &Secrets<'_>) -> Job {
    let texts = [&mut job.queue, &mut job.caption, &mut job.hash];
    texts.into_iter().for_each(|text| *text = secrets.plain(text));
    let errors = job.tasks.iter_mut().map(|task| &mut task.error).chain([&mut job.state.error]);
    for message in errors.flatten().filter_map(|error| error.message.as_mut()) {
        *message = secrets.plain(message);
    }
    for task in &mut job.tasks {
        let steps =
            task.steps.iter_mut().flat_map(|step| [&mut step.caption, &mut step.description]);
        for text in steps.chain([&mut task.caption, &mut task.header]) {
            *text = secrets.plain(text);
        }
    }
    job
}

fn without_values(mut job: Job) -> Job {
    for task in &mut job.tasks {
        (task.input, task.output) = (None, None);
    }
    job
}

fn failed(error: JobError) -> FlowError {
    FlowError::Job(Box::new(error))
}
