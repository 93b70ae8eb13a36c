use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use cycle_images_fleet::Error;

use crate::workers::Ended;

/// NATS keeps the times of deliveries in seconds when it is restarted.
const ROUNDING: Duration = Duration::from_secs(1);

/// How often two workers took a step of the same job at a time.
#[derive(Debug, Default)]
pub(crate) struct Overlaps {
    pub(crate) steps: usize,
    /// The job was delivered again because the first worker had not answered in time, or because NATS
    /// had been restarted.
    pub(crate) redelivered: usize,
    pub(crate) other: usize,
}

struct Step {
    begin: Duration,
    end: Duration,
}

impl Overlaps {
    /// Reads what the workers traced.
    pub(crate) fn read(
        workers: &[Ended],
        ack_wait: Duration,
        restarts: &[SystemTime],
    ) -> Result<Self, Error> {
        let mut jobs: HashMap<String, Vec<Step>> = HashMap::new();
        for worker in workers {
            read(worker, &mut jobs)?;
        }
        let restarts = restarts.iter().map(|at| at.duration_since(SystemTime::UNIX_EPOCH));
        let restarts = restarts.collect::<Result<Vec<_>, _>>()?;
        let mut found = Self::default();
        for steps in jobs.values_mut() {
            found.steps += steps.len();
            steps.sort_unstable_by_key(|step| step.begin);
            for (earlier, later) in steps.iter().zip(steps.iter().skip(1)) {
                if earlier.end <= later.begin {
                    continue;
                }
                let is_late = later.begin - earlier.begin + ROUNDING >= ack_wait;
                // What was delivered before a restart is delivered again after it.
                let is_restart = |at: &Duration| {
                    let window = *at..*at + ack_wait + ROUNDING;
                    window.contains(&later.begin)
                };
                if is_late || restarts.iter().any(is_restart) {
                    found.redelivered += 1;
                } else {
                    found.other += 1;
                }
            }
        }
        Ok(found)
    }
}

fn read(worker: &Ended, jobs: &mut HashMap<String, Vec<Step>>) -> Result<(), Error> {
    let killed = worker.at.duration_since(SystemTime::UNIX_EPOCH)?;
    let mut open: HashMap<&str, Duration> = HashMap::new();
    let text = std::fs::read_to_string(&worker.trace)?;
    for line in text.lines() {
        let mut words = line.split(' ');
        let (Some(word), Some(time), Some(key)) = (words.next(), words.next(), words.next()) else {
            continue; // The line that was being written when the worker was killed.
        };
        let time = Duration::from_micros(time.parse()?);
        match word {
            "begin" => {
                open.insert(key, time);
            }
            _ => {
                if let Some(begin) = open.remove(key) {
                    jobs.entry(key.to_owned()).or_default().push(Step { begin, end: time });
                }
            }
        }
    }
    for (key, begin) in open {
        jobs.entry(key.to_owned()).or_default().push(Step { begin, end: killed });
    }
    Ok(())
}
