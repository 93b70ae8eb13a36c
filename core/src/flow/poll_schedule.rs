use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::retry_state::MIN_POLL_INTERVAL;
use crate::wire::timestamp::Timestamp;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
const DEFAULT_LIMIT: Duration = Duration::from_secs(3600);

/// When to poll a resource that changes, and when to stop: intervals that grow by half, and a time
/// limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PollSchedule {
    pub(super) limit: Duration,
    started: Option<Timestamp>,
    wait: Duration,
    interval: Duration,
}

impl PollSchedule {
    pub(super) fn new() -> Self {
        let (limit, interval) = (DEFAULT_LIMIT, DEFAULT_INTERVAL);
        Self { limit, started: None, wait: FIRST_WAIT, interval }
    }

    pub(super) fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
        self.wait = self.wait.min(interval);
    }

    /// The longest wait between two polls.
    pub(super) fn interval(&self) -> Duration {
        self.interval.max(MIN_POLL_INTERVAL)
    }

    /// The time that is left, from the first call on.
    pub(super) fn left(&mut self, now: Timestamp) -> Duration {
        left(&mut self.started, self.limit, now)
    }

    /// The time since the first poll.
    pub(super) fn elapsed(&self, now: Timestamp) -> Duration {
        elapsed(self.started, now)
    }

    /// The wait before the next poll, at least the `Retry-After` of the last response.
    pub(super) fn next_wait(&mut self, retry_after: Option<Duration>) -> Duration {
        let wait = self.wait.clamp(MIN_POLL_INTERVAL, self.interval());
        self.wait = (wait.saturating_mul(3) / 2).min(self.interval());
        wait.max(retry_after.unwrap_or_default())
    }
}

/// The time that is left of a limit, from the first call on.
pub(super) fn left(started: &mut Option<Timestamp>, limit: Duration, now: Timestamp) -> Duration {
    // A clock that was set back must not extend the deadline.
    let started = started.get_or_insert(now);
    *started = (*started).min(now);
    limit.saturating_sub(now.saturating_duration_since(*started))
}

pub(super) fn elapsed(started: Option<Timestamp>, now: Timestamp) -> Duration {
    started.map_or(Duration::ZERO, |started| now.saturating_duration_since(started))
}
