//! Follows the jobs of many hubs from some worker processes, over a `nats-server` of its own or that of
//! `NATS_URL`, against sandboxes. With `--chaos`, workers are killed every few seconds, NATS is
//! killed and started again, and the platform fails now and then. Fails unless every outcome was published
//! once and is what the sandbox decided.

mod fleet;
mod nats;
mod options;
mod outcomes;
mod platform;
mod single;
mod workers;

use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cycle_images_fleet::{Error, run_worker};
use futures_util::future::{Either, select};

use fleet::Fleet;
use nats::Nats;
use options::{Options, USAGE};
use platform::Platform;

/// What a run takes at most.
const LIMIT: Duration = Duration::from_secs(900);
/// The most requests a job, compared with one process.
const MAX_RATIO: f64 = 1.5;

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
    let alone = if options.compare { Some(follow_alone(options).await?) } else { None };

    let platform = Platform::start(options).await?;
    println!("{} workers follow {} jobs ...", options.workers, platform.jobs.len());
    let fleet = Fleet::start(folder, nats, &platform, options).await?;
    let report = with_faults(options, &platform, fleet.follow()).await?;
    println!("\n{report}");
    let ratio = alone.map(|alone| report.requests_a_job() / alone);
    if let Some(ratio) = ratio {
        println!("{ratio:.3} times the requests of one process");
    }
    if !report.is_right() || ratio.is_some_and(|ratio| ratio > MAX_RATIO) {
        return Err("an outcome is missing or wrong, or there were too many requests".into());
    }
    Ok(())
}

/// How many requests a job one process needs.
async fn follow_alone(options: &Options) -> Result<f64, Error> {
    let platform = Platform::start(options).await?;
    println!("One process without NATS follows {} jobs ...", platform.jobs.len());
    let started = Instant::now();
    with_faults(options, &platform, single::follow_all(&platform)).await?;
    let requests = platform.seen().all() as f64 / platform.jobs.len() as f64;
    println!("{requests:.2} requests a job, in {:.1} s\n", started.elapsed().as_secs_f64());
    Ok(requests)
}

async fn with_faults<T>(
    options: &Options,
    platform: &Platform,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    if !options.chaos {
        return work.await;
    }
    match select(pin!(work), pin!(platform.fail_now_and_then())).await {
        Either::Left((done, _)) => done,
        Either::Right(_) => Err("the faults ended".into()),
    }
}
