//! reqwest, and `serde_json::Value`.

use std::env;
use std::error::Error;

use reqwest::Client;
use serde_json::Value;

async fn get(client: &Client, url: &str) -> Result<Value, Box<dyn Error>> {
    let text = client
        .get(url)
        .header("authorization", "Bearer key")
        .header("x-hub-id", "hub")
        .send()
        .await?
        .error_for_status()?
        .text()
        .await?;
    Ok(serde_json::from_str(&text)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let client = Client::new();
    let images = get(&client, &format!("{base}/v1/images")).await?;
    for image in images["data"].as_array().into_iter().flatten() {
        println!("{} {}", image["id"], image["name"]);
    }
    let image = get(&client, &format!("{base}/v1/images/651586fca6078e98982dbd90")).await?;
    println!("{}", image["data"]["name"]);
    Ok(())
}
