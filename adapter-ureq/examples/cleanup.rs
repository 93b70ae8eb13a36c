//! Deletes all images with an error, one after the other. Ctrl-C stops it at once, also in the
//! middle of a wait for a job.
//!
//! Without variables it runs against a sandbox; with `CYCLE_API_KEY` and `CYCLE_HUB_ID`, it lists
//! what it would delete on the platform, and deletes it with `--delete`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::process::ExitCode;

use cycle_images::images::{DeleteImage, GetImages};
use cycle_images::model::Image;
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::Settings;
use cycle_images_ureq::Client;

const HELP: &str = "\
Deletes all images with an error. Ctrl-C stops it.

options:
  --delete   delete on the platform; else it only lists what it would delete";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<(), Box<dyn Error>> {
    let place = Place::from_env(Settings::default())?;
    let client = Client::new(place.hub.clone());
    let stop = client.clone();
    ctrlc::set_handler(move || stop.cancel())?;
    let delete = place.sandbox.is_some() || std::env::args().any(|argument| argument == "--delete");

    // Collect first: deleting images while the list is read would shift its pages.
    let images: Vec<Image> = client.items(GetImages::new()).collect::<Result<_, _>>()?;
    for image in images {
        let Some(message) = image.state.error.and_then(|error| error.message) else { continue };
        println!("{} ({}): {message}", image.name, image.id);
        if !delete {
            continue;
        }
        let job = client.call(&DeleteImage::new(&image.id))?.data;
        match client.track(&job)?.wait() {
            Ok(_) => println!("  deleted"),
            Err(error) => {
                println!("  not known to be deleted");
                return Err(error.into());
            }
        }
    }
    Ok(())
}
