//! The lifecycle of an image: created from a source, imported, followed until it is live, its
//! build log read, listed, renamed, deleted and pruned.
//!
//! Without any variable set it runs against a sandbox that starts by itself. With `CYCLE_API_KEY`
//! and `CYCLE_HUB_ID` set it runs on the platform, from the source that `--source` names, and
//! touches only what it created.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

mod shared;

use std::process::ExitCode;

use cycle_images::SourceId;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, UpdateImage,
};
use cycle_images::model::{DockerHub, Image, ImageStatus, JobDescriptor};
use cycle_images::sources::{CreateImageSource, DeleteImageSource};
use cycle_images_tests::example_env::{self, shown};
use cycle_images_ureq::Client;

use shared::{Options, Watch};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    example_env::main(shared::HELP, run)
}

fn run() -> Result<()> {
    let (options, place) = shared::begin()?;
    let client = Client::new(place.hub.clone());
    match (&options.source, &place.sandbox) {
        (Some(source), _) => with_source(&client, &options, source)?,
        (None, None) => return Err(known_sources(&client)?.into()),
        (None, Some(_)) => {
            let create = CreateImageSource::new(DockerHub::new("nginx:1.27")).name("lifecycle");
            let source = client.call(shown(&create))?.data;
            println!("Created the source {} ({}).", source.name, source.id);
            with_source(&client, &options, &source.id)?;
            if !options.keep {
                prune(&client, &source.id)?;
                client.call(shown(&DeleteImageSource::new(&source.id)))?;
                println!("Deleting the source.");
            }
        }
    }
    println!("\nDone.");
    Ok(())
}

fn with_source(client: &Client, options: &Options, source: &SourceId) -> Result<()> {
    let image = client.call(shown(&CreateImage::new(source).name("lifecycle")))?.data;
    println!("Created the image {} ({}); it is {}.", image.name, image.id, image.state.current);
    let result = import(client, &image).and_then(|()| look_around(client, &image));
    if options.keep || result.is_err() {
        println!("\nKept the image {}.", image.id);
        return result;
    }
    let deletion = client.call(shown(&DeleteImage::new(&image.id)))?.data;
    client.track(&deletion)?.wait()?;
    match client.call(shown(&GetImage::new(&image.id))) {
        Err(error) if error.is_not_found() => println!("The image is deleted."),
        Err(error) => return Err(error.into()),
        Ok(reply) => println!("The image is {} now.", reply.data.state.current),
    }
    Ok(())
}

fn import(client: &Client, image: &Image) -> Result<()> {
    let import = client.call(shown(&CreateImageJob::import(&image.id)))?.data;
    println!("Import accepted.");
    if let Err(error) = follow(client, image, &import) {
        // The error says what failed; the end of the build log, what led to it.
        if let Ok(reply) = client.call(shown(&GetImageBuildLog::new(&image.id))) {
            println!("The build log ends with\n{}", shared::tail(&reply.data.log));
        }
        return Err(error);
    }
    let image = client.call(shown(&GetImage::new(&image.id)))?.data;
    println!("The image is {}: {} bytes.", image.state.current, image.size);
    Ok(())
}

fn follow(client: &Client, image: &Image, import: &JobDescriptor) -> Result<()> {
    let mut watch = Watch::new(image)?;
    for update in client.track(import)? {
        watch.progress(update?.progress);
        let image = client.call(&GetImage::new(&image.id))?.data;
        watch.state(image.state.current);
    }
    Ok(())
}

fn look_around(client: &Client, image: &Image) -> Result<()> {
    let log = client.call(shown(&GetImageBuildLog::new(&image.id)))?.data.log;
    println!("The build log has {} lines; the last one is", log.lines().count());
    println!("  {}", log.lines().last().unwrap_or_default());

    let live = GetImages::new().filter_state(ImageStatus::Live).sort("-id").page_size(50);
    for image in client.call(shown(&live))?.data {
        let name = if image.name.is_empty() { "(unnamed)" } else { &image.name };
        println!("  {name:<20} {:>12} bytes  {}", image.size, image.id);
    }

    let renamed = client.call(shown(&UpdateImage::new(&image.id).name("lifecycle, renamed")))?.data;
    println!("The image is called {:?} now.", renamed.name);
    Ok(())
}

/// Prunes a source that the example made itself, with an image in it that nobody uses.
fn prune(client: &Client, source: &SourceId) -> Result<()> {
    let spare = client.call(shown(&CreateImage::new(source).name("spare")))?.data;
    println!("Created the image {} ({}), unused, to be pruned.", spare.name, spare.id);
    let pruning = client.call(shown(&CreateImagesJob::prune([source])))?.data;
    client.track(&pruning)?.wait()?;
    let left = client.call(shown(&GetImages::new().filter_source_id(source)))?.data;
    println!("Pruned: the source has {} images.", left.len());
    Ok(())
}

/// On the platform, someone has to say which source may be used.
fn known_sources(client: &Client) -> Result<String> {
    let reply = client.call(shown(&GetImages::new().include(ImageInclude::Sources)))?;
    println!("Sources of the images in this hub:");
    for source in reply.includes.sources.values() {
        println!("  {}  {}", source.id, source.name);
    }
    Ok(format!("name the source to make an image from\n{}", shared::HELP))
}
