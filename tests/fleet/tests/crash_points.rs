//! What another worker does with a batch whose worker was killed between any two steps: each outcome is
//! published once. Needs `nats-server` in PATH.

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
use cycle_images::{Hub, JobId, Timestamp};
use cycle_images_async::{Client, Tokio};
use cycle_images_fleet::{
    Batch, End, HubConfig, NatsSettings, Outcome, Queue, QueueSettings, connect, transport,
};
use cycle_images_sandbox::{Sandbox, Settings};
use serde_json::json;

use nats::Nats;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How far the worker came that was killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Killed {
    /// It took no step.
    AtOnce,
    /// The batch is the one of its hub that others join, and has no state.
    AfterItWasOpened,
    AfterARound,
    /// Another batch has joined it, whose message is not acknowledged.
    AfterAJoin,
    AfterThePublish,
    /// As before, and NATS has forgotten the message id.
    LongAfterThePublish,
    /// The message is not acknowledged.
    AfterTheEndWasStored,
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
    let queue = Queue::open(connect(&nats.settings).await?, QueueSettings::from_env()?).await?;
    let points = [
        Killed::AtOnce,
        Killed::AfterItWasOpened,
        Killed::AfterARound,
        Killed::AfterAJoin,
        Killed::AfterThePublish,
        Killed::LongAfterThePublish,
        Killed::AfterTheEndWasStored,
    ];
    let mut started = Vec::new();
    for killed in points {
        let hub = HubJobs::start().await?;
        hub.leave(killed, &nats.settings).await?;
        for batch in [&hub.first, &hub.second] {
            queue.submit(&batch.hub, &batch.jobs, batch.deadline).await?;
        }
        started.push((hub, killed));
    }
    let _worker = Worker::start(folder, &nats, &started)?;
    while queue.followed().await? > 0 {}

    let stream = queue.outcomes();
    assert_eq!(stream.get_info().await?.state.messages, 4 * started.len() as u64);
    for (hub, killed) in started {
        let is_published =
            [Killed::AfterThePublish, Killed::LongAfterThePublish, Killed::AfterTheEndWasStored];
        let worker = if is_published.contains(&killed) { "killed" } else { "another" };
        for (batch, worker) in [(&hub.first, worker), (&hub.second, "another")] {
            for job in &batch.jobs {
                let subject = format!("fleet.outcome.{}.{job}", batch.hub);
                let message = stream.get_last_raw_message_by_subject(&subject).await?;
                let published: Outcome = serde_json::from_slice(&message.payload)?;
                assert_eq!(published, outcome(batch, job, worker), "{killed:?}");
            }
        }
    }
    Ok(())
}

/// A hub with two batches of two jobs each, which end at once.
struct HubJobs {
    sandbox: Sandbox,
    first: Batch,
    second: Batch,
}

impl HubJobs {
    async fn start() -> Result<Self> {
        let sandbox = Sandbox::with(Settings::default().step(Duration::ZERO))?;
        let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?.with_base_url(sandbox.url())?;
        let client = Client::new(hub, transport()?, Tokio);
        let source = SourceId::new(sandbox.source_id())?;
        let batch = async || -> Result<Batch> {
            let mut jobs = Vec::new();
            for _ in 0..2 {
                let image = client.call(&CreateImage::new(source.clone())).await?.data;
                let job = client.call(&CreateImageJob::import(&image.id)).await?.data;
                jobs.push(job.job_id().ok_or("the platform named no job")?.clone());
            }
            let hub = HubId::new(sandbox.hub_id())?;
            Ok(Batch { hub, jobs, deadline: Duration::from_secs(3600) })
        };
        let (first, second) = (batch().await?, batch().await?);
        Ok(Self { sandbox, first, second })
    }

    /// Stores what a worker of the first batch leaves that is killed there.
    async fn leave(&self, killed: Killed, settings: &NatsSettings) -> Result<()> {
        let context = jetstream::new(connect(settings).await?);
        let put = async |key: String, value: Vec<u8>| -> Result<()> {
            context.publish(format!("$KV.fleet.{key}"), value.into()).await?.await?;
            Ok(())
        };
        if killed == Killed::AtOnce {
            return Ok(());
        }
        let key = self.first.key()?;
        put(format!("open.{}", self.first.hub), key.clone().into_bytes()).await?;
        let tracker = match killed {
            Killed::AfterItWasOpened => return Ok(()),
            Killed::AfterTheEndWasStored => JobsTracker::new(Vec::<JobId>::new(), 7),
            _ => after_a_round(&self.first)?,
        };
        let joined = if killed == Killed::AfterAJoin { vec![&self.second] } else { Vec::new() };
        let stored = Timestamp::from(SystemTime::now());
        let state = json!({ "tracker": tracker, "stored": stored, "joined": joined });
        put(format!("batch.{key}"), serde_json::to_vec(&state)?).await?;
        for job in &self.first.jobs {
            let outcome = serde_json::to_vec(&outcome(&self.first, job, "killed"))?;
            let message = PublishMessage::build().payload(outcome.into());
            let id = format!("{}.{job}", self.first.hub);
            let message = match killed {
                Killed::AfterThePublish => message.message_id(&id),
                Killed::LongAfterThePublish | Killed::AfterTheEndWasStored => message,
                _ => return Ok(()),
            };
            context.send_publish(format!("fleet.outcome.{id}"), message).await?.await?;
        }
        Ok(())
    }
}

fn outcome(batch: &Batch, job: &JobId, worker: &str) -> Outcome {
    let (hub, job) = (batch.hub.clone(), job.clone());
    Outcome { hub, job, end: End::Completed, message: None, worker: worker.to_owned() }
}

/// The tracker of a batch whose jobs were all seen running.
fn after_a_round(batch: &Batch) -> Result<JobsTracker> {
    let (hub, now) = (Hub::new("key", batch.hub.as_str())?, SystemTime::now().into());
    let mut tracker = JobsTracker::new(batch.jobs.iter().cloned(), 7);
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
            id: hub.first.hub.clone(),
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
