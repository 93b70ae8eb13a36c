//! The lifecycle of an image, as in the example `lifecycle`, by the async client: over reqwest, on
//! tokio.
//!
//! Without any variable set it runs against a sandbox that starts by itself. With `CYCLE_API_KEY`
//! and `CYCLE_HUB_ID` set it runs on the platform, from the source that `--source` names, and
//! touches only what it created; for https, the feature `rustls` has to be on.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

#[path = "../../adapter-ureq/examples/shared/mod.rs"]
mod shared;

use std::process::ExitCode;

use cycle_images::SourceId;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, UpdateImage,
};
use cycle_images::model::{DockerHub, Image, ImageStatus, JobDescriptor};
use cycle_images::sources::{CreateImageSource, DeleteImageSource};
use cycle_images_async::{Client, Reqwest, Tokio};
use cycle_images_tests::example_env::{self, shown};
use futures_util::future::try_join;

use shared::{Options, Watch};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    example_env::main(shared::HELP, run)
}

fn run() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(lifecycle())
}

async fn lifecycle() -> Result<()> {
    let (options, place) = shared::begin()?;
    let client = Client::new(place.hub.clone(), Reqwest::new()?, Tokio);
    match (&options.source, &place.sandbox) {
        (Some(source), _) => with_source(&client, &options, source).await?,
        (None, None) => return Err(known_sources(&client).await?.into()),
        (None, Some(_)) => {
            let create = CreateImageSource::new(DockerHub::new("nginx:1.27")).name("lifecycle");
            let source = client.call(shown(&create)).await?.data;
            println!("Created the source {} ({}).", source.name, source.id);
            with_source(&client, &options, &source.id).await?;
            if !options.keep {
                prune(&client, &source.id).await?;
                client.call(shown(&DeleteImageSource::new(&source.id))).await?;
                println!("Deleting the source.");
            }
        }
    }
    println!("\nDone.");
    Ok(())
}

async fn with_source(client: &Client, options: &Options, source: &SourceId) -> Result<()> {
    let create = CreateImage::new(source).name("lifecycle");
    let image = client.call(shown(&create)).await?.data;
    println!("Created the image {} ({}); it is {}.", image.name, image.id, image.state.current);
    let result = async {
        import(client, &image).await?;
        look_around(client, &image).await
    }
    .await;
    if options.keep || result.is_err() {
        println!("\nKept the image {}.", image.id);
        return result;
    }
    let deletion = client.call(shown(&DeleteImage::new(&image.id))).await?.data;
    client.track(&deletion)?.wait().await?;
    match client.call(shown(&GetImage::new(&image.id))).await {
        Err(error) if error.is_not_found() => println!("The image is deleted."),
        Err(error) => return Err(error.into()),
        Ok(reply) => println!("The image is {} now.", reply.data.state.current),
    }
    Ok(())
}

async fn import(client: &Client, image: &Image) -> Result<()> {
    let import = client.call(shown(&CreateImageJob::import(&image.id))).await?.data;
    println!("Import accepted.");
    if let Err(error) = follow(client, image, &import).await {
        // The error says what failed; the end of the build log, what led to it.
        if let Ok(reply) = client.call(shown(&GetImageBuildLog::new(&image.id))).await {
            println!("The build log ends with\n{}", shared::tail(&reply.data.log));
        }
        return Err(error);
    }
    let image = client.call(shown(&GetImage::new(&image.id))).await?.data;
    println!("The image is {}: {} bytes.", image.state.current, image.size);
    Ok(())
}

async fn follow(client: &Client, image: &Image, import: &JobDescriptor) -> Result<()> {
    let mut watch = Watch::new(image)?;
    let mut job = client.track(import)?;
    while let Some(update) = job.next().await {
        watch.progress(update?.progress);
        let image = client.call(&GetImage::new(&image.id)).await?.data;
        watch.state(image.state.current);
    }
    Ok(())
}

async fn look_around(client: &Client, image: &Image) -> Result<()> {
    // Neither of them waits for the other.
    let log = GetImageBuildLog::new(&image.id);
    let live = GetImages::new().filter_state(ImageStatus::Live).sort("-id").page_size(50);
    let (log, live) = try_join(client.call(shown(&log)), client.call(shown(&live))).await?;
    println!("The build log has {} lines; the last one is", log.data.log.lines().count());
    println!("  {}", log.data.log.lines().last().unwrap_or_default());
    println!("The hub has {} live images.", live.data.len());

    let rename = UpdateImage::new(&image.id).name("lifecycle, renamed");
    let renamed = client.call(shown(&rename)).await?.data;
    println!("The image is called {:?} now.", renamed.name);
    Ok(())
}

/// Prunes a source that the example made itself, with an image in it that nobody uses.
async fn prune(client: &Client, source: &SourceId) -> Result<()> {
    let spare = client.call(shown(&CreateImage::new(source).name("spare"))).await?.data;
    println!("Created the image {} ({}), unused, to be pruned.", spare.name, spare.id);
    let pruning = client.call(shown(&CreateImagesJob::prune([source]))).await?.data;
    client.track(&pruning)?.wait().await?;
    let left = client.call(shown(&GetImages::new().filter_source_id(source))).await?.data;
    println!("Pruned: the source has {} images.", left.len());
    Ok(())
}

/// On the platform, someone has to say which source may be used.
async fn known_sources(client: &Client) -> Result<String> {
    let list = GetImages::new().include(ImageInclude::Sources);
    let reply = client.call(shown(&list)).await?;
    println!("Sources of the images in this hub:");
    for source in reply.includes.sources.values() {
        println!("  {}  {}", source.id, source.name);
    }
    Ok(format!("name the source to make an image from\n{}", shared::HELP))
}
