//! The client of AWS's container registry: images. Reads the region and the credentials from the
//! environment, as its docs do.

use std::env;
use std::error::Error;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::ImageIdentifier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let client = Client::new(&aws_config::from_env().endpoint_url(base).load().await);
    let images = client.describe_images().repository_name("shop-api").send().await?;
    for image in images.image_details() {
        println!("{:?} {:?}", image.image_digest(), image.image_tags());
    }
    let id = ImageIdentifier::builder().image_tag("latest").build();
    let image = client.batch_get_image().repository_name("shop-api").image_ids(id).send().await?;
    println!("{:?}", image.images().first().and_then(|image| image.image_manifest()));
    Ok(())
}
