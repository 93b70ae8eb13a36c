use std::time::Duration;

use http::Response;
use serde::{Deserialize, Serialize};

use super::job_report::{self, Last, failed, is_completed, without_secrets};
use super::poll_schedule::PollSchedule;
use super::retry_state::RetryState;
use super::version::Version;
use super::{Flow, FlowError, JobError, JobSnapshot, JobUpdate, RetryPolicy, SendFailure, Step};
use crate::error::{ResponseError, retry_after};
use crate::hub::Hub;
use crate::jobs::GetJob;
use crate::model::JobId;
use crate::model::{Job, JobDescriptor};
use crate::operation::Operation;
use crate::wire::plain::plain;
use crate::wire::timestamp::Timestamp;

/// Its name in events.
const NAME: &str = "JobTracker";

/// Tracks a job: polls it until it ends. It yields an update whenever the job's state or progress
/// changes, the last one when the job is completed; any other end is an [error](JobError)
/// with the job or what was last known of it.
///
/// The first poll is immediate, the second after 250 ms; each interval is 1.5 times the one before,
/// at most [`poll_interval`](Self::poll_interval). A `Retry-After` is waited for. A job may be
/// missing (`404.job`) for some time after it was accepted: that is tolerated for 5 responses or
/// 15 s, whichever is longer. After the job was seen, `404.job` means that it no longer exists.
/// The time limit is one hour from the first poll; see [`deadline`](Self::deadline).
///
/// An outage doesn't end it: after a failed connection, a timeout, a 429 or a 5xx it polls on,
/// with the backoff of its [`RetryPolicy`], until the deadline; the error then names the last
/// failure. What can't pass, such as a 401, a 403 or a job that no longer exists, ends it at once.
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
    last_reported: Last,
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
        match descriptor.job_id() {
            Some(id) => Ok(Self::new(id, seed)),
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
        job_report::snapshot(&self.last_reported)
    }

    /// The completed job: that of the last update if it is passed in, else the job without the
    /// input and output of its tasks. They may be secret, and a flow can be stored.
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
        if !job_report::is_missing(&error) {
            return Err(error.into());
        }
        let waited = self.schedule.elapsed(now);
        job_report::missing(&self.id, &mut self.unknown, &self.last_reported, waited)
            .inspect_err(|_| self.ended = true)
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
            let (last, failure) = (&self.last_reported, self.retry.failure());
            return Err(job_report::late(&self.id, self.schedule.limit, last, failure));
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
        if job.id != self.id {
            self.schedule_poll(retry_after(&reply.headers, now), now);
            return Err(job_report::other_job(&self.id, &job, hub));
        }
        self.ended = job.state.current.is_final();
        if is_completed(&job) {
            let stored = without_values(without_secrets(job.clone(), &hub.secrets()));
            self.completed = Some(Box::new(stored));
        }
        if !self.ended {
            self.schedule_poll(retry_after(&reply.headers, now), now);
        }
        job_report::take(&mut self.last_reported, job, NAME, hub, reply.attempts)
    }
}

fn is_fault(error: &FlowError) -> bool {
    use FlowError::{BodyTooLarge, Timeout, Transport};
    matches!(error, Transport { .. } | Timeout { .. } | BodyTooLarge { .. })
}

fn without_values(mut job: Job) -> Job {
    for task in &mut job.tasks {
        (task.input, task.output) = (None, None);
    }
    job
}
