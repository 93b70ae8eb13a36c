use std::fmt;
use std::time::Duration;

use super::Seconds;

/// The attempts of a call that failed: `Display` says "4 attempts in 7.5 s".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempts {
    /// How many requests were made, the first one included.
    pub count: u32,
    /// The time from the first attempt to the failure, with all responses and waits.
    pub elapsed: Duration,
    /// Whether another attempt was due, and not made because the
    /// [`RetryQuota`](crate::flow::RetryQuota) was empty.
    pub quota_empty: bool,
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.count == 1 { "" } else { "s" };
        write!(f, "{} attempt{s} in {}", self.count, Seconds(self.elapsed))?;
        if self.quota_empty {
            f.write_str("; not retried, as the retry quota is empty")?;
        }
        Ok(())
    }
}
