//! This project's async client, over reqwest and tokio.

use std::env;
use std::error::Error;

use cycle_images::images::{GetImage, GetImages};
use cycle_images::{Hub, ImageId};
use cycle_images_async::{Client, Reqwest, Tokio};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let hub = Hub::new("key", "hub")?.with_base_url(&base)?;
    let client = Client::new(hub, Reqwest::new()?, Tokio);
    for image in client.call(&GetImages::new()).await?.data {
        println!("{} {}", image.id, image.name);
    }
    let id = ImageId::new("651586fca6078e98982dbd90")?;
    println!("{}", client.call(&GetImage::new(id)).await?.data.name);
    Ok(())
}
