//! `minimal` with three more operations: what each adds to a binary.

#![allow(clippy::print_stdout, reason = "a program prints")]

use cycle_images::ImageId;
use cycle_images::images::{CreateImageJob, DeleteImage, GetImage, GetImageBuildLog, GetImages};
use cycle_images_ureq::{Client, Error};

fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    for image in client.call(&GetImages::new())?.data {
        println!("{} {}", image.id, image.name);
    }
    let id = ImageId::new(std::env::args().nth(1).unwrap_or_default())?;
    println!("{}", client.call(&GetImage::new(&id))?.data.name);
    println!("{:?}", client.call(&CreateImageJob::import(&id))?.data.job);
    println!("{:?}", client.call(&GetImageBuildLog::new(&id))?.data);
    println!("{:?}", client.call(&DeleteImage::new(id))?.data.job);
    Ok(())
}
