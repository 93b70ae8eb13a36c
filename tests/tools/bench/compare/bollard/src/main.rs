//! The client of Docker's API: images.

use std::env;
use std::error::Error;

use bollard::query_parameters::ListImagesOptions;
use bollard::{API_DEFAULT_VERSION, Docker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let docker = Docker::connect_with_http(&base, 4, API_DEFAULT_VERSION)?;
    for image in docker.list_images(None::<ListImagesOptions>).await? {
        println!("{} {:?}", image.id, image.repo_tags);
    }
    println!("{:?}", docker.inspect_image("shop-api").await?.repo_tags);
    Ok(())
}
