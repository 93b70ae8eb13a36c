//! What a worker does after another was killed between any two steps: each outcome is published
//! once. Needs `nats-server` in PATH.

#[allow(dead_code, reason = "the example needs more of it")]
#[path = "../examples/fleet/nats.rs"]
mod nats;

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use async_nats::jetstream;
use async_nats::jetstream::message::PublishMessage;
use cycle_images::flow::{Flow, JobsTracker, Step};
use cycle_images::http::Response;
use cycle_images::id::{HubId, SourceId};
use cycle_images::images::{CreateImage, CreateImageJob};
use cycle_images::{Hub, JobId};
use cycle_images_async::{Client, Tokio};
use cycle_images_fleet::{
    End, HubConfig, NatsSettings, Outcome, Queue, QueueSettings, connect, transport,
};
use cycle_images_sandbox::{Sandbox, Settings};
use serde_json::json;

use nats::Nats;

const DEADLINE: Duration = Duration::from_secs(3600);

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How far it had come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Killed {
    AfterTheSubmission,
    /// The submitter was killed, between its two messages.
    WithinTheSubmission,
    /// The jobs are stored. They are submitted as well.
    AfterTheFirstRound,
    AfterTheSecondRound,
    AfterThePublish,
    /// As before, and NATS has forgotten the message ids.
    LongAfterThePublish,
    /// The jobs are deleted, the hub's message is not acknowledged.
    AfterTheLastRound,
    /// A server of NATS was killed, and forgot the hub's message.
    NatsAfterTheSecondRound,
}

const KILLED: [Killed; 8] = [
    Killed::AfterTheSubmission,
    Killed::WithinTheSubmission,
    Killed::AfterTheFirstRound,
    Killed::AfterTheSecondRound,
    Killed::AfterThePublish,
    Killed::LongAfterThePublish,
    Killed::AfterTheLastRound,
    Killed::NatsAfterTheSecondRound,
];

impl Killed {
    fn has_published(self) -> bool {
        matches!(self, Self::AfterThePublish | Self::LongAfterThePublish | Self::AfterTheLastRound)
    }

    fn is_submitted(self) -> bool {
        matches!(
            self,
            Self::AfterTheSubmission | Self::WithinTheSubmission | Self::AfterTheFirstRound
        )
    }

    fn has_message(self) -> bool {
        !matches!(self, Self::WithinTheSubmission | Self::NatsAfterTheSecondRound)
    }

    fn is_stored(self) -> bool {
        !matches!(
            self,
            Self::AfterTheSubmission | Self::WithinTheSubmission | Self::AfterTheLastRound
        )
    }
}

#[tokio::test]
async fn each_outcome_is_published_once_wherever_a_worker_is_killed() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("fleet-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let tested = tokio::time::timeout(Duration::from_secs(60), test(&folder)).await;
    std::fs::remove_dir_all(&folder)?;
    tested?
}

async fn test(folder: &Path) -> Result<()> {
    let nats = Nats::start(folder)?;
    // A message is taken for lost after four times this.
    let settings = QueueSettings { ack_wait: Duration::from_millis(500), replicas: 1 };
    let client = connect(&nats.settings).await?;
    let (queue, context) = (Queue::open(client.clone(), settings).await?, jetstream::new(client));
    let mut hubs = Vec::new();
    for killed in KILLED {
        let hub = HubJobs::start().await?;
        hub.leave(killed, &queue, &nats.settings).await?;
        hubs.push((hub, killed));
    }
    let _worker = Worker::start(folder, &nats, &hubs)?;
    let stream = queue.outcomes();
    while stream.get_info().await?.state.messages < 2 * hubs.len() as u64 {}
    while queue.followed().await? > 0 {}
    for name in ["FLEET_JOBS", "KV_fleet"] {
        let left = context.get_stream(name).await?.get_info().await?.state.messages;
        assert_eq!(left, 0, "{name}");
    }

    for (hub, killed) in hubs {
        let worker = if killed.has_published() { "killed" } else { "another" };
        for job in &hub.jobs {
            let subject = format!("fleet.outcome.{}.{job}", hub.id);
            let message = stream.get_last_raw_message_by_subject(&subject).await?;
            let published: Outcome = serde_json::from_slice(&message.payload)?;
            assert_eq!(published, hub.outcome(job, worker), "{killed:?}");
        }
    }
    Ok(())
}

/// A hub with two jobs, which end at once.
struct HubJobs {
    sandbox: Sandbox,
    id: HubId,
    jobs: Vec<JobId>,
}

impl HubJobs {
    async fn start() -> Result<Self> {
        let sandbox = Sandbox::with(Settings::default().step(Duration::ZERO))?;
        let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?.with_base_url(sandbox.url())?;
        let client = Client::new(hub, transport()?, Tokio);
        let source = SourceId::new(sandbox.source_id())?;
        let mut jobs = Vec::new();
        for _ in 0..2 {
            let image = client.call(&CreateImage::new(source.clone())).await?.data;
            let job = client.call(&CreateImageJob::import(&image.id)).await?.data;
            jobs.push(job.job_id().ok_or("the platform named no job")?.clone());
        }
        Ok(Self { id: HubId::new(sandbox.hub_id())?, sandbox, jobs })
    }

    fn outcome(&self, job: &JobId, worker: &str) -> Outcome {
        let (hub, job) = (self.id.clone(), job.clone());
        Outcome { hub, job, end: End::Completed, message: None, worker: worker.to_owned() }
    }

    /// Stores what is left then.
    async fn leave(&self, killed: Killed, queue: &Queue, settings: &NatsSettings) -> Result<()> {
        let context = jetstream::new(connect(settings).await?);
        let publish = async |subject: String, payload: Vec<u8>, id: Option<&str>| -> Result<_> {
            let message = PublishMessage::build().payload(payload.into());
            let message = id.into_iter().fold(message, PublishMessage::message_id);
            Ok(context.send_publish(subject, message).await?.await?.sequence)
        };
        queue.submit(&self.id, &self.jobs, DEADLINE).await?;
        let first = async |stream: &str, subject: String| -> Result<u64> {
            let stream = context.get_stream(stream).await?;
            Ok(stream.get_last_raw_message_by_subject(&subject).await?.sequence)
        };
        let submitted = first("FLEET_JOBS", format!("fleet.job.{}.*", self.id)).await?;
        if killed.is_stored() {
            let tracker = after_a_round(&self.id, &self.jobs)?;
            let taken = if killed.is_submitted() { vec![submitted] } else { Vec::new() };
            let stored = serde_json::to_vec(&json!({ "tracker": tracker, "taken": taken }))?;
            publish(format!("$KV.fleet.hub.{}", self.id), stored, None).await?;
        }
        if !killed.is_submitted() {
            context.get_stream("FLEET_JOBS").await?.delete_message(submitted).await?;
        }
        if !killed.has_message() {
            let message = first("FLEET_HUBS", format!("fleet.hub.{}", self.id)).await?;
            context.get_stream("FLEET_HUBS").await?.delete_message(message).await?;
        }
        if killed.has_published() {
            for job in &self.jobs {
                let id = format!("{}.{job}", self.id);
                let outcome = serde_json::to_vec(&self.outcome(job, "killed"))?;
                let known = Some(id.as_str()).filter(|_| killed == Killed::AfterThePublish);
                publish(format!("fleet.outcome.{id}"), outcome, known).await?;
            }
        }
        Ok(())
    }
}

/// The tracker of jobs that were all seen running.
fn after_a_round(hub: &HubId, jobs: &[JobId]) -> Result<JobsTracker> {
    let (hub, now) = (Hub::new("key", hub.as_str())?, SystemTime::now().into());
    let mut tracker = JobsTracker::new(jobs.iter().cloned(), 7);
    while let Step::Send { request, .. } = tracker.poll(&hub, now)? {
        let id = request.uri().path().rsplit('/').next();
        let running = json!({ "data": { "id": id, "state": { "current": "running" } } });
        tracker.handle(&hub, Ok(Response::new(serde_json::to_vec(&running)?)), now)?;
    }
    Ok(tracker)
}

/// A worker process, killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(folder: &Path, nats: &Nats, hubs: &[(HubJobs, Killed)]) -> Result<Self> {
        let config = |(hub, _): &(HubJobs, Killed)| HubConfig {
            id: hub.id.clone(),
            api_key: hub.sandbox.api_key().to_owned(),
            base_url: Some(hub.sandbox.url().to_owned()),
            poll_interval_ms: None,
            limit: None,
        };
        let file = folder.join("hubs.json");
        std::fs::write(&file, serde_json::to_vec(&hubs.iter().map(config).collect::<Vec<_>>())?)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet-worker"));
        command.env("FLEET_WORKER", "another").env("FLEET_HUBS", file);
        Ok(Self(command.env("NATS_URL", &nats.settings.url).spawn()?))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
