//! Deploys a new image, as a CI job does: finds or creates the source, builds and imports an image
//! of it, and deletes all but the newest images. It exits with 1 and the end of the build log if
//! the import fails.
//!
//! ```text
//! deploy [--source shop-api] [--target nginx:1.28] [--version 1.4] [--keep 3] [--yes]
//! ```
//!
//! Without variables it runs against a sandbox; with `CYCLE_API_KEY` and `CYCLE_HUB_ID`, on the
//! platform.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use cycle_images::flow::JobTracker;
use cycle_images::images::{CreateImage, CreateImageJob, DeleteImage, GetImageBuildLog, GetImages};
use cycle_images::model::{DockerHub, Image, ImageStatus};
use cycle_images::sources::{CreateImageSource, GetImageSources};
use cycle_images::{ImageId, SourceId};
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::Settings;
use cycle_images_ureq::{Client, FlowIter};
use indicatif::ProgressBar;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HELP: &str = "\
Finds or creates an image source, builds and imports an image of it, and deletes all but the newest
live images of the source.

options:
  --source IDENTIFIER   the identifier of the source; shop-api by default
  --target IMAGE        the image on Docker Hub of a new source; nginx:1.28 by default
  --version TEXT        1.4 by default
  --keep N              how many live images to keep; 3 by default
  --yes                 allow it to create, import and delete on the platform";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<()> {
    let place = Place::to_change(Settings::default())?;
    let client = Client::new(place.hub.clone());
    let source = find_or_create_source(&client, &option("--source", "shop-api"))?;

    let version = option("--version", "1.4");
    let create = CreateImage::new(&source).name(format!("shop {version}"));
    let image = client.call(&create.build_arg("VERSION", &version))?.data;
    println!("Created the image {} ({}).", image.name, image.id);

    let job = client.call(&CreateImageJob::import(&image.id))?.data;
    let import = client.track(&job)?.deadline(Duration::from_secs(30 * 60));
    if let Err(error) = show_progress(import) {
        println!("{}", end_of_build_log(&client, &image.id));
        return Err(error);
    }
    println!("The image is live.");
    delete_old_images(&client, &source, option("--keep", "3").parse()?)
}

/// The value of an option on the command line.
fn option(name: &str, default: &str) -> String {
    let mut arguments = std::env::args().skip_while(|argument| argument != name).skip(1);
    arguments.next().unwrap_or_else(|| default.to_owned())
}

fn find_or_create_source(client: &Client, identifier: &str) -> Result<SourceId> {
    let list = GetImageSources::new().filter_identifier(identifier);
    if let Some(source) = client.items(list).next() {
        return Ok(source?.id);
    }
    let origin = DockerHub::new(option("--target", "nginx:1.28"));
    let create = CreateImageSource::new(origin).name(identifier).identifier(identifier);
    let source = client.call(&create)?.data;
    println!("Created the source {} ({}).", source.name, source.id);
    Ok(source.id)
}

fn show_progress(import: FlowIter<JobTracker>) -> Result<()> {
    let bar = ProgressBar::new(0);
    for update in import {
        let progress = update?.progress;
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        println!("{} of {} steps", progress.done, progress.total);
    }
    bar.finish();
    Ok(())
}

/// The last lines of a build log; an image may have none.
fn end_of_build_log(client: &Client, image: &ImageId) -> String {
    match client.call(&GetImageBuildLog::new(image)) {
        Ok(reply) => {
            let lines: Vec<_> = reply.data.log.lines().collect();
            let last = lines.get(lines.len().saturating_sub(10)..).unwrap_or_default();
            format!("The build log ends with\n{}", last.join("\n"))
        }
        Err(error) => format!("There is no build log: {error}"),
    }
}

/// Deletes all but the newest live images of a source. Images that a container uses are left.
fn delete_old_images(client: &Client, source: &SourceId, keep: usize) -> Result<()> {
    let list = GetImages::new().filter_source_id(source).filter_state(ImageStatus::Live);
    // Strict: an image that can't be decoded would not count as one of the newest.
    let mut images: Vec<Image> =
        client.items(list).strict().collect::<std::result::Result<_, _>>()?;
    images.sort_by_key(|image| std::cmp::Reverse(image.events.created));
    for image in images.into_iter().skip(keep) {
        match client.call(&DeleteImage::new(&image.id)) {
            Ok(reply) => {
                client.track(&reply.data)?.wait()?;
                println!("Deleted {} ({}).", image.name, image.id);
            }
            Err(error) if error.is_conflict() => println!("{} is in use.", image.name),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
