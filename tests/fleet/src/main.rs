//! The worker program: `fleet-worker` follows jobs until it is stopped, `fleet-worker submit HUB
//! JOB...` submits jobs to all workers. See the README.

use std::process::ExitCode;
use std::time::Duration;

use cycle_images::JobId;
use cycle_images::id::HubId;
use cycle_images_fleet::{Error, NatsSettings, Queue, QueueSettings, connect, run_worker};

/// How long a job is followed.
const DEADLINE: Duration = Duration::from_secs(3600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments.as_slice() {
        [] => run_worker().await,
        ["submit", hub, jobs @ ..] if !jobs.is_empty() => submit(hub, jobs).await,
        _ => Err("usage: fleet-worker [submit HUB JOB...]".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn submit(hub: &str, jobs: &[&str]) -> Result<(), Error> {
    let nats = connect(&NatsSettings::from_env()?).await?;
    let queue = Queue::open(nats, QueueSettings::from_env()?).await?;
    let jobs = jobs.iter().map(|job| JobId::new(*job)).collect::<Result<Vec<_>, _>>()?;
    queue.submit(&HubId::new(hub)?, &jobs, DEADLINE).await
}
