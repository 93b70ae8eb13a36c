use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

use cycle_images::JobId;
use cycle_images_fleet::{End, Outcome};

use crate::platform::PlatformJob;

/// The outcomes, as they are told.
#[derive(Default)]
pub(crate) struct Told {
    by_job: HashMap<JobId, Vec<(Outcome, SystemTime)>>,
    by_worker: HashMap<String, (u64, u64)>,
    sequences: HashSet<u64>,
}

impl Told {
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

    /// How many jobs an outcome was told of.
    pub(crate) fn jobs(&self) -> usize {
        self.by_job.len()
    }

    /// How many jobs are completed and how many are not, as this worker told.
    pub(crate) fn of_worker(&self, name: &str) -> (u64, u64) {
        self.by_worker.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn of_all(&self) -> (u64, u64) {
        self.by_worker.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
    }

    pub(crate) fn twice(&self) -> usize {
        self.by_job.values().filter(|told| told.len() > 1).count()
    }

    /// How many outcomes are not what the platform decided.
    pub(crate) fn wrong(&self, jobs: &[PlatformJob]) -> usize {
        let is_right = |job: &PlatformJob, told: &Outcome| {
            let said = told.message.as_deref().unwrap_or_default();
            told.hub == job.followed.hub
                && told.end == job.end
                && said.contains(job.message.as_deref().unwrap_or_default())
        };
        let told = jobs.iter().filter_map(|job| Some((job, self.by_job.get(&job.followed.job)?)));
        told.filter(|(job, told)| !told.iter().all(|(told, _)| is_right(job, told))).count()
    }

    /// How long after their ends the ends of half of the jobs, and of 99 of 100, were told.
    pub(crate) fn delays(&self, jobs: &[PlatformJob]) -> Option<(Duration, Duration)> {
        let told = jobs.iter().filter_map(|job| {
            let (_, at) = self.by_job.get(&job.followed.job)?.first()?;
            Some(at.duration_since(job.ends).unwrap_or_default())
        });
        let mut delays: Vec<Duration> = told.collect();
        delays.sort_unstable();
        let at = |percent| delays.get(delays.len() * percent / 100).copied();
        Some((at(50)?, at(99)?))
    }
}
