use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};

use crate::wire::Moment;

/// Starts at the system's time, and is monotonic. A test can skip time.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    wall: Moment,
    skipped: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), wall: Utc::now(), skipped: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Moment {
        later(later(self.wall, self.started.elapsed()), self.skipped)
    }

    pub(crate) fn skip(&mut self, time: Duration) {
        self.skipped = self.skipped.saturating_add(time);
    }
}

/// `at` plus `time`, at most the largest time.
pub(crate) fn later(at: Moment, time: Duration) -> Moment {
    TimeDelta::from_std(time)
        .ok()
        .and_then(|time| at.checked_add_signed(time))
        .unwrap_or(Moment::MAX_UTC)
}
