//! What another worker does with a job whose worker was killed between any two steps: the outcome is told
//! once. Needs `nats-server` in PATH.

#[path = "../examples/fleet/nats.rs"]
mod nats;

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use async_nats::jetstream;
use async_nats::jetstream::message::PublishMessage;
use cycle_images::flow::{Flow, JobTracker};
use cycle_images::http::Response;
use cycle_images::id::{HubId, SourceId};
use cycle_images::images::{CreateImage, CreateImageJob};
use cycle_images::{Hub, JobId};
use cycle_images_async::{Client, Tokio};
use cycle_images_fleet::{
    End, FollowedJob, HubConfig, NatsSettings, Outcome, Queue, QueueSettings, connect, transport,
};
use cycle_images_sandbox::{Sandbox, Settings};
use serde_json::json;

use nats::Nats;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How far the worker came that was killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Killed {
    BeforeTheFirstSave,
    AfterALook,
    AfterTheEndWasSaved,
    AfterTheEndWasTold,
    /// As before, and NATS has forgotten the message id.
    LongAfterTheEndWasTold,
}

#[tokio::test]
async fn the_outcome_is_told_once_wherever_a_worker_is_killed() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("fleet-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let tested = tokio::time::timeout(Duration::from_secs(60), test(&folder)).await;
    std::fs::remove_dir_all(&folder)?;
    tested?
}

async fn test(folder: &Path) -> Result<()> {
    let nats = Nats::start(folder)?;
    let sandbox = Sandbox::with(Settings::default().step(Duration::ZERO))?;
    let queue = Queue::open(connect(&nats.settings).await?, QueueSettings::from_env()?).await?;
    let points = [
        Killed::BeforeTheFirstSave,
        Killed::AfterALook,
        Killed::AfterTheEndWasSaved,
        Killed::AfterTheEndWasTold,
        Killed::LongAfterTheEndWasTold,
    ];
    let mut told = Vec::new();
    for killed in points {
        let job = start_job(&sandbox).await?;
        leave(&job, killed, &nats.settings).await?;
        queue.submit(&job).await?;
        told.push((job, killed));
    }
    let _worker = Worker::start(folder, &nats, &sandbox)?;
    while queue.followed().await? > 0 {}

    let stream = queue.outcomes();
    assert_eq!(stream.get_info().await?.state.messages, told.len() as u64);
    for (job, killed) in told {
        let subject = format!("fleet.outcome.{}.{}", job.hub, job.job);
        let message = stream.get_last_raw_message_by_subject(&subject).await?;
        let outcome: Outcome = serde_json::from_slice(&message.payload)?;
        let had_ended = !matches!(killed, Killed::BeforeTheFirstSave | Killed::AfterALook);
        let worker = if had_ended { "killed" } else { "another" };
        assert_eq!(outcome, ended(&job, worker), "{killed:?}");
    }
    Ok(())
}

async fn start_job(sandbox: &Sandbox) -> Result<FollowedJob> {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?.with_base_url(sandbox.url())?;
    let client = Client::new(hub, transport()?, Tokio);
    let source = SourceId::new(sandbox.source_id())?;
    let image = client.call(&CreateImage::new(source)).await?.data;
    let job = client.call(&CreateImageJob::import(&image.id)).await?.data;
    let job: JobId = job.job_id().ok_or("the platform named no job")?.clone();
    let tracker = JobTracker::new(&job, 7);
    Ok(FollowedJob { hub: HubId::new(sandbox.hub_id())?, job, tracker })
}

fn ended(job: &FollowedJob, worker: &str) -> Outcome {
    let (hub, job) = (job.hub.clone(), job.job.clone());
    Outcome { hub, job, end: End::Completed, message: None, worker: worker.to_owned() }
}

/// Stores what a worker leaves that is killed there.
async fn leave(job: &FollowedJob, killed: Killed, settings: &NatsSettings) -> Result<()> {
    let context = jetstream::new(connect(settings).await?);
    let key = format!("{}.{}", job.hub, job.job);
    let state = match killed {
        Killed::BeforeTheFirstSave => return Ok(()),
        Killed::AfterALook => json!({ "following": after_a_look(job)? }),
        _ => json!({ "ended": ended(job, "killed") }),
    };
    let state = serde_json::to_vec(&state)?;
    context.publish(format!("$KV.fleet.job.{key}"), state.into()).await?.await?;
    let outcome = serde_json::to_vec(&ended(job, "killed"))?;
    let message = PublishMessage::build().payload(outcome.into());
    let message = match killed {
        Killed::AfterTheEndWasTold => message.message_id(&key),
        Killed::LongAfterTheEndWasTold => message,
        _ => return Ok(()),
    };
    context.send_publish(format!("fleet.outcome.{key}"), message).await?.await?;
    Ok(())
}

fn after_a_look(job: &FollowedJob) -> Result<JobTracker> {
    let hub = Hub::new("key", job.hub.as_str())?;
    let (mut tracker, now) = (job.tracker.clone(), SystemTime::now().into());
    tracker.poll(&hub, now)?;
    let running = json!({ "data": { "id": job.job, "state": { "current": "running" } } });
    tracker.handle(&hub, Ok(Response::new(serde_json::to_vec(&running)?)), now)?;
    Ok(tracker)
}

/// A worker process, killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(folder: &Path, nats: &Nats, sandbox: &Sandbox) -> Result<Self> {
        let hub = HubConfig {
            id: HubId::new(sandbox.hub_id())?,
            api_key: sandbox.api_key().to_owned(),
            base_url: Some(sandbox.url().to_owned()),
            limit: None,
        };
        let hubs = folder.join("hubs.json");
        std::fs::write(&hubs, serde_json::to_vec(&[hub])?)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet-worker"));
        command
            .env("FLEET_WORKER", "another")
            .env("FLEET_HUBS", hubs)
            .env("NATS_URL", &nats.settings.url);
        Ok(Self(command.spawn()?))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
