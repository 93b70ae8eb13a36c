//! Reads a list of images.

use std::error::Error;

use bollard::models::ImageSummary;

#[path = "../../read.rs"]
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    read::main(|text| Ok(serde_json::from_str::<Vec<ImageSummary>>(text)?), Vec::len)
}
