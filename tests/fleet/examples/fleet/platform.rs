use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use cycle_images::id::{HubId, SourceId};
use cycle_images::images::{CreateImage, CreateImageJob};
use cycle_images::{Hub, JobId};
use cycle_images_async::{Client, Reqwest, Tokio};
use cycle_images_fleet::{End, Error, HubConfig, transport};
use cycle_images_sandbox::{Fault, JobOutcome, Sandbox, Settings};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::options::Options;

/// Hubs that share a rate limit.
const HUBS_A_LIMIT: usize = 4;
const FAIL_EVERY: Duration = Duration::from_secs(10);
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How long a `Retry-After` may take to reach all workers.
const SPREADING: Duration = Duration::from_millis(100);
/// A job's time in the queue and its four steps.
const STEPS: u32 = 5;

/// Many hubs, each a sandbox of its own, with jobs whose end is decided beforehand.
pub(crate) struct Platform {
    hubs: Vec<SandboxHub>,
    poll: Duration,
    pub(crate) jobs: Vec<PlatformJob>,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

struct SandboxHub {
    sandbox: Sandbox,
    limit: String,
    step: Duration,
}

/// A job, how it ends, and when.
pub(crate) struct PlatformJob {
    pub(crate) hub: HubId,
    pub(crate) job: JobId,
    pub(crate) end: End,
    pub(crate) message: Option<String>,
    pub(crate) ends: SystemTime,
}

/// What the sandboxes saw of those who follow jobs.
#[derive(Default)]
pub(crate) struct Seen {
    /// Requests, by worker.
    pub(crate) requests: HashMap<String, u64>,
    paused: HashMap<String, Instant>,
    pub(crate) retry_afters: u64,
    /// Requests to hubs whose platform had asked to wait, once that could be known everywhere.
    pub(crate) in_spite: u64,
}

impl Seen {
    pub(crate) fn all(&self) -> u64 {
        self.requests.values().sum()
    }

    fn count(&mut self, worker: &str, limit: &str, status: u16) {
        *self.requests.entry(worker.to_owned()).or_default() += 1;
        let now = Instant::now();
        let asked = self.paused.get(limit).copied();
        let is_paused = asked.is_some_and(|at| (at + SPREADING..at + RETRY_AFTER).contains(&now));
        self.in_spite += u64::from(is_paused);
        if status == 429 {
            self.retry_afters += 1;
            self.paused.insert(limit.to_owned(), now);
        }
    }
}

impl Platform {
    /// Starts the sandboxes and their jobs.
    pub(crate) async fn start(options: &Options) -> Result<Self, Error> {
        let seen = Arc::default();
        let count = options.hubs.min(options.jobs);
        let hubs = (0..count).map(|n| SandboxHub::start(n, count, options, &seen));
        let hubs = hubs.collect::<Result<Vec<_>, Error>>()?;
        let transport = transport()?;
        let jobs = stream::iter(hubs.iter().enumerate()).map(|(n, hub)| {
            let share = options.jobs / count + usize::from(n < options.jobs % count);
            hub.start_jobs(share, &transport)
        });
        let jobs: Vec<Vec<PlatformJob>> = jobs.buffer_unordered(64).try_collect().await?;
        Ok(Self { jobs: jobs.into_iter().flatten().collect(), hubs, poll: options.poll, seen })
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn configs(&self) -> Vec<HubConfig> {
        let configs = self.hubs.iter().filter_map(|hub| {
            Some(HubConfig {
                id: HubId::new(hub.sandbox.hub_id()).ok()?,
                api_key: hub.sandbox.api_key().to_owned(),
                base_url: Some(hub.sandbox.url().to_owned()),
                poll_interval_ms: self.poll.as_millis().try_into().ok(),
                limit: Some(hub.limit.clone()),
            })
        });
        configs.collect()
    }

    /// Has a request of each hub fail every 10 s. Never returns.
    pub(crate) async fn fail_now_and_then(&self) {
        let faults = [
            Fault::too_many_requests(&RETRY_AFTER.as_secs().to_string()),
            Fault::Close,
            Fault::bad_gateway(),
            Fault::CloseAfter,
            Fault::Truncate,
            Fault::unavailable(),
            Fault::Delay(Duration::from_millis(300)),
        ];
        let mut ticks = tokio::time::interval(FAIL_EVERY.div_f64(self.hubs.len() as f64));
        for (hub, fault) in self.hubs.iter().cycle().zip(faults.iter().cycle()) {
            ticks.tick().await;
            hub.sandbox.fault(fault.clone());
        }
    }
}

impl SandboxHub {
    fn start(
        n: usize,
        of: usize,
        options: &Options,
        seen: &Arc<Mutex<Seen>>,
    ) -> Result<Self, Error> {
        let step = options.step + options.step.mul_f64(n as f64 / of as f64);
        let limit = format!("limit-{}", n / HUBS_A_LIMIT);
        let (seen, observed) = (Arc::clone(seen), limit.clone());
        let settings = Settings::default().step(step).latency(options.latency);
        let settings = settings.kept_requests(1000).on_request(move |request, status| {
            let agent = request.header("user-agent").unwrap_or_default();
            if let Some((_, worker)) = agent.split_once("fleet/") {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.count(worker, &observed, status);
            }
        });
        Ok(Self { sandbox: Sandbox::with(settings)?, limit, step })
    }

    async fn start_jobs(
        &self,
        count: usize,
        transport: &Reqwest,
    ) -> Result<Vec<PlatformJob>, Error> {
        let hub = Hub::new(self.sandbox.api_key(), self.sandbox.hub_id())?;
        let hub = hub.with_base_url(self.sandbox.url())?;
        let client = Client::new(hub, transport.clone(), Tokio);
        let create = CreateImage::new(SourceId::new(self.sandbox.source_id())?);
        let mut jobs = Vec::with_capacity(count);
        for n in 0..count {
            let image = client.call(&create).await?.data;
            let (outcome, end, steps) = fate(n);
            let message = match &outcome {
                JobOutcome::Fail { message, .. } => Some(message.clone()),
                _ => None,
            };
            self.sandbox.next_job(outcome);
            let job = client.call(&CreateImageJob::import(&image.id)).await?.data;
            let job: JobId = job.job_id().ok_or("the platform named no job")?.clone();
            let hub = HubId::new(self.sandbox.hub_id())?;
            let ends = SystemTime::now() + self.step * steps;
            jobs.push(PlatformJob { hub, job, end, message, ends });
        }
        Ok(jobs)
    }
}

/// How a job ends, and after how many steps: of ten, six are completed, two fail, one expires, and
/// the platform deletes one.
fn fate(n: usize) -> (JobOutcome, End, u32) {
    match n % 10 {
        3 | 6 => {
            let step = n % 4;
            let message = format!("disk {n} is full");
            (JobOutcome::Fail { step, message }, End::Failed, 2 + (n % 4) as u32)
        }
        5 => (JobOutcome::Expire, End::Expired, 1),
        8 => (JobOutcome::Vanish, End::Gone, STEPS),
        _ => (JobOutcome::Complete, End::Completed, STEPS),
    }
}
