//! This project's blocking client.

use std::env;
use std::error::Error;

use cycle_images::images::{GetImage, GetImages};
use cycle_images::{Hub, ImageId};
use cycle_images_ureq::Client;

fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let client = Client::new(Hub::new("key", "hub")?.with_base_url(&base)?);
    for image in client.call(&GetImages::new())?.data {
        println!("{} {}", image.id, image.name);
    }
    let id = ImageId::new("651586fca6078e98982dbd90")?;
    println!("{}", client.call(&GetImage::new(id))?.data.name);
    Ok(())
}
