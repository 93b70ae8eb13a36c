use std::time::Duration;

/// What the command line asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) jobs: usize,
    pub(crate) hubs: usize,
    pub(crate) workers: usize,
    /// How long a step of a job lasts on the fastest hub; twice that on the slowest.
    pub(crate) step: Duration,
    /// The longest time between two rounds of polls.
    pub(crate) poll: Duration,
    /// How long the platform's answers are on their way.
    pub(crate) latency: Duration,
    /// How many jobs are submitted at a time.
    pub(crate) batch: usize,
    /// Kill workers and NATS, and have the platform fail now and then.
    pub(crate) chaos: bool,
    /// Over three servers of NATS. With `chaos`, the one that leads is killed every 20 s.
    pub(crate) cluster: bool,
    /// Fail if there are more requests a job than this.
    pub(crate) max_requests: f64,
}

pub(crate) const USAGE: &str = "usage: fleet [--jobs N] [--hubs N] [--workers N] [--step-ms N] \
                                [--poll-ms N] [--latency-ms N] [--batch N] [--chaos] [--cluster] \
                                [--max-requests N]";

impl Options {
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self {
            jobs: 1000,
            hubs: 20,
            workers: 4,
            step: Duration::from_secs(2),
            poll: Duration::from_secs(2),
            latency: Duration::ZERO,
            batch: 10,
            chaos: false,
            cluster: false,
            max_requests: f64::INFINITY,
        };
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next()?.parse::<usize>().ok().filter(|n| *n > 0);
            let mut time = || Some(Duration::from_millis(number()?.try_into().ok()?));
            match argument.as_str() {
                "--step-ms" => options.step = time()?,
                "--poll-ms" => options.poll = time()?,
                "--latency-ms" => options.latency = time()?,
                "--jobs" => options.jobs = number()?,
                "--hubs" => options.hubs = number()?,
                "--workers" => options.workers = number()?,
                "--batch" => options.batch = number()?,
                "--chaos" => options.chaos = true,
                "--cluster" => options.cluster = true,
                "--max-requests" => options.max_requests = arguments.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(options)
    }
}
