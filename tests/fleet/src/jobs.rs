use std::collections::BTreeMap;
use std::time::Duration;

use cycle_images::flow::{FlowError, JobError, JobsTracker};
use cycle_images::id::HubId;
use cycle_images::{JobId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Error;

/// How long a job is followed whose answers can't be read.
const UNREADABLE: Duration = Duration::from_secs(3600);

/// Jobs of a hub that are to be followed, as they are submitted.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Submitted {
    pub(crate) jobs: Vec<JobId>,
    /// How long each of them is followed.
    pub(crate) deadline: Duration,
}

/// The jobs of a hub that are followed: what the bucket holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Followed {
    pub(crate) tracker: JobsTracker,
    /// Which messages of submitted jobs it has. They are deleted once this is stored.
    pub(crate) taken: Vec<u64>,
    /// Since when the answers about a job can't be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unreadable: BTreeMap<JobId, Timestamp>,
}

impl Followed {
    /// No jobs. The seed of the backoff's jitter is another for each hub.
    pub(crate) fn new(hub: &HubId) -> Self {
        let tracker = JobsTracker::new(Vec::<JobId>::new(), hash([hub.as_str()]));
        Self { tracker, taken: Vec::new(), unreadable: BTreeMap::new() }
    }

    /// Adds jobs that were submitted. One that it has is left as it is.
    pub(crate) fn add(&mut self, submitted: Submitted, sequence: u64) {
        for job in submitted.jobs {
            self.tracker.add_with_deadline(job, submitted.deadline);
        }
        self.taken.push(sequence);
    }

    /// How a job ended that the tracker has dropped with an error. If that is not how jobs end, it
    /// is added again, until an hour after the first such error.
    pub(crate) fn end(&mut self, job: &JobId, error: &FlowError, now: Timestamp) -> Option<End> {
        let end = match error.job() {
            Some(JobError::Failed { .. }) => End::Failed,
            Some(JobError::Expired { .. }) => End::Expired,
            Some(JobError::Gone { .. }) => End::Gone,
            Some(JobError::DeadlinePassed { .. }) => End::DeadlinePassed,
            _ => {
                let since = *self.unreadable.entry(job.clone()).or_insert(now);
                let left = UNREADABLE.saturating_sub(now.saturating_duration_since(since));
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

/// FNV-1a: the same on every machine and in every release.
pub(crate) fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.fold(0xcbf2_9ce4_8422_2325, step)
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

#[cfg(test)]
mod tests {
    use cycle_images::Hub;
    use cycle_images::flow::{Flow, Step};
    use cycle_images::http::Response;

    use super::*;

    #[test]
    fn a_job_whose_answers_cannot_be_read_is_followed_for_an_hour() -> Result<(), Error> {
        let (id, hub) = (HubId::new("hub")?, Hub::new("key", "hub")?);
        let mut jobs = Followed::new(&id);
        let deadline = 2 * UNREADABLE;
        jobs.add(Submitted { jobs: vec![JobId::new("job")?], deadline }, 1);
        let mut now: Timestamp = "2026-03-26T10:00:00Z".parse()?;
        let began = now;
        let end = loop {
            let mut reports = jobs.tracker.due(now).unwrap_or_default();
            if reports.is_empty() {
                match jobs.tracker.poll(&hub, now)? {
                    Step::Wait(time) => now = now.saturating_add(time),
                    Step::Send { .. } => {
                        let response = Response::new(br#"{"data": {"id": "another"}}"#.to_vec());
                        reports = jobs.tracker.handle(&hub, Ok(response), now)?.unwrap_or_default();
                    }
                    Step::Done => return Err("the job is not followed".into()),
                }
            }
            if let Some(report) = reports.pop() {
                let error = report.result.err().ok_or("no error")?;
                if let Some(end) = jobs.end(&report.id, &error, now) {
                    break end;
                }
            }
        };
        assert_eq!(end, End::DeadlinePassed);
        assert_eq!(jobs.tracker.ids().count() + jobs.unreadable.len(), 0);
        assert!((UNREADABLE..deadline).contains(&now.saturating_duration_since(began)));
        Ok(())
    }
}
