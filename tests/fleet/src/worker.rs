use std::pin::pin;
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use cycle_images::flow::{Flow, JobReport, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::id::HubId;
use cycle_images::jobs::GetJobs;
use cycle_images::{Hub, Timestamp};
use cycle_images_async::{Reqwest, Transport};
use futures_util::StreamExt;
use futures_util::future::{join3, try_join_all};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::hubs::{HubConfig, Hubs, KnownHub};
use crate::jobs::{End, Followed, Outcome};
use crate::limits::Limits;
use crate::queue::{Queue, QueueSettings};
use crate::{Error, NatsSettings, connect, now, transport, variable};

/// How many hubs a worker takes a step of at a time.
const AT_A_TIME: usize = 64;
/// How many messages it has fetched beyond these: few, as their `ack_wait` runs meanwhile.
const AT_HAND: usize = 16;
/// How long a request for messages holds. A server that is killed forgets it.
const EXPIRES: Duration = Duration::from_secs(5);
const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// The wait after an error that names none, for a hub without a key, and before the queue is
/// opened again.
const PAUSE: Duration = Duration::from_secs(5);

/// What is asked of the queue after a step.
enum Next {
    /// The hub has no jobs left.
    Finished,
    /// Deliver the message again after this time.
    Wait(Duration),
    /// Another worker was delivered the message, and has stored newer jobs.
    Leave,
}

struct Worker {
    queue: Queue,
    hubs: Hubs,
    limits: Limits,
    transport: Reqwest,
    name: String,
    ack_wait: Duration,
}

/// Follows jobs until the process ends. It is configured by the environment: that of
/// [`NatsSettings::from_env`] and [`QueueSettings::from_env`], `FLEET_HUBS` (a file of
/// [`HubConfig`]s) and `FLEET_WORKER` (its name).
///
/// # Errors
/// If it can't be started.
pub async fn run_worker() -> Result<(), Error> {
    let name = variable("FLEET_WORKER")?;
    let hubs: Vec<HubConfig> = serde_json::from_slice(&std::fs::read(variable("FLEET_HUBS")?)?)?;
    let nats = connect(&NatsSettings::from_env()?).await?;
    let settings = QueueSettings::from_env()?;
    // A cluster may be without a leader for some seconds.
    let queue = loop {
        match Queue::open(nats.clone(), settings).await {
            Ok(queue) => break queue,
            Err(error) => eprintln!("worker {name}: opening the queue: {error}"),
        }
        sleep(PAUSE).await;
    };
    let ack_wait = queue.consumer().cached_info().config.ack_wait;
    let worker = Worker {
        hubs: Hubs::new(hubs, &name)?,
        limits: Limits::new(queue.bucket().clone()),
        transport: transport()?,
        ack_wait,
        name,
        queue,
    };
    join3(worker.run(), worker.revive(), worker.limits.watch()).await;
    Ok(())
}

impl Worker {
    async fn run(&self) {
        loop {
            if let Err(error) = self.run_until_closed().await {
                self.report(&error);
            }
            sleep(PAUSE).await;
        }
    }

    async fn run_until_closed(&self) -> Result<(), Error> {
        let consumer = self.queue.consumer();
        let messages =
            consumer.stream().max_messages_per_batch(AT_HAND).expires(EXPIRES).messages();
        let take = async |message| match message {
            Ok(message) => self.take(&message).await,
            Err(error) => self.report(&Error::from(error)),
        };
        messages.await?.for_each_concurrent(AT_A_TIME, take).await;
        Ok(())
    }

    /// Looks for messages that were lost. Never returns.
    async fn revive(&self) {
        loop {
            sleep(self.ack_wait).await;
            if let Err(error) = self.queue.revive().await {
                self.report(&error);
            }
        }
    }

    /// Takes a step of the hub that a message is about, and keeps the message for as long as that
    /// takes. After an error, the message is left as it is: it is delivered again after `ack_wait`.
    async fn take(&self, message: &Message) {
        let mut ticks = interval(self.ack_wait / 3);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let Some(hub) =
            message.subject.strip_prefix("fleet.hub.").and_then(|id| HubId::new(id).ok())
        else {
            return self.report(&format!("a message of no hub: {}", message.subject).into());
        };
        let mut step = pin!(self.step(&hub, message));
        let next = loop {
            tokio::select! {
                next = &mut step => break next,
                _ = ticks.tick() => {
                    if let Err(error) = message.ack_with(AckKind::Progress).await {
                        self.report(&error);
                    }
                }
            }
        };
        let ended = match next {
            Ok(Next::Finished) => self.queue.finish(&hub, message).await,
            Ok(Next::Wait(time)) => message.ack_with(AckKind::Nak(Some(time))).await,
            Ok(Next::Leave) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            self.report(&error);
        }
    }

    async fn step(&self, hub: &HubId, message: &Message) -> Result<Next, Error> {
        let Some(known) = self.hubs.get(hub) else {
            self.report(&format!("no key of hub {hub}").into());
            return Ok(Next::Wait(PAUSE));
        };
        let (mut jobs, revision) = self.queue.load(hub).await?;
        if let Some(interval) = known.poll_interval {
            jobs.tracker = jobs.tracker.poll_interval(interval);
        }
        // These are stored: they were loaded.
        self.queue.delete_submitted(std::mem::take(&mut jobs.taken)).await?;
        self.queue.add_submitted(hub, &mut jobs).await?;
        let (wait, outcomes) = self.round(&mut jobs, hub, known, message).await?;
        try_join_all(outcomes.iter().map(|outcome| self.queue.publish(outcome))).await?;
        if wait.is_none() && jobs.taken.is_empty() {
            self.queue.delete(revision).await?;
            return Ok(Next::Finished);
        }
        let is_saved = self.queue.save(hub, &jobs, revision).await?;
        Ok(if is_saved { Next::Wait(wait.unwrap_or_default()) } else { Next::Leave })
    }

    /// Sends requests until the tracker waits. Returns for how long, `None` without jobs, and the
    /// jobs that ended.
    async fn round(
        &self,
        jobs: &mut Followed,
        hub: &HubId,
        known: &KnownHub,
        message: &Message,
    ) -> Result<(Option<Duration>, Vec<Outcome>), Error> {
        let mut outcomes = Vec::new();
        let mut reports = Vec::new();
        let wait = loop {
            reports.extend(jobs.tracker.due(now()).unwrap_or_default());
            for JobReport { id: job, result, .. } in reports.drain(..).filter(JobReport::is_last) {
                let (end, message) = match result {
                    Ok(_) => (Some(End::Completed), None),
                    Err(error) => {
                        let end = jobs.end(&job, &error, now());
                        (end, Some(error.to_string()))
                    }
                };
                let (hub, worker) = (hub.clone(), self.name.clone());
                outcomes.extend(end.map(|end| Outcome { hub, job, end, message, worker }));
            }
            if let Some(pause) = self.limits.pause(&known.limit, now()) {
                // Spread over a second, so that what has waited doesn't come at once.
                break Some(pause + Duration::from_millis(message.info()?.stream_sequence % 1000));
            }
            let result = match jobs.tracker.poll(&known.hub, now()) {
                Ok(Step::Done) => break None,
                Ok(Step::Wait(time)) => break Some(time),
                Ok(Step::Send { request, .. }) => {
                    let response = self.send(request, known).await?;
                    jobs.tracker.handle(&known.hub, response, now())
                }
                Err(error) => Err(error),
            };
            match result {
                Ok(new) => reports = new.unwrap_or_default(),
                // About all jobs, such as a revoked key: they are followed until their deadlines.
                Err(error) => {
                    self.report(&error.into());
                    break Some(PAUSE);
                }
            }
        };
        Ok((wait, outcomes))
    }

    /// Sends a request, and has all workers wait if the platform asks for it.
    async fn send(
        &self,
        request: Request<Vec<u8>>,
        known: &KnownHub,
    ) -> Result<Result<Response<Vec<u8>>, SendFailure>, Error> {
        let sent = timeout(REQUEST_LIMIT, self.transport.send(request)).await;
        let response = sent.unwrap_or_else(|elapsed| {
            Err(SendFailure::maybe_sent(elapsed).timed_out(REQUEST_LIMIT))
        });
        if let Ok(response) = &response
            && let Some(asked) = asked(&known.hub, response, now())
        {
            self.limits.extend(&known.limit, asked, now()).await?;
        }
        Ok(response)
    }

    fn report(&self, error: &Error) {
        eprintln!("worker {}: {error}", self.name);
    }
}

/// The time that a platform asks all its callers to wait. The `Retry-After` of a success is about
/// the next poll alone, and the tracker waits for it.
fn asked(hub: &Hub, response: &Response<Vec<u8>>, now: Timestamp) -> Option<Duration> {
    if response.status().is_success() {
        return None;
    }
    let error = hub.response(&GetJobs::new(), response.clone()).err()?;
    error.is_retryable().then(|| error.retry_after(now)).flatten()
}
