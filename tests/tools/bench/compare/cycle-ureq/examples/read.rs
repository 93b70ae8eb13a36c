//! Reads images as the client does.

use std::error::Error;

use cycle_images::http::Response;
use cycle_images::{Hub, images::GetImages};

#[path = "../../read.rs"]
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    let hub = Hub::new("key", "hub")?;
    read::main(
        |text| Ok(hub.response(&GetImages::new(), Response::new(text.as_bytes()))?),
        |reply| reply.data.len(),
    )
}
