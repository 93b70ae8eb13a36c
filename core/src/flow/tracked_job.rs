//! One of many tracked jobs, and the list that shows them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::FlowError;
use super::job_report::{self, Last};
use super::poll_schedule::left;
use crate::jobs::GetJobs;
use crate::model::JobId;
use crate::operation::Sort;
use crate::wire::timestamp::Timestamp;

const PAGE_SIZE: u32 = 100;
/// How much earlier than the oldest job the list begins: the platform's machines may differ in
/// time.
const MARGIN: i64 = 60;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tracked {
    pub(super) id: JobId,
    pub(super) limit: Duration,
    pub(super) started: Option<Timestamp>,
    /// The earliest time that the platform gave for it, in Unix seconds.
    pub(super) since: Option<i64>,
    pub(super) unknown: u32,
    pub(super) last: Last,
    /// Not seen in this round.
    pub(super) waiting: bool,
    /// The list didn't show it.
    pub(super) unlisted: bool,
}

impl Tracked {
    pub(super) fn new(id: JobId, limit: Duration) -> Self {
        let (since, last) = (created(&id), None);
        Self { id, limit, started: None, since, unknown: 0, last, waiting: true, unlisted: false }
    }

    pub(super) fn left(&mut self, now: Timestamp) -> Duration {
        left(&mut self.started, self.limit, now)
    }

    pub(super) fn late(&self, failure: Option<&str>) -> FlowError {
        job_report::late(&self.id, self.limit, &self.last, failure)
    }

    /// Whether the list may show it, and has to in this round.
    pub(super) fn is_wanted(&self) -> bool {
        self.waiting && !self.unlisted && self.since.is_some()
    }
}

pub(super) fn sort(jobs: &mut Vec<Tracked>) {
    jobs.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    jobs.dedup_by(|a, b| a.id == b.id);
}

pub(super) fn sorted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Tracked>, D::Error> {
    let mut jobs = Vec::deserialize(deserializer)?;
    sort(&mut jobs);
    Ok(jobs)
}

/// When the resource of an id was created, in Unix seconds. The platform's ids are documented as
/// object ids: 24 hex digits, of which the first eight are the time.
fn created(id: &JobId) -> Option<i64> {
    let text = id.as_str();
    let is_object_id = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    i64::from_str_radix(text.get(..8).filter(|_| is_object_id)?, 16).ok()
}

/// Reading the list, in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pass {
    /// From when on, in Unix seconds. It stays the same, or the pages would shift.
    pub(super) since: i64,
    pub(super) read: u32,
    /// Pages that showed no job for the first time.
    pub(super) wasted: u32,
    pub(super) hash: Option<u64>,
    /// Of the page, in a row.
    pub(super) failures: u32,
}

impl Pass {
    pub(super) fn from(since: i64) -> Self {
        Self { since, read: 0, wasted: 0, hash: None, failures: 0 }
    }

    pub(super) fn operation(&self) -> GetJobs {
        // Oldest first: what is created meanwhile moves no job to another page.
        let since = u64::try_from(self.since.saturating_sub(MARGIN)).unwrap_or_default();
        GetJobs::new()
            .filter_range_start(Timestamp::UNIX_EPOCH.saturating_add(Duration::from_secs(since)))
            .sort(Sort::ascending("id"))
            .page_size(PAGE_SIZE)
            .page_number(self.read.saturating_add(1))
    }
}
