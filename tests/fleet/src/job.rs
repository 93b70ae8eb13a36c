use cycle_images::JobId;
use cycle_images::flow::{FlowError, JobError, JobTracker};
use cycle_images::id::HubId;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A message of the work queue: a job to follow, and the tracker that it begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowedJob {
    /// The hub that the job belongs to.
    pub hub: HubId,
    /// The job.
    pub job: JobId,
    /// Its tracker as it was submitted.
    pub tracker: JobTracker,
}

/// What the bucket holds of a job.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Following(Box<JobTracker>),
    Ended(Outcome),
}

/// How a job ended: what is told, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The hub that the job belongs to.
    pub hub: HubId,
    /// The job.
    pub job: JobId,
    /// How it ended.
    pub end: End,
    /// What a person needs to know about it.
    pub message: Option<String>,
    /// The worker that saw the end.
    pub worker: String,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It was completed.
    Completed,
    /// It failed.
    Failed,
    /// The platform didn't run it in time.
    Expired,
    /// The platform no longer has it.
    Gone,
    /// It didn't end within the tracker's deadline.
    DeadlinePassed,
}

impl End {
    /// The end that an error means. Any other error doesn't end the job: it is followed until its
    /// deadline.
    pub(crate) fn of(error: &FlowError) -> Option<Self> {
        match error.job()? {
            JobError::Failed { .. } => Some(Self::Failed),
            JobError::Expired { .. } => Some(Self::Expired),
            JobError::Gone { .. } => Some(Self::Gone),
            JobError::DeadlinePassed { .. } => Some(Self::DeadlinePassed),
            _ => None,
        }
    }
}

/// `hub.job`: the last tokens of subjects, the key in the bucket, and the message id.
pub(crate) fn key(hub: &HubId, job: &JobId) -> Result<String, Error> {
    let is_token = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_token(hub.as_str()) && is_token(job.as_str()) {
        Ok(format!("{hub}.{job}"))
    } else {
        Err(format!("hub {hub:?} or job {job:?} can't be a part of a subject").into())
    }
}
