use std::pin::pin;
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use cycle_images::flow::{Flow, JobReport, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::jobs::GetJobs;
use cycle_images::{Hub, Timestamp};
use cycle_images_async::{Reqwest, Transport};
use futures_util::StreamExt;
use futures_util::future::{join, try_join_all};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::batch::{Batch, End, Outcome, State};
use crate::hubs::{HubConfig, Hubs, KnownHub};
use crate::limits::Limits;
use crate::queue::{Joined, Queue, QueueSettings};
use crate::{Error, NatsSettings, connect, now, transport, variable};

/// How many batches a worker takes a step of at a time.
const AT_A_TIME: usize = 64;
/// How many messages it has at hand beyond these: few, as their time runs meanwhile.
const AT_HAND: usize = 16;
/// How long a request for messages holds. A server that is killed forgets it.
const EXPIRES: Duration = Duration::from_secs(5);
const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// The wait after an error that names none, for a hub without a key, and before the queue is
/// opened anew.
const PAUSE: Duration = Duration::from_secs(5);

/// What is asked of the queue after a step.
enum Next {
    /// All jobs have ended and their outcomes are published, or they have joined another batch.
    Finished,
    /// Deliver the message again after this time.
    Wait(Duration),
    /// Another worker was delivered the message, and has stored a newer state.
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
/// [`NatsSettings::from_env`] and [`QueueSettings::from_env`], `FLEET_HUBS` (a file of [`HubConfig`]s)
/// and `FLEET_WORKER` (its name).
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
    let ack_wait = queue.batches().cached_info().config.ack_wait;
    let worker = Worker {
        hubs: Hubs::new(hubs, &name)?,
        limits: Limits::new(queue.bucket().clone()),
        transport: transport()?,
        ack_wait,
        name,
        queue,
    };
    join(worker.run(), worker.limits.watch()).await;
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
        let batches = self.queue.batches();
        let messages = batches.stream().max_messages_per_batch(AT_HAND).expires(EXPIRES).messages();
        let take = async |message| match message {
            Ok(message) => self.take(&message).await,
            Err(error) => self.report(&Error::from(error)),
        };
        messages.await?.for_each_concurrent(AT_A_TIME, take).await;
        Ok(())
    }

    /// Takes a step of the batch that a message is about, and keeps the message for as long as that
    /// takes. After an error, the message is left as it is: it is delivered again after `ack_wait`.
    async fn take(&self, message: &Message) {
        let mut ticks = interval(self.ack_wait / 3);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut step = pin!(self.step(message));
        let next = loop {
            tokio::select! {
                next = &mut step => break next,
                _ = ticks.tick() => self.answer(message, AckKind::Progress).await,
            }
        };
        match next {
            Ok(Next::Finished) => self.answer(message, AckKind::Ack).await,
            Ok(Next::Wait(time)) => self.answer(message, AckKind::Nak(Some(time))).await,
            Ok(Next::Leave) => {}
            Err(error) => self.report(&error),
        }
    }

    async fn answer(&self, message: &Message, kind: AckKind) {
        if let Err(error) = message.ack_with(kind).await {
            self.report(&error);
        }
    }

    async fn step(&self, message: &Message) -> Result<Next, Error> {
        let batch: Batch = serde_json::from_slice(&message.payload)?;
        let key = batch.key()?;
        // Other for each message, so that those that wait for the same don't come at once.
        let spread = Duration::from_millis(message.info()?.stream_sequence % 1000);
        let Some(known) = self.hubs.get(&batch.hub) else {
            self.report(&format!("no key of hub {}", batch.hub).into());
            return Ok(Next::Wait(PAUSE));
        };
        let (mut state, mut revision) = match self.queue.load(&key).await? {
            Some(loaded) => loaded,
            None => match self.queue.join(&batch, &key, now()).await? {
                Joined::Other => return Ok(Next::Finished),
                Joined::NotYet => return Ok(Next::Wait(spread)),
                Joined::None => (State::new(&batch, known.poll_interval, now()), 0),
            },
        };
        let (loaded, joined) = (state.tracker.clone(), state.joined.len());
        state.add_joined();
        let (mut wait, outcomes) = self.round(&mut state, &batch, known, spread).await?;
        try_join_all(outcomes.iter().map(|outcome| self.queue.publish(outcome))).await?;
        state.stored = now();
        while !self.queue.save(&key, &state, revision).await? {
            // Either other batches joined meanwhile, or another worker was delivered the message.
            let stored =
                self.queue.load(&key).await?.filter(|(stored, _)| stored.tracker == loaded);
            let Some((mut stored, newer)) = stored else { return Ok(Next::Leave) };
            (state.joined, revision) = (stored.joined.split_off(joined), newer);
            wait = wait.or(Some(Duration::ZERO));
        }
        Ok(wait.map_or(Next::Finished, Next::Wait))
    }

    /// Sends requests until the tracker waits. Returns for how long, `None` without jobs, and the jobs
    /// that ended.
    async fn round(
        &self,
        state: &mut State,
        batch: &Batch,
        known: &KnownHub,
        spread: Duration,
    ) -> Result<(Option<Duration>, Vec<Outcome>), Error> {
        let mut outcomes = Vec::new();
        let mut reports = Vec::new();
        let wait = loop {
            reports.extend(state.tracker.due(now()).unwrap_or_default());
            for JobReport { id: job, result, .. } in reports.drain(..).filter(JobReport::is_last) {
                let (end, message) = match result {
                    Ok(_) => (Some(End::Completed), None),
                    Err(error) => {
                        let end = state.end(&job, &error, batch.deadline, now());
                        (end, Some(error.to_string()))
                    }
                };
                let (hub, worker) = (batch.hub.clone(), self.name.clone());
                outcomes.extend(end.map(|end| Outcome { hub, job, end, message, worker }));
            }
            if let Some(pause) = self.limits.pause(&known.limit, now()) {
                break Some(pause + spread);
            }
            let result = match state.tracker.poll(&known.hub, now()) {
                Ok(Step::Done) => break None,
                Ok(Step::Wait(time)) => break Some(time),
                Ok(Step::Send { request, .. }) => {
                    let response = self.send(request, known).await?;
                    state.tracker.handle(&known.hub, response, now())
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

/// The time that a platform asks all its callers to wait. The `Retry-After` of a success is about the
/// next poll alone, and the tracker waits for it.
fn asked(hub: &Hub, response: &Response<Vec<u8>>, now: Timestamp) -> Option<Duration> {
    if response.status().is_success() {
        return None;
    }
    let error = hub.response(&GetJobs::new(), response.clone()).err()?;
    error.is_retryable().then(|| error.retry_after(now)).flatten()
}
