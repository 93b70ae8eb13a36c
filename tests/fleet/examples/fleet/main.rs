//! Follows the jobs of many hubs from some worker processes, over a `nats-server` of its own or
//! that of `NATS_URL`, against sandboxes. With `--chaos`, workers are killed every few seconds,
//! NATS is killed and started again, and the platform fails now and then. Fails unless every
//! outcome was published once and is what the sandbox decided.

mod fleet;
mod nats;
mod options;
mod outcomes;
mod platform;
mod workers;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use cycle_images_fleet::{Error, run_worker};

use fleet::Fleet;
use nats::Nats;
use options::{Options, USAGE};
use platform::Platform;

/// What a run takes at most.
const LIMIT: Duration = Duration::from_secs(900);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let ended = if std::env::args().nth(1).is_some_and(|argument| argument == "worker") {
        run_worker().await
    } else {
        match Options::read(std::env::args().skip(1)) {
            Some(options) => run(&options).await,
            None => Err(USAGE.into()),
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Error> {
    let folder = std::env::temp_dir().join(format!("fleet-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let ended = tokio::time::timeout(LIMIT, run_in(&folder, options)).await;
    let ended =
        ended.unwrap_or_else(|_| Err(format!("not done after {} s", LIMIT.as_secs()).into()));
    match ended {
        Err(error) if folder.join("workers.log").exists() => {
            let folder = folder.display();
            Err(format!("{error}; what the workers wrote is in {folder}").into())
        }
        ended => {
            std::fs::remove_dir_all(&folder)?;
            ended
        }
    }
}

async fn run_in(folder: &Path, options: &Options) -> Result<(), Error> {
    // First, as there may be no nats-server.
    let nats = if options.cluster { Nats::start_cluster(folder)? } else { Nats::start(folder)? };
    let platform = Platform::start(options).await?;
    println!("{} workers follow {} jobs ...", options.workers, platform.jobs.len());
    let fleet = Fleet::start(folder, nats, &platform, options).await?;
    tokio::select! {
        ended = fleet.follow() => ended,
        () = platform.fail_now_and_then(), if options.chaos => Err("the faults ended".into()),
    }
}
