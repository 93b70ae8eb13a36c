use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use cycle_images::JobId;
use cycle_images::id::HubId;
use cycle_images_fleet::{Error, Queue, QueueSettings, connect};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{interval, timeout};

use crate::nats::{Cost, Nats};
use crate::options::Options;
use crate::outcomes::Outcomes;
use crate::platform::Platform;
use crate::workers::Workers;

/// Short, so that the batches of a killed worker don't wait for long.
const ACK_WAIT: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(3600);
/// A worker is killed every 3 s.
const KILL_EVERY: usize = 3;
/// The server that leads a cluster is killed every 20 s, and started again 5 s later.
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
    outcomes: Outcomes,
    kills: usize,
    nats_kills: usize,
}

impl<'a> Fleet<'a> {
    /// Starts the workers and submits the jobs.
    pub(crate) async fn start(
        folder: &Path,
        nats: Nats,
        platform: &'a Platform,
        options: &'a Options,
    ) -> Result<Self, Error> {
        std::fs::write(folder.join("hubs.json"), serde_json::to_vec(&platform.configs())?)?;
        let settings = QueueSettings { ack_wait: ACK_WAIT, replicas: nats.replicas() };
        let client = connect(&nats.settings).await?;
        // A cluster needs some seconds to agree on who leads it.
        let queue = loop {
            match Queue::open(client.clone(), settings).await {
                Ok(queue) => break queue,
                Err(_) if options.cluster => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(error) => return Err(error),
            }
        };
        let workers = Workers::start(options.workers, folder.to_owned(), nats.settings.clone())?;
        let started = Instant::now();
        let mut hubs: HashMap<&HubId, Vec<JobId>> = HashMap::new();
        for job in &platform.jobs {
            hubs.entry(&job.hub).or_default().push(job.job.clone());
        }
        let batches = hubs.iter().flat_map(|(hub, jobs)| {
            jobs.chunks(options.batch).map(move |jobs| Ok::<_, Error>((*hub, jobs)))
        });
        stream::iter(batches)
            .try_for_each_concurrent(64, |(hub, jobs)| queue.submit(hub, jobs, DEADLINE))
            .await?;
        let outcomes = Outcomes::default();
        let (seconds, kills, nats_kills) = (0, 0, 0);
        Ok(Self {
            options,
            platform,
            queue,
            workers,
            nats,
            started,
            seconds,
            outcomes,
            kills,
            nats_kills,
        })
    }

    /// Waits for the outcomes, and shows how it goes.
    pub(crate) async fn follow(mut self) -> Result<Report, Error> {
        // Durable, so that it outlives a server that is killed.
        let consumer = pull::Config {
            durable_name: Some("report".to_owned()),
            ack_policy: AckPolicy::None,
            ..pull::Config::default()
        };
        let consumer = self.queue.outcomes().create_consumer(consumer).await?;
        let pulls = consumer.stream().expires(Duration::from_secs(2));
        let mut outcomes = pulls.heartbeat(Duration::from_secs(1)).messages().await?;
        let mut ticks = interval(Duration::from_secs(1));
        let mut requests = vec![0; self.options.workers];
        let mut elapsed = None;
        loop {
            tokio::select! {
                Some(message) = outcomes.next() => match message {
                    Ok(message) => self.note(&message)?,
                    Err(error) => println!("reading the outcomes: {error}"),
                },
                _ = ticks.tick() => {
                    if elapsed.is_none() {
                        self.show(&mut requests);
                    }
                    if self.outcomes.jobs() < self.platform.jobs.len() {
                        self.disturb().await?;
                        continue;
                    }
                    // Until every message is acknowledged, or would have been delivered again: a server
                    // that was killed may count messages that are acknowledged.
                    let elapsed = *elapsed.get_or_insert_with(|| self.started.elapsed());
                    let settled = elapsed + 3 * ACK_WAIT;
                    let followed = timeout(Duration::from_secs(1), self.queue.followed()).await;
                    if matches!(followed, Ok(Ok(0))) || self.started.elapsed() > settled {
                        break;
                    }
                }
            }
        }
        let nats_cost = self.nats.cost();
        let workers_cpu = self.workers.stop()?;
        let seen = self.platform.seen();
        Ok(Report {
            jobs: self.platform.jobs.len(),
            published: self.outcomes.jobs(),
            twice: self.outcomes.twice(),
            wrong: self.outcomes.wrong(&self.platform.jobs),
            elapsed: elapsed.unwrap_or_default(),
            delays: self.outcomes.delays(&self.platform.jobs).unwrap_or_default(),
            requests: seen.all(),
            retry_afters: seen.retry_afters,
            in_spite: seen.in_spite,
            kills: self.kills,
            nats_kills: self.nats_kills,
            nats_cost,
            workers_cpu,
        })
    }

    fn note(&mut self, message: &Message) -> Result<(), Error> {
        let info = message.info()?;
        let outcome = serde_json::from_slice(&message.payload)?;
        self.outcomes.add(info.stream_sequence, outcome, info.published.into());
        Ok(())
    }

    fn show(&self, before: &mut [u64]) {
        let (done, failed) = self.outcomes.of_all();
        let followed = self.platform.jobs.len() - self.outcomes.jobs();
        print!("{:4} s  {followed:6} followed {done:6} done {failed:6} failed", self.seconds);
        let seen = self.platform.seen();
        for (n, before) in before.iter_mut().enumerate() {
            let name = Workers::name(n);
            let requests = seen.requests.get(&name).copied().unwrap_or_default();
            let (done, failed) = self.outcomes.of_worker(&name);
            print!(" | {name} {:4} requests/s {done:5} done {failed:4} failed", requests - *before);
            *before = requests;
        }
        println!();
    }

    /// Kills a worker every few seconds, and servers of NATS.
    async fn disturb(&mut self) -> Result<(), Error> {
        self.seconds += 1;
        if !self.options.chaos {
            return Ok(());
        }
        if self.seconds.is_multiple_of(KILL_EVERY) {
            let name = Workers::name(self.kills % self.options.workers);
            println!("        {name} is killed and started again");
            self.workers.kill(self.kills)?;
            self.kills += 1;
        }
        let is_half_done = 2 * self.outcomes.jobs() > self.platform.jobs.len();
        match self.seconds % KILL_LEADER_EVERY {
            0 if self.options.cluster => {
                let leader = timeout(Duration::from_secs(1), self.queue.leader()).await;
                if let Ok(Ok(Some(leader))) = leader {
                    self.kill_nats(&leader)?;
                }
            }
            LEADER_RETURNS if self.options.cluster => self.nats.restart()?,
            _ if !self.options.cluster && is_half_done && self.nats_kills == 0 => {
                self.kill_nats("n1")?;
                self.nats.restart()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn kill_nats(&mut self, name: &str) -> Result<(), Error> {
        if self.nats.kill(name)? {
            println!("        nats-server {name} is killed");
            self.nats_kills += 1;
        }
        Ok(())
    }
}

/// The figures of a run.
pub(crate) struct Report {
    jobs: usize,
    published: usize,
    twice: usize,
    wrong: usize,
    elapsed: Duration,
    delays: (Duration, Duration),
    requests: u64,
    retry_afters: u64,
    in_spite: u64,
    kills: usize,
    nats_kills: usize,
    nats_cost: Cost,
    workers_cpu: Duration,
}

impl Report {
    pub(crate) fn requests_a_job(&self) -> f64 {
        self.requests as f64 / self.jobs as f64
    }

    pub(crate) fn is_right(&self) -> bool {
        self.published == self.jobs && self.twice + self.wrong == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { jobs, published, twice, wrong, requests, .. } = self;
        let seconds = self.elapsed.as_secs_f64();
        let jobs_f = *jobs as f64;
        writeln!(
            f,
            "{published} of {jobs} outcomes in {seconds:.1} s, {twice} published twice, {wrong} wrong"
        )?;
        writeln!(
            f,
            "published after the job's end: half within {:.2} s, 99 % within {:.2} s",
            self.delays.0.as_secs_f64(),
            self.delays.1.as_secs_f64()
        )?;
        writeln!(
            f,
            "{requests} requests, {:.0} a second, {:.3} a job",
            *requests as f64 / seconds,
            self.requests_a_job()
        )?;
        let Cost { messages, bytes, cpu } = self.nats_cost;
        writeln!(
            f,
            "NATS: {:.2} messages, {:.2} kB and {:.3} ms of CPU a job",
            messages as f64 / jobs_f,
            bytes as f64 / 1000.0 / jobs_f,
            cpu.as_secs_f64() * 1000.0 / jobs_f
        )?;
        writeln!(
            f,
            "workers: {:.3} ms of CPU a job",
            self.workers_cpu.as_secs_f64() * 1000.0 / jobs_f
        )?;
        writeln!(
            f,
            "{} Retry-Afters; {} requests in spite of one",
            self.retry_afters, self.in_spite
        )?;
        write!(f, "{} workers and {} servers of NATS killed", self.kills, self.nats_kills)
    }
}
