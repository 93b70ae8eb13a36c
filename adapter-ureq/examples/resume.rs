//! Tracks an import in a process that is killed, and finishes in another from the file that the
//! first one saved.
//!
//! Without variables it runs against a sandbox. With `CYCLE_API_KEY` and `CYCLE_HUB_ID` it resumes
//! the tracker in the file `tracker.json`, or one for the job that `--job` names.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use cycle_images::flow::JobTracker;
use cycle_images::images::{CreateImage, CreateImageJob};
use cycle_images::{JobId, SourceId};
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_ureq::Client;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HELP: &str = "\
Tracks an import in a process that is killed, and finishes in another. On the platform it resumes a
tracker, and only reads.

options:
  --file FILE   where the tracker is saved; tracker.json by default
  --job ID      track this job from the beginning";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<()> {
    let file = PathBuf::from(option("--file").unwrap_or_else(|| "tracker.json".to_owned()));
    if let Some(job) = option("--job") {
        // A seed for the backoff's jitter: any number that differs from process to process.
        let tracker = JobTracker::new(JobId::new(job)?, std::process::id().into());
        return track(&Client::from_env()?, tracker, &file);
    }
    let place = Place::from_env(Settings::default())?;
    let file = match &place.sandbox {
        Some(sandbox) => start_and_kill(sandbox, &Client::new(place.hub.clone()))?,
        None => file,
    };
    let tracker: JobTracker = serde_json::from_slice(&fs::read(&file)?)?;
    match tracker.last() {
        Some(job) => println!("Resumed at {} of {}.", job.progress.done, job.progress.total),
        None => println!("Resumed before the first response."),
    }
    track(&Client::new(place.hub.clone()), tracker, &file)?;
    Ok(fs::remove_file(&file)?)
}

fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// Tracks a job, and saves the tracker before each poll.
fn track(client: &Client, tracker: JobTracker, file: &Path) -> Result<()> {
    let (saved, unfinished) = (file.to_owned(), file.with_extension("new"));
    let updates = client.run(tracker).poll_interval(Duration::from_millis(200));
    let updates = updates.with_save(move |tracker| {
        // First written, then renamed: a process killed here leaves the older file whole.
        fs::write(&unfinished, serde_json::to_vec(tracker)?)?;
        fs::rename(&unfinished, &saved)
    });
    for update in updates {
        let update = update?;
        let progress = update.progress;
        println!("{}: {} of {}", update.job.state.current, progress.done, progress.total);
    }
    Ok(())
}

/// Starts an import and tracks it in a process of its own, which is killed after a quarter of it.
fn start_and_kill(sandbox: &Sandbox, client: &Client) -> Result<PathBuf> {
    let source = SourceId::new(sandbox.source_id())?;
    let image = client.call(&CreateImage::new(source))?.data;
    let job = client.call(&CreateImageJob::import(&image.id))?.data;
    let job = job.job_id().ok_or("the platform named no job")?;

    let file = std::env::temp_dir().join(format!("tracker-{}.json", std::process::id()));
    let mut process = Command::new(std::env::current_exe()?)
        .args([Path::new("--job"), job.as_str().as_ref(), "--file".as_ref(), &file])
        .env("CYCLE_API_KEY", sandbox.api_key())
        .env("CYCLE_HUB_ID", sandbox.hub_id())
        .env("CYCLE_BASE_URL", sandbox.url())
        .spawn()?;
    let is_started = |tracker: JobTracker| {
        tracker.last().is_some_and(|job| 4 * job.progress.done >= job.progress.total)
    };
    loop {
        let text = fs::read(&file).unwrap_or_default();
        if serde_json::from_slice(&text).is_ok_and(is_started) {
            break;
        }
        if let Some(status) = process.try_wait()? {
            return Err(format!("the process ended early: {status}").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    process.kill()?;
    process.wait()?;
    println!("The process was killed.");
    Ok(file)
}
