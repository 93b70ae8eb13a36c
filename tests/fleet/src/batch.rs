use std::collections::BTreeMap;
use std::time::Duration;

use cycle_images::flow::{FlowError, JobError, JobsTracker};
use cycle_images::id::HubId;
use cycle_images::{JobId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Longer than the time between two rounds. See [`is_stale`].
const STALE: Duration = Duration::from_secs(15 * 60);

/// A message of the work queue: jobs of a hub to follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The hub that the jobs belong to.
    pub hub: HubId,
    /// The jobs, [`MAX_JOBS`](Self::MAX_JOBS) at most.
    pub jobs: Vec<JobId>,
    /// How long each of them is followed, from its first poll on.
    pub deadline: Duration,
}

impl Batch {
    /// The most jobs that are polled together. Their state has to fit into a message of NATS: 1 MB.
    pub const MAX_JOBS: usize = 1000;

    /// The last tokens of its subject, its key in the bucket, and its message id: the hub, the first
    /// job and a hash of all jobs.
    ///
    /// # Errors
    /// If it has no job, or the ids can't be parts of a subject.
    pub fn key(&self) -> Result<String, Error> {
        let first = self.jobs.first().ok_or("a batch without jobs")?;
        Ok(format!("{}-{:016x}", subject_of(&self.hub, first)?, self.hash()))
    }

    /// FNV-1a of the ids: the same on every machine and in every release.
    pub(crate) fn hash(&self) -> u64 {
        let bytes = self.jobs.iter().flat_map(|job| job.as_str().bytes().chain([0]));
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        bytes.fold(0xcbf2_9ce4_8422_2325, step)
    }
}

/// What the bucket holds of a batch. One without jobs has ended.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) tracker: JobsTracker,
    /// When the tracker was last stored.
    pub(crate) stored: Timestamp,
    /// Batches whose jobs are to be added to the tracker. Their messages are acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) joined: Vec<Batch>,
    /// Since when the answers about a job can't be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unreadable: BTreeMap<JobId, Timestamp>,
}

impl State {
    pub(crate) fn new(batch: &Batch, poll_interval: Option<Duration>, now: Timestamp) -> Self {
        // The seed of the backoff's jitter: another for each batch.
        let tracker = JobsTracker::new(batch.jobs.iter().cloned(), batch.hash());
        let tracker = tracker.deadline(batch.deadline);
        let tracker = match poll_interval {
            Some(interval) => tracker.poll_interval(interval),
            None => tracker,
        };
        let (joined, unreadable) = (Vec::new(), BTreeMap::new());
        Self { tracker, stored: now, joined, unreadable }
    }

    /// Whether another batch may join. One that has ended is never polled again.
    pub(crate) fn has_room_for(&self, other: &Batch, now: Timestamp) -> bool {
        let joined: usize = self.joined.iter().map(|batch| batch.jobs.len()).sum();
        let jobs = self.tracker.ids().len() + joined;
        jobs > 0 && jobs + other.jobs.len() <= Batch::MAX_JOBS && !is_stale(self.stored, now)
    }

    /// Adds the jobs of the batches that joined.
    pub(crate) fn add_joined(&mut self) {
        for Batch { jobs, deadline, .. } in std::mem::take(&mut self.joined) {
            for job in jobs {
                self.tracker.add_with_deadline(job, deadline);
            }
        }
    }

    /// How a job ended that the tracker has dropped with an error. If that is not how jobs end, it is
    /// added again, until the deadline has passed since the first such error.
    pub(crate) fn end(
        &mut self,
        job: &JobId,
        error: &FlowError,
        deadline: Duration,
        now: Timestamp,
    ) -> Option<End> {
        let end = match error.job() {
            Some(JobError::Failed { .. }) => End::Failed,
            Some(JobError::Expired { .. }) => End::Expired,
            Some(JobError::Gone { .. }) => End::Gone,
            Some(JobError::DeadlinePassed { .. }) => End::DeadlinePassed,
            _ => {
                let since = *self.unreadable.entry(job.clone()).or_insert(now);
                let left = deadline.saturating_sub(now.saturating_duration_since(since));
                if !left.is_zero() {
                    self.tracker.add_with_deadline(job.clone(), left);
                    return None;
                }
                End::DeadlinePassed
            }
        };
        self.unreadable.remove(job);
        Some(end)
    }
}

/// How a job ended: what is published, once.
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
    /// It didn't end within the deadline.
    DeadlinePassed,
}

/// Whether the message of a batch that a worker stored at this time has to be taken for lost.
pub(crate) fn is_stale(stored: Timestamp, now: Timestamp) -> bool {
    now.saturating_duration_since(stored) > STALE
}

/// `hub.job`, if these can be parts of a subject.
pub(crate) fn subject_of(hub: &HubId, job: &JobId) -> Result<String, Error> {
    let is_token = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_token(hub.as_str()) && is_token(job.as_str()) {
        Ok(format!("{hub}.{job}"))
    } else {
        Err(format!("hub {hub:?} or job {job:?} can't be a part of a subject").into())
    }
}
