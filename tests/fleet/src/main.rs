//! The worker program: `fleet-worker` follows jobs until it is stopped, `fleet-worker submit HUB JOB`
//! hands it one. See the README.

use std::process::ExitCode;

use cycle_images::JobId;
use cycle_images::flow::JobTracker;
use cycle_images::id::HubId;
use cycle_images_fleet::{
    Error, FollowedJob, NatsSettings, Queue, QueueSettings, connect, run_worker,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments.as_slice() {
        [] => run_worker().await,
        ["submit", hub, job] => submit(hub, job).await,
        _ => Err("usage: fleet-worker [submit HUB JOB]".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn submit(hub: &str, job: &str) -> Result<(), Error> {
    let nats = connect(&NatsSettings::from_env()?).await?;
    let queue = Queue::open(nats, QueueSettings::from_env()?).await?;
    let (hub, job) = (HubId::new(hub)?, JobId::new(job)?);
    // The seed of the backoff's jitter: another for each job.
    let tracker = JobTracker::new(&job, seed(job.as_str()));
    queue.submit(&FollowedJob { hub, job, tracker }).await
}

fn seed(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
