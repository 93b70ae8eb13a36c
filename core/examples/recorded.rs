//! The core on its own: a request is built and printed, and a response that was recorded with
//! `curl -i` is read. There is no adapter, no network and no server.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use cycle_images::images::GetImages;
use cycle_images::model::ImageStatus;
use cycle_images::{Hub, recorded};

const RECORDING: &[u8] = b"HTTP/2 200
content-type: application/json

{\"data\": [{\"id\": \"651586fca6078e98982dbd90\", \"name\": \"web\", \"size\": 5905580032,
  \"state\": {\"current\": \"live\", \"changed\": \"2026-03-26T10:00:00Z\"}}]}
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hub = Hub::new("my-api-key", "651586fca6078e98982dbd91")?;
    let live = GetImages::new().filter_state(ImageStatus::Live).page_size(20);

    // The API key doesn't show: its header is marked sensitive.
    println!("{:#?}", hub.request(&live)?);

    for image in hub.response(&live, recorded::response(RECORDING)?)?.data {
        println!("{} is {} and {} bytes large", image.name, image.state.current, image.size);
    }
    Ok(())
}
