//! Creates an image, imports it and waits until it is live. Run it again with the same folder
//! after it was killed at any point: nothing is done twice.
//!
//! `CYCLE_API_KEY` and `CYCLE_HUB_ID` name the hub; the arguments are a folder, the id of an image
//! source, and a name for the image that no other image has.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io, thread};

use cycle_images::flow::{Exchange, Flow, JobTracker};
use cycle_images::images::{CreateImage, CreateImageJob, GetImages};
use cycle_images::jobs::GetJobs;
use cycle_images::{ImageId, JobId, SourceId, Timestamp};
use cycle_images_ureq::{Client, Error, FlowIter};
use serde::{Serialize, de::DeserializeOwned};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How long an interrupted request may still be in flight: the time limit of an attempt.
const ON_ITS_WAY: Duration = Duration::from_secs(60);

#[allow(dead_code, reason = "a test calls `deploy`")]
fn main() -> Result<()> {
    const USAGE: &str = "usage: after_a_crash FOLDER SOURCE NAME";
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return Ok(());
    }
    let [folder, source, name] = &arguments[..] else { return Err(USAGE.into()) };
    let source = SourceId::new(source)?;
    deploy(&Client::from_env()?, Path::new(folder), &source, name, ON_ITS_WAY)
}

/// Creates, imports and follows an image, with the state of it in a folder.
pub(crate) fn deploy(
    client: &Client,
    folder: &Path,
    source: &SourceId,
    name: &str,
    on_its_way: Duration,
) -> Result<()> {
    let image = create(client, &folder.join("create"), source, name, on_its_way)?;
    let job = import(client, &folder.join("import"), &image, on_its_way)?;
    let tracker = JobTracker::new(job, seed());
    match resume(client, &folder.join("tracker"), tracker)?.wait() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Runs the flow that is stored in a file, or else this one, and stores it before each request.
fn resume<F>(client: &Client, file: &Path, start: F) -> Result<FlowIter<F>>
where
    F: Flow + Serialize + DeserializeOwned,
{
    let flow = match fs::read(file) {
        Ok(stored) => serde_json::from_slice(&stored)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => start,
        Err(error) => return Err(error.into()),
    };
    let (file, unfinished) = (file.to_owned(), file.with_extension("new"));
    Ok(client.run(flow).with_save(move |flow| {
        // First written, then renamed: a process killed here leaves the older file whole.
        fs::write(&unfinished, serde_json::to_vec(flow)?)?;
        fs::rename(&unfinished, &file)
    }))
}

/// Creates the image of this name, unless a run before this one did.
fn create(
    client: &Client,
    file: &Path,
    source: &SourceId,
    name: &str,
    on_its_way: Duration,
) -> Result<ImageId> {
    let create = Exchange::new(CreateImage::new(source).name(name), seed());
    match resume(client, file, create.clone())?.next().ok_or(Error::Ended)? {
        Ok(reply) => return Ok(reply.data.id),
        Err(Error::Interrupted { .. }) => thread::sleep(on_its_way),
        Err(error) => return Err(error.into()),
    }
    for image in client.items(GetImages::new().filter_search(name)) {
        let image = image?;
        if image.name == name {
            return Ok(image.id);
        }
    }
    fs::remove_file(file)?;
    let reply = resume(client, file, create)?.next().ok_or(Error::Ended)?;
    Ok(reply?.data.id)
}

/// Starts the import of an image, unless a run before this one did.
fn import(client: &Client, file: &Path, id: &ImageId, on_its_way: Duration) -> Result<JobId> {
    // The beginning of the import, or of the run that was killed.
    let since: SystemTime =
        fs::metadata(file).and_then(|file| file.modified()).unwrap_or(SystemTime::now());
    let import = Exchange::new(CreateImageJob::import(id), seed());
    let named = |job: Option<&JobId>| job.cloned().ok_or("the platform named no job");
    match resume(client, file, import.clone())?.next().ok_or(Error::Ended)? {
        Ok(reply) => return Ok(named(reply.data.job_id())?),
        Err(Error::Interrupted { .. }) => thread::sleep(on_its_way),
        Err(error) => return Err(error.into()),
    }
    // The platform's clock may be behind by some minutes.
    let since = Timestamp::from(since - Duration::from_secs(600));
    for job in client.items(GetJobs::new().filter_range_start(since)) {
        let job = job?;
        if job.mentions(id) {
            return Ok(job.id);
        }
    }
    fs::remove_file(file)?;
    let reply = resume(client, file, import)?.next().ok_or(Error::Ended)?;
    Ok(named(reply?.data.job_id())?)
}

/// For the jitter of the waits: any number that differs from process to process.
fn seed() -> u64 {
    std::process::id().into()
}
