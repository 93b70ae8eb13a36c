use std::fmt;
use std::time::Duration;

/// What was measured in turns: the median of the one beside the median of the other.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Compared {
    /// The median time of the first.
    pub first: Duration,
    /// How many times the first's time the second took.
    pub ratio: f64,
    /// The ratio of the round with the least one.
    pub least: f64,
    /// The ratio of the round with the greatest one.
    pub most: f64,
}

/// Measures two times in each round, so that what slows the machine for a while slows both.
pub fn compare(rounds: usize, mut round: impl FnMut() -> [Duration; 2]) -> Compared {
    let (mut first, mut second, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for [one, other] in (0..rounds).map(|_| round()) {
        first.push(one);
        second.push(other);
        ratios.push(other.as_secs_f64() / one.as_secs_f64());
    }
    let (first, second) = (median(first), median(second));
    Compared {
        first,
        ratio: second.as_secs_f64() / first.as_secs_f64(),
        least: ratios.iter().copied().fold(f64::INFINITY, f64::min),
        most: ratios.iter().copied().fold(0.0, f64::max),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Two cells of a table: the ratio and its spread.
impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} | {:.2} to {:.2}", self.ratio, self.least, self.most)
    }
}
