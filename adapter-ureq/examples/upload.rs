//! Pushes the tar of an image to the factory, and follows it until it is live.
//!
//! Without any variable set it pushes a small tar to a sandbox that starts by itself. With
//! `CYCLE_API_KEY` and `CYCLE_HUB_ID` set it pushes the tar that `--tar` names, the image being
//! made from the source of origin `cycle-upload` that `--source` names.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use std::ops::ControlFlow;
use std::process::ExitCode;

use cycle_images::SourceId;
use cycle_images::images::{self, CreateImage, GetImage};
use cycle_images::model::CycleUpload;
use cycle_images::sources::CreateImageSource;
use cycle_images_tests::example_env::{self, Place, shown};
use cycle_images_tests::sandbox::Settings;
use cycle_images_ureq::{Client, Tar};
use indicatif::{ProgressBar, ProgressStyle};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
Uploads the tar of an image, and follows the image until it is live.

options:
  --tar FILE    the tar of an image in OCI layout; needed on the platform
  --source ID   the id of the source to make the image from; needed on the platform
  --yes         allow it to create an image on the platform";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<()> {
    let (mut tar, mut source) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--tar" => tar = arguments.next(),
            "--source" => source = Some(SourceId::new(arguments.next().unwrap_or_default())?),
            "--yes" => {}
            other => return Err(format!("{other} is not an option\n{HELP}").into()),
        }
    }
    let place = Place::to_change(Settings::default())?;
    let client = Client::new(place.hub.clone());
    let source = match source {
        Some(source) => source,
        None if place.sandbox.is_some() => {
            let source = CreateImageSource::new(CycleUpload::new()).name("pushed");
            client.call(shown(&source))?.data.id
        }
        None => return Err(format!("name the source to make an image from\n{HELP}").into()),
    };
    let small = small_tar();
    let (tar, size) = match &tar {
        Some(path) => (Tar::open(path)?, std::fs::metadata(path)?.len()),
        None if place.sandbox.is_some() => {
            (Tar::new(&*small, small.len() as u64), small.len() as u64)
        }
        None => return Err(format!("name the tar to push\n{HELP}").into()),
    };

    let image = client.call(shown(&CreateImage::new(source).name("pushed")))?.data;
    println!("Created the image {} ({}); it is {}.", image.name, image.id, image.state.current);
    let bar = ProgressBar::new(size);
    bar.set_style(ProgressStyle::with_template(
        "  {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}",
    )?);
    let tar = tar.with_progress(|sent| {
        bar.set_position(sent);
        ControlFlow::Continue(())
    });
    client.upload(&image, tar)?;
    bar.finish();
    println!("Uploaded {size} bytes.");

    // The factory names no job that could be tracked.
    client.wait_until(GetImage::new(&image.id), images::is_live)?;
    println!("The image is live.");
    Ok(())
}

/// The start of a tar is enough for the sandbox: a header that says `ustar`, then zeros.
fn small_tar() -> Vec<u8> {
    let mut tar = vec![0; 4 << 20];
    for (place, byte) in tar.iter_mut().skip(257).zip(*b"ustar") {
        *place = byte;
    }
    tar
}
