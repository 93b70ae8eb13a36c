//! The whole life of an image: created from a source, imported, followed until it is live, its
//! build log read, listed, renamed, deleted and pruned.
//!
//! Without any variable set it runs against a sandbox that starts by itself. With `CYCLE_API_KEY`
//! and `CYCLE_HUB_ID` set it runs on the platform, from the source that `--source` names, and
//! touches only what it created.

use std::process::ExitCode;

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, UpdateImage,
};
use cycle_images::model::{DockerHub, Image, ImageStatus};
use cycle_images::sources::{CreateImageSource, DeleteImageSource};
use cycle_images::{ImageId, SourceId};
use cycle_images_tests::place::{Place, explained, say};
use cycle_images_tests::sandbox::Fate;
use indicatif::{ProgressBar, ProgressStyle};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "\
options of lifecycle:
  --source ID   the source to make the image from; needed on the platform
  --keep        leave the image where it is
  --fail        have the import fail; in the sandbox alone";

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\n{}", explained(&*error)));
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Options {
    source: Option<SourceId>,
    keep: bool,
    fail: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--keep" => options.keep = true,
                "--fail" => options.fail = true,
                "--source" => {
                    options.source = Some(SourceId::new(arguments.next().unwrap_or_default())?);
                }
                other => return Err(format!("{other} is not an option\n{USAGE}").into()),
            }
        }
        Ok(options)
    }
}

fn run(options: &Options) -> Result<()> {
    let place = Place::from_env()?;
    match (&place.sandbox, options.fail) {
        (Some(sandbox), true) => {
            let message = "no space left on the factory".to_owned();
            sandbox.next_job(Fate::Fail { step: 1, message });
        }
        (None, true) => return Err("--fail is for the sandbox alone".into()),
        _ => {}
    }
    match (&options.source, &place.sandbox) {
        (Some(source), _) => with_source(&place, options, source)?,
        (None, None) => return Err(known_sources(&place)?.into()),
        (None, Some(_)) => {
            let origin = DockerHub::new("nginx:1.27");
            let source = place.call(&CreateImageSource::new(origin).name("lifecycle"))?.data;
            say(&format!("Created the source {} ({}).", source.name, source.id));
            with_source(&place, options, &source.id)?;
            if !options.keep {
                prune(&place, &source.id)?;
                place.call(&DeleteImageSource::new(&source.id))?;
                say("The source is being deleted, too.");
            }
        }
    }
    say("\nThat was the whole life of an image.");
    Ok(())
}

fn with_source(place: &Place, options: &Options, source: &SourceId) -> Result<()> {
    let image = place.call(&CreateImage::new(source).name("lifecycle"))?.data;
    say(&format!(
        "Created the image {} ({}); it is {}.",
        image.name, image.id, image.state.current
    ));
    let result = import(place, &image).and_then(|()| look_around(place, &image));
    if options.keep || result.is_err() {
        say(&format!("\nThe image {} was left where it is.", image.id));
        return result;
    }
    let deletion = place.call(&DeleteImage::new(&image.id))?.data;
    place.client.track(&deletion)?.wait()?;
    match place.call(&GetImage::new(&image.id)) {
        Err(error) if error.response().is_some_and(|answer| answer.is_not_found()) => {
            say("The image is gone.");
        }
        Err(error) => return Err(error.into()),
        Ok(reply) => say(&format!("The image is {} now.", reply.data.state.current)),
    }
    Ok(())
}

fn import(place: &Place, image: &Image) -> Result<()> {
    let descriptor = place.call(&CreateImageJob::import(&image.id))?.data;
    say("The import was taken on.");
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("  {bar:40} {pos} of {len}  {msg}")?);
    let mut state = image.state.current.clone();
    for tracked in place.client.track(&descriptor)? {
        let tracked = match tracked {
            Ok(tracked) => tracked,
            Err(error) => {
                bar.abandon();
                tail_of_log(place, &image.id);
                return Err(error.into());
            }
        };
        bar.set_length(tracked.progress.total as u64);
        bar.set_position(tracked.progress.done as u64);
        let now = place.client.call(&GetImage::new(&image.id))?.data.state.current;
        if now != state {
            bar.set_message(now.to_string());
            bar.suspend(|| say(&format!("  {state} -> {now}")));
            state = now;
        }
    }
    bar.finish();
    let image = place.call(&GetImage::new(&image.id))?.data;
    say(&format!("The image is {}, {} bytes large.", image.state.current, image.size));
    Ok(())
}

fn look_around(place: &Place, image: &Image) -> Result<()> {
    let log = place.call(&GetImageBuildLog::new(&image.id))?.data.log;
    say(&format!("The build log has {} lines; the last one is", log.lines().count()));
    say(&format!("  {}", log.lines().last().unwrap_or_default()));

    let live = GetImages::new().filter_state(ImageStatus::Live).sort("name").page_size(50);
    for image in place.call(&live)?.data {
        say(&format!("  {:<20} {:>12} bytes  {}", image.name, image.size, image.id));
    }

    let renamed = place.call(&UpdateImage::new(&image.id).name("lifecycle, renamed"))?.data;
    say(&format!("The image is called {:?} now.", renamed.name));
    Ok(())
}

/// Prunes a source that the example made itself, with an image in it that nobody uses.
fn prune(place: &Place, source: &SourceId) -> Result<()> {
    let spare = place.call(&CreateImage::new(source).name("spare"))?.data;
    say(&format!("Created {} ({}), which nobody will use.", spare.name, spare.id));
    let pruning = place.call(&CreateImagesJob::prune([source]))?.data;
    place.client.track(&pruning)?.wait()?;
    let left = place.call(&GetImages::new().filter_source_id(source))?.data;
    say(&format!("Pruned: the source has {} images.", left.len()));
    Ok(())
}

/// What went wrong is told by the error; what led to it, by the end of the build log.
fn tail_of_log(place: &Place, image: &ImageId) {
    if let Ok(reply) = place.call(&GetImageBuildLog::new(image)) {
        let lines: Vec<&str> = reply.data.log.lines().collect();
        say("The build log ends with");
        for line in lines.iter().skip(lines.len().saturating_sub(5)) {
            say(&format!("  {line}"));
        }
    }
}

/// On the platform, someone has to say which source may be used.
fn known_sources(place: &Place) -> Result<String> {
    let reply = place.call(&GetImages::new().include(ImageInclude::Sources))?;
    say("Sources of the images in this hub:");
    for source in reply.includes.sources.values() {
        say(&format!("  {}  {}", source.id, source.name));
    }
    Ok(format!("name the source to make an image from\n{USAGE}"))
}
