//! The core on its own: a request is built and printed, and a response that was recorded with
//! `curl -i` is read. There is no client, no network and no server.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::error::Error;
use std::iter::successors;
use std::process::ExitCode;

use cycle_images::images::GetImages;
use cycle_images::model::ImageStatus;
use cycle_images::{Hub, recorded};

const RECORDING: &[u8] = b"HTTP/2 200
content-type: application/json

{\"data\": [{\"id\": \"651586fca6078e98982dbd90\", \"name\": \"web\", \"size\": 5905580032,
  \"state\": {\"current\": \"live\", \"changed\": \"2026-03-26T10:00:00Z\"}}]}
";

fn read() -> Result<(), Box<dyn Error>> {
    let hub = Hub::new("my-api-key", "651586fca6078e98982dbd91")?;
    let live = GetImages::new().filter_state(ImageStatus::Live).page_size(20);

    // The API key isn't printed: its header is marked sensitive.
    println!("{:#?}", hub.request(&live)?);

    for image in hub.response(&live, recorded::response(RECORDING)?)?.data {
        println!("{} is {} and has {} bytes", image.name, image.state.current, image.size);
    }
    Ok(())
}

fn main() -> ExitCode {
    let Err(error) = read() else { return ExitCode::SUCCESS };
    // Each error with its sources, a line each: `main` itself would print `Debug`.
    for error in successors(Some(&*error as &dyn Error), |&error| error.source()) {
        eprintln!("{error}");
    }
    ExitCode::FAILURE
}
