use std::collections::HashMap;
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

/// Short, so that the hubs of a killed worker don't wait for long.
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
        Ok(Self {
            options,
            platform,
            queue,
            workers,
            nats,
            started,
            outcomes: Outcomes::default(),
            seconds: 0,
            kills: 0,
            nats_kills: 0,
        })
    }

    /// Waits for the outcomes, and shows how it goes.
    pub(crate) async fn follow(mut self) -> Result<(), Error> {
        // Durable, and each is acknowledged: what a server that is killed was sending comes again.
        let consumer = pull::Config {
            durable_name: Some("report".to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
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
                    Ok(message) => self.note(&message).await?,
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
                    // Until every message is acknowledged, or would have been delivered again: a
                    // server that was killed may count messages that are acknowledged.
                    let elapsed = *elapsed.get_or_insert_with(|| self.started.elapsed());
                    let settled = elapsed + 3 * ACK_WAIT;
                    let followed = timeout(Duration::from_secs(1), self.queue.followed()).await;
                    if matches!(followed, Ok(Ok(0))) || self.started.elapsed() > settled {
                        break;
                    }
                }
            }
        }
        self.report(elapsed.unwrap_or_default())
    }

    /// Shows the figures of the run. An error if it isn't as it should be.
    fn report(self, elapsed: Duration) -> Result<(), Error> {
        let jobs = self.platform.jobs.len();
        let (published, twice) = (self.outcomes.jobs(), self.outcomes.twice());
        let wrong = self.outcomes.wrong(&self.platform.jobs);
        let seconds = elapsed.as_secs_f64();
        println!(
            "\n{published} of {jobs} outcomes in {seconds:.1} s, {twice} published twice, {wrong} wrong"
        );
        if let Some((half, most)) = self.outcomes.delays(&self.platform.jobs) {
            let (half, most) = (half.as_secs_f64(), most.as_secs_f64());
            println!(
                "published after the job's end: half within {half:.2} s, 99 % within {most:.2} s"
            );
        }
        let seen = self.platform.seen();
        let (requests, a_job) = (seen.all(), |count: f64| count / jobs as f64);
        let (a_second, requests_a_job) = (requests as f64 / seconds, a_job(requests as f64));
        println!("{requests} requests, {a_second:.0} a second, {requests_a_job:.3} a job");
        println!("{} Retry-Afters; {} requests in spite of one", seen.retry_afters, seen.in_spite);
        println!("{} workers and {} servers of NATS killed", self.kills, self.nats_kills);
        let Cost { messages, bytes, cpu } = self.nats.cost();
        println!(
            "NATS: {:.2} messages, {:.2} kB and {:.3} ms of CPU a job",
            a_job(messages as f64),
            a_job(bytes as f64 / 1000.0),
            a_job(cpu.as_secs_f64() * 1000.0)
        );
        let cpu = self.workers.stop()?.as_secs_f64() * 1000.0;
        println!("workers: {:.3} ms of CPU a job", a_job(cpu));
        if published < jobs || twice + wrong > 0 {
            return Err("an outcome is missing, wrong or published twice".into());
        }
        if requests_a_job > self.options.max_requests {
            return Err("too many requests".into());
        }
        Ok(())
    }

    async fn note(&mut self, message: &Message) -> Result<(), Error> {
        let info = message.info()?;
        let outcome = serde_json::from_slice(&message.payload)?;
        self.outcomes.add(info.stream_sequence, outcome, info.published.into());
        message.ack().await
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
