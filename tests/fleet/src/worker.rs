use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use cycle_images::flow::{Flow, FlowError, JobTracker, JobUpdate, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::jobs::GetJob;
use cycle_images::{Hub, JobId, Timestamp};
use cycle_images_async::{Reqwest, Transport};
use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream::select_all;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::hubs::{HubConfig, Hubs, KnownHub};
use crate::job::{End, FollowedJob, Outcome, State, key};
use crate::limits::Limits;
use crate::queue::{Queue, QueueSettings};
use crate::trace::Trace;
use crate::{Error, NatsSettings, connect, now, transport, variable};

/// How many jobs a worker takes a step of at a time.
const AT_A_TIME: usize = 64;
/// How many messages of each partition it has at hand: few, as their time runs meanwhile.
const BATCH: usize = 8;
/// How long a request for messages holds. A server that is killed forgets it.
const EXPIRES: Duration = Duration::from_secs(5);
const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// The wait after an error that names none, for a hub without a key, and before the queue is
/// opened anew.
const PAUSE: Duration = Duration::from_secs(5);

/// What is asked of the queue after a step.
enum Next {
    /// The job has ended and that was told: the message is done.
    Finished,
    /// Deliver the message again after this time.
    Wait(Duration),
    /// Another worker has taken the job over, and the message with it.
    Leave,
}

struct Worker {
    queue: Queue,
    hubs: Hubs,
    limits: Limits,
    transport: Reqwest,
    name: String,
    trace: Trace,
    ack_wait: Duration,
}

/// Follows jobs until the process ends. It is configured by the environment: that of
/// [`NatsSettings::from_env`], `FLEET_HUBS` (a file), `FLEET_WORKER` (its name), and if set, `FLEET_REPLICAS` and `FLEET_TRACE` (a file to write).
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
    let ack_wait = queue.jobs().first().ok_or("no partitions")?.cached_info().config.ack_wait;
    let worker = Worker {
        hubs: Hubs::new(hubs, &name)?,
        limits: Limits::new(queue.bucket().clone()),
        transport: transport()?,
        trace: Trace::new(std::env::var_os("FLEET_TRACE").as_deref().map(Path::new))?,
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
        let mut streams = Vec::new();
        for jobs in self.queue.jobs() {
            streams.push(
                jobs.stream().max_messages_per_batch(BATCH).expires(EXPIRES).messages().await?,
            );
        }
        let take = async |message| match message {
            Ok(message) => self.take(&message).await,
            Err(error) => self.report(&Error::from(error)),
        };
        select_all(streams).for_each_concurrent(AT_A_TIME, take).await;
        Ok(())
    }

    /// Takes one step of the job that a message is about. After an error, the message is left as it
    /// is, and delivered again when its time is over.
    async fn take(&self, message: &Message) {
        self.trace.write("begin", &message.subject);
        let next = self.step(message).await;
        self.trace.write("end", &message.subject);
        let answer = match next {
            Ok(Next::Finished) => AckKind::Ack,
            Ok(Next::Wait(time)) => AckKind::Nak(Some(time)),
            Ok(Next::Leave) => return,
            Err(error) => return self.report(&error),
        };
        if let Err(error) = message.ack_with(answer).await {
            self.report(&error);
        }
    }

    async fn step(&self, message: &Message) -> Result<Next, Error> {
        let FollowedJob { hub: id, job, tracker } = serde_json::from_slice(&message.payload)?;
        let key = key(&id, &job)?;
        let (state, revision) = self.queue.load(&key).await?;
        let mut tracker = match state {
            Some(State::Ended(outcome)) => {
                self.queue.tell(&key, &outcome).await?;
                return Ok(Next::Finished);
            }
            Some(State::Following(tracker)) => *tracker,
            None => tracker,
        };
        let Some(known) = self.hubs.get(&id) else {
            self.report(&format!("no key of hub {id}").into());
            return Ok(Next::Wait(PAUSE));
        };
        if let Some(pause) = self.limits.pause(&known.limit, now()) {
            // Spread over a second, so that what has waited doesn't come at once.
            let spread = Duration::from_millis(message.info()?.stream_sequence % 1000);
            return Ok(Next::Wait(pause + spread));
        }
        let looked = match tracker.poll(&known.hub, now()) {
            Ok(Step::Wait(time)) => return Ok(Next::Wait(time)),
            Ok(Step::Send { request, .. }) => {
                self.look(&mut tracker, &job, known, request, message).await?
            }
            Ok(Step::Done) => return Err(format!("the tracker of job {job} has ended").into()),
            Err(error) => Err(error),
        };
        // A copy says what comes next, so that what is stored doesn't take the next request for one
        // that was sent.
        let (wait, late) = match tracker.clone().poll(&known.hub, now()) {
            Ok(Step::Wait(time)) => (time, None),
            Ok(_) => (Duration::ZERO, None),
            Err(error) => (PAUSE, Some(error)),
        };
        let error = looked.err().or(late);
        let end = match &error {
            Some(error) => End::of(error),
            None => tracker.completed(None).ok().map(|_| End::Completed),
        };
        let Some(end) = end else {
            let is_saved =
                self.queue.save(&key, &State::Following(Box::new(tracker)), revision).await?;
            return Ok(if is_saved { Next::Wait(wait) } else { Next::Leave });
        };
        let message = error.as_ref().map(ToString::to_string);
        let outcome = Outcome { hub: id, job, end, message, worker: self.name.clone() };
        if !self.queue.save(&key, &State::Ended(outcome.clone()), revision).await? {
            return Ok(Next::Leave);
        }
        self.queue.tell(&key, &outcome).await?;
        Ok(Next::Finished)
    }

    /// Sends the request of a tracker, and hands it the response.
    async fn look(
        &self,
        tracker: &mut JobTracker,
        job: &JobId,
        known: &KnownHub,
        request: Request<Vec<u8>>,
        message: &Message,
    ) -> Result<Result<Option<JobUpdate>, FlowError>, Error> {
        let outcome = self.send(request, message).await?;
        if let Ok(response) = &outcome
            && let Some(asked) = asked(&known.hub, job, response, now())
        {
            self.limits.extend(&known.limit, asked, now()).await?;
        }
        Ok(tracker.handle(&known.hub, outcome, now()))
    }

    /// Sends a request, and keeps its message for as long as that takes.
    async fn send(
        &self,
        request: Request<Vec<u8>>,
        message: &Message,
    ) -> Result<Result<Response<Vec<u8>>, SendFailure>, Error> {
        let request = timeout(REQUEST_LIMIT, self.transport.send(request));
        tokio::pin!(request);
        let mut ticks = interval(self.ack_wait / 3);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            tokio::select! {
                outcome = &mut request => return Ok(outcome.unwrap_or_else(|elapsed| {
                    Err(SendFailure::maybe_sent(elapsed).timed_out(REQUEST_LIMIT))
                })),
                _ = ticks.tick() => message.ack_with(AckKind::Progress).await?,
            }
        }
    }

    fn report(&self, error: &Error) {
        eprintln!("worker {}: {error}", self.name);
    }
}

/// The time that a platform asks all its callers to wait. The `Retry-After` of a success is about its
/// job alone, and the tracker's business.
fn asked(hub: &Hub, job: &JobId, response: &Response<Vec<u8>>, now: Timestamp) -> Option<Duration> {
    if response.status().is_success() {
        return None;
    }
    let error = hub.response(&GetJob::new(job), response.clone()).err()?;
    error.is_retryable().then(|| error.retry_after(now)).flatten()
}
