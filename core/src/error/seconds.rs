use std::fmt;
use std::time::Duration;

/// A duration in seconds, as errors show it: `60 s`, `7.5 s`, `0.003 s`.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let text = if seconds < 1.0 { format!("{seconds:.3}") } else { format!("{seconds:.1}") };
        write!(f, "{} s", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_to_what_matters() {
        let shown = |millis| Seconds(Duration::from_millis(millis)).to_string();
        let all = [0, 3, 200, 1_000, 7_512, 60_000, 3_600_000].map(shown);
        assert_eq!(all, ["0 s", "0.003 s", "0.2 s", "1 s", "7.5 s", "60 s", "3600 s"]);
    }
}
