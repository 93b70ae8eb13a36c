use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

use cycle_images::JobId;
use cycle_images_fleet::{End, Outcome};

use crate::platform::PlatformJob;

/// The outcomes that were published.
#[derive(Default)]
pub(crate) struct Outcomes {
    by_job: HashMap<JobId, Vec<(Outcome, SystemTime)>>,
    by_worker: HashMap<String, (u64, u64)>,
    sequences: HashSet<u64>,
}

impl Outcomes {
    /// Adds an outcome by its place in the stream: a message may be delivered twice.
    pub(crate) fn add(&mut self, sequence: u64, outcome: Outcome, at: SystemTime) {
        if !self.sequences.insert(sequence) {
            return;
        }
        let (done, failed) = self.by_worker.entry(outcome.worker.clone()).or_default();
        match outcome.end {
            End::Completed => *done += 1,
            _ => *failed += 1,
        }
        self.by_job.entry(outcome.job.clone()).or_default().push((outcome, at));
    }

    /// How many jobs have an outcome.
    pub(crate) fn jobs(&self) -> usize {
        self.by_job.len()
    }

    /// How many jobs are completed and how many are not, as this worker published.
    pub(crate) fn of_worker(&self, name: &str) -> (u64, u64) {
        self.by_worker.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn of_all(&self) -> (u64, u64) {
        self.by_worker.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
    }

    /// How many jobs have more than one outcome.
    pub(crate) fn twice(&self) -> usize {
        self.by_job.values().filter(|published| published.len() > 1).count()
    }

    /// How many outcomes are not what the platform decided.
    pub(crate) fn wrong(&self, jobs: &[PlatformJob]) -> usize {
        let is_right = |job: &PlatformJob, outcome: &Outcome| {
            let message = outcome.message.as_deref().unwrap_or_default();
            outcome.hub == job.hub
                && outcome.end == job.end
                && message.contains(job.message.as_deref().unwrap_or_default())
        };
        let published = jobs.iter().filter_map(|job| Some((job, self.by_job.get(&job.job)?)));
        published.filter(|(job, all)| !all.iter().all(|(one, _)| is_right(job, one))).count()
    }

    /// How long after the jobs' ends their outcomes were published: half, and 99 of 100.
    pub(crate) fn delays(&self, jobs: &[PlatformJob]) -> Option<(Duration, Duration)> {
        let delays = jobs.iter().filter_map(|job| {
            let (_, at) = self.by_job.get(&job.job)?.first()?;
            Some(at.duration_since(job.ends).unwrap_or_default())
        });
        let mut delays: Vec<Duration> = delays.collect();
        delays.sort_unstable();
        let at = |percent| delays.get(delays.len() * percent / 100).copied();
        Some((at(50)?, at(99)?))
    }
}
