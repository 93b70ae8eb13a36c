//! The time that a running flow is told.

use std::time::{Duration, Instant, SystemTime};

use cycle_images::Timestamp;

/// The system's time when it was made, and from there on a time that never goes back nor stands
/// still: setting the system's clock must not make a wait or a limit longer. What was waited for
/// has passed, even if no clock says so.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    begun: SystemTime,
    since: Instant,
    lead: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { begun: SystemTime::now(), since: Instant::now(), lead: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let now = self.begun.checked_add(self.passed()).unwrap_or(self.begun);
        now.try_into().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// How much time has passed.
    pub(crate) fn passed(&self) -> Duration {
        self.since.elapsed().saturating_add(self.lead)
    }

    /// Takes it that at least this much has passed.
    pub(crate) fn advance_to(&mut self, passed: Duration) {
        self.lead = self.lead.saturating_add(passed.saturating_sub(self.passed()));
    }
}
