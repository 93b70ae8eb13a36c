use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use cycle_images_fleet::{Error, Queue, QueueSettings, connect};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{interval, timeout};

use crate::nats::Nats;
use crate::options::Options;
use crate::overlaps::Overlaps;
use crate::platform::Platform;
use crate::told::Told;
use crate::workers::Workers;

/// Short, so that the jobs of a killed worker don't wait for long.
const ACK_WAIT: Duration = Duration::from_secs(5);
const KILL_EVERY: usize = 3;
const KILL_LEADER_EVERY: usize = 20;
const LEADER_RETURNS: usize = 5;

/// A run of some workers.
pub(crate) struct Fleet<'a> {
    options: &'a Options,
    platform: &'a Platform,
    queue: Queue,
    workers: Workers,
    nats: Nats,
    started: Instant,
    seconds: usize,
    told: Told,
    kills: usize,
    restarts: Vec<SystemTime>,
}

impl<'a> Fleet<'a> {
    /// Starts the workers and hands them the jobs.
    pub(crate) async fn start(
        folder: &Path,
        nats: Nats,
        platform: &'a Platform,
        options: &'a Options,
    ) -> Result<Self, Error> {
        std::fs::write(folder.join("hubs.json"), serde_json::to_vec(&platform.configs())?)?;
        let settings = QueueSettings { ack_wait: ACK_WAIT, replicas: nats.replicas() };
        let queue = Queue::open(connect(&nats.settings).await?, settings).await?;
        let workers = Workers::start(options.workers, folder.to_owned(), nats.settings.clone())?;
        let started = Instant::now();
        stream::iter(platform.jobs.iter().map(Ok))
            .try_for_each_concurrent(64, |job| queue.submit(&job.followed))
            .await?;
        let (told, restarts) = (Told::default(), Vec::new());
        let (seconds, kills) = (0, 0);
        Ok(Self {
            options,
            platform,
            queue,
            workers,
            nats,
            started,
            seconds,
            told,
            kills,
            restarts,
        })
    }

    /// Waits for the outcomes, and shows how it goes.
    pub(crate) async fn follow(mut self) -> Result<Report, Error> {
        // Durable, so that it outlives NATS being killed.
        let consumer = pull::Config {
            durable_name: Some("report".to_owned()),
            ack_policy: AckPolicy::None,
            ..pull::Config::default()
        };
        let consumer = self.queue.outcomes().create_consumer(consumer).await?;
        let mut outcomes = consumer.stream().heartbeat(Duration::from_secs(1)).messages().await?;
        let mut ticks = interval(Duration::from_secs(1));
        let mut looks = vec![0; self.options.workers];
        let mut elapsed = None;
        loop {
            tokio::select! {
                Some(message) = outcomes.next() => match message {
                    Ok(message) => self.note(&message)?,
                    Err(error) => println!("reading the outcomes: {error}"),
                },
                _ = ticks.tick() => {
                    if elapsed.is_none() {
                        self.show(&mut looks);
                    }
                    if self.told.jobs() < self.platform.jobs.len() {
                        self.disturb().await?;
                        continue;
                    }
                    // Until every message is acknowledged, or would have been delivered again: after it
                    // was killed, NATS may count messages that are acknowledged already.
                    let elapsed = *elapsed.get_or_insert_with(|| self.started.elapsed());
                    let settled = elapsed + 3 * ACK_WAIT;
                    if self.queue.followed().await? == 0 || self.started.elapsed() > settled {
                        break;
                    }
                }
            }
        }
        let overlaps = Overlaps::read(&self.workers.stop()?, ACK_WAIT, &self.restarts)?;
        let seen = self.platform.seen();
        Ok(Report {
            jobs: self.platform.jobs.len(),
            told: self.told.jobs(),
            twice: self.told.twice(),
            wrong: self.told.wrong(&self.platform.jobs),
            elapsed: elapsed.unwrap_or_default(),
            delays: self.told.delays(&self.platform.jobs).unwrap_or_default(),
            looks: seen.all(),
            retry_afters: seen.retry_afters,
            in_spite: seen.in_spite,
            overlaps,
            kills: self.kills,
            restarts: self.restarts.len(),
        })
    }

    fn note(&mut self, message: &Message) -> Result<(), Error> {
        let info = message.info()?;
        let outcome = serde_json::from_slice(&message.payload)?;
        self.told.add(info.stream_sequence, outcome, info.published.into());
        Ok(())
    }

    fn show(&self, before: &mut [u64]) {
        let (done, failed) = self.told.of_all();
        let followed = self.platform.jobs.len() - self.told.jobs();
        print!("{:4} s  {followed:6} followed {done:6} done {failed:6} failed", self.seconds);
        let seen = self.platform.seen();
        for (n, before) in before.iter_mut().enumerate() {
            let name = Workers::name(n);
            let looks = seen.looks.get(&name).copied().unwrap_or_default();
            let (done, failed) = self.told.of_worker(&name);
            print!(" | {name} {:4} looks/s {done:5} done {failed:4} failed", looks - *before);
            *before = looks;
        }
        println!();
    }

    /// Kills a worker every few seconds, and NATS once half of the jobs have ended.
    async fn disturb(&mut self) -> Result<(), Error> {
        self.seconds += 1;
        if !self.options.chaos {
            return Ok(());
        }
        if self.seconds.is_multiple_of(KILL_EVERY) {
            println!(
                "        {} is killed and started anew",
                Workers::name(self.kills % self.options.workers)
            );
            self.workers.kill(self.kills)?;
            self.kills += 1;
        }
        self.disturb_nats().await
    }

    /// Kills the server that leads a cluster every 20 s, for 5 s; a single server once half of the
    /// jobs have ended, for a moment.
    async fn disturb_nats(&mut self) -> Result<(), Error> {
        let server = if self.options.cluster {
            match self.seconds % KILL_LEADER_EVERY {
                0 => timeout(Duration::from_secs(1), self.queue.leader())
                    .await
                    .ok()
                    .transpose()?
                    .flatten(),
                LEADER_RETURNS => {
                    self.nats.restart()?;
                    None
                }
                _ => None,
            }
        } else {
            let is_time =
                self.restarts.is_empty() && 2 * self.told.jobs() > self.platform.jobs.len();
            is_time.then(|| "n1".to_owned())
        };
        let Some(server) = server else { return Ok(()) };
        if self.nats.kill(&server)? {
            println!("        nats-server {server} is killed");
            self.restarts.push(SystemTime::now());
        }
        if !self.options.cluster {
            self.nats.restart()?;
        }
        Ok(())
    }
}

/// What came of a run.
pub(crate) struct Report {
    jobs: usize,
    told: usize,
    twice: usize,
    wrong: usize,
    elapsed: Duration,
    delays: (Duration, Duration),
    looks: u64,
    retry_afters: u64,
    in_spite: u64,
    overlaps: Overlaps,
    kills: usize,
    restarts: usize,
}

impl Report {
    pub(crate) fn looks_a_job(&self) -> f64 {
        self.looks as f64 / self.jobs as f64
    }

    pub(crate) fn is_right(&self) -> bool {
        self.told == self.jobs && self.twice + self.wrong + self.overlaps.other == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        writeln!(
            f,
            "{} of {} outcomes in {seconds:.1} s, {} told twice, {} wrong",
            self.told, self.jobs, self.twice, self.wrong
        )?;
        writeln!(
            f,
            "told after the job's end: half within {:.2} s, 99 % within {:.2} s",
            self.delays.0.as_secs_f64(),
            self.delays.1.as_secs_f64()
        )?;
        writeln!(
            f,
            "{} looks, {:.0} a second, {:.2} a job",
            self.looks,
            self.looks as f64 / seconds,
            self.looks_a_job()
        )?;
        let Overlaps { steps, redelivered, other } = self.overlaps;
        writeln!(
            f,
            "{steps} steps; two workers at a time: {redelivered} in the redelivery window, {other} otherwise"
        )?;
        writeln!(f, "{} Retry-Afters; {} looks in spite of one", self.retry_afters, self.in_spite)?;
        write!(f, "{} workers killed, NATS restarted {} times", self.kills, self.restarts)
    }
}
