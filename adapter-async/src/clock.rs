//! The clock of a running flow.

use std::time::Duration;

use cycle_images::Timestamp;
use web_time::{Instant, SystemTime};

/// Starts at the system's time and is monotonic from there on: setting the system's clock must not
/// make a wait or a time limit longer. A wait counts as over when the timer says so, even if no
/// clock agrees.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    started_at: Timestamp,
    since: Instant,
    lead: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started_at: now(), since: Instant::now(), lead: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Timestamp {
        // Past the last timestamp, time stands still there: it must not wrap around.
        self.started_at.saturating_add(self.passed())
    }

    /// The time since the start.
    pub(crate) fn passed(&self) -> Duration {
        self.since.elapsed().saturating_add(self.lead)
    }

    /// Advances to at least this time since the start.
    pub(crate) fn advance_to(&mut self, passed: Duration) {
        self.lead = self.lead.saturating_add(passed.saturating_sub(self.passed()));
    }
}

/// The system's time, in a browser too, where std has none.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Timestamp::UNIX_EPOCH.saturating_add(since.unwrap_or_default())
}
