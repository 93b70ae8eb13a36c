//! What is reported of a followed job, by both trackers.

use std::cmp::Ordering;
use std::time::Duration;

use super::subject::Subject;
use super::{FlowError, JobError, JobSnapshot, JobUpdate};
use crate::error::{ErrorCode, ResponseError};
use crate::event::EventKind;
use crate::hub::Hub;
use crate::jobs::GetJob;
use crate::model::{Job, JobId, JobProgress, JobStatus};
use crate::wire::redact::Secrets;

const MISSING_RESPONSES: u32 = 5;
const MISSING_TIME: Duration = Duration::from_secs(15);

/// What a [`JobsTracker`](super::JobsTracker) reports of one of its jobs.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobReport {
    /// The job's id.
    pub id: JobId,
    /// What a [`JobTracker`](super::JobTracker) of this job would yield. After an error, as after
    /// the update of the completed job, the job is no longer tracked.
    pub result: Result<JobUpdate, FlowError>,
}

impl JobReport {
    /// Whether this is the job's last report: it is completed, or the result is an error.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.result.as_ref().map_or(true, |update| is_completed(&update.job))
    }
}

/// What was last reported of a job. Not the job: many are followed at a time, and stored.
pub(super) type Last = Option<(JobStatus, JobProgress)>;

pub(super) fn snapshot(last: &Last) -> Option<JobSnapshot> {
    let (status, progress) = last.clone()?;
    Some(JobSnapshot { status, progress })
}

/// Takes a job as the platform returned it: an update if its state or progress changed, or the
/// error of its end.
pub(super) fn take(
    last: &mut Last,
    job: Job,
    flow: &'static str,
    hub: &Hub,
    attempts: u32,
) -> Result<Option<JobUpdate>, FlowError> {
    // A server may repeat any part of a request, in any text of the job.
    let secrets = hub.secrets();
    let (status, progress) = (secrets.plain(job.state.current.as_str()), job.progress());
    let status = JobStatus::from(&*status);
    if last.as_ref().is_none_or(|(last, _)| *last != status) {
        let JobProgress { done, total, .. } = progress;
        if let Some(subject) = Subject::of(flow, &GetJob::new(&job.id), hub) {
            let kind = EventKind::JobState { state: status.as_str(), done, total };
            subject.observe(hub, attempts, kind);
        }
    }
    let changed = changed(last, &status, progress);
    match job.state.current {
        JobStatus::Error => Err(failed(JobError::Failed { job: without_secrets(job, &secrets) })),
        JobStatus::Expired => {
            Err(failed(JobError::Expired { job: without_secrets(job, &secrets) }))
        }
        _ => Ok(changed.map(|progress| JobUpdate { job, progress })),
    }
}

/// The progress to report, if the state or the progress changed. The state comes without secrets.
fn changed(last: &mut Last, status: &JobStatus, mut progress: JobProgress) -> Option<JobProgress> {
    if let Some((last_status, last_progress)) = last {
        if compare_shares(progress, *last_progress) == Ordering::Less {
            progress = *last_progress;
        }
        if (status, progress) == (last_status, *last_progress) {
            return None;
        }
    }
    *last = Some((status.clone(), progress));
    Some(progress)
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

pub(super) fn is_missing(error: &ResponseError) -> bool {
    error.code() == Some(&ErrorCode::NOT_FOUND_JOB)
}

/// Tolerates a missing job for a while, if it was never seen. `unknown` counts these responses.
pub(super) fn missing(
    id: &JobId,
    unknown: &mut u32,
    last: &Last,
    waited: Duration,
) -> Result<(), FlowError> {
    *unknown = unknown.saturating_add(1);
    let may_appear = *unknown <= MISSING_RESPONSES || waited < MISSING_TIME;
    if last.is_none() && may_appear {
        return Ok(());
    }
    Err(failed(JobError::Gone { id: id.clone(), last: snapshot(last) }))
}

/// The error of a job whose deadline passed.
pub(super) fn late(id: &JobId, limit: Duration, last: &Last, failure: Option<&str>) -> FlowError {
    let (id, last, last_failure) = (id.clone(), snapshot(last), failure.map(str::to_owned));
    failed(JobError::DeadlinePassed { id, limit, last, last_failure })
}

/// The error of a response that is about another job.
pub(super) fn other_job(id: &JobId, answered: &Job, hub: &Hub) -> FlowError {
    let answered = hub.secrets().plain(answered.id.as_str());
    failed(JobError::OtherJob { id: id.clone(), answered })
}

pub(super) fn is_completed(job: &Job) -> bool {
    job.state.current == JobStatus::Completed
}

/// The job for an error or a stored flow, with its texts as these have them.
pub(super) fn without_secrets(mut job: Job, secrets: &Secrets<'_>) -> Job {
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

pub(super) fn failed(error: JobError) -> FlowError {
    FlowError::Job(Box::new(error))
}
