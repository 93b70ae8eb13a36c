//! ureq, and `serde_json::Value`.

use std::env;
use std::error::Error;

use serde_json::Value;

fn get(url: &str) -> Result<Value, Box<dyn Error>> {
    let text = ureq::get(url)
        .header("authorization", "Bearer key")
        .header("x-hub-id", "hub")
        .call()?
        .body_mut()
        .read_to_string()?;
    Ok(serde_json::from_str(&text)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("which address?")?;
    let images = get(&format!("{base}/v1/images"))?;
    for image in images["data"].as_array().into_iter().flatten() {
        println!("{} {}", image["id"], image["name"]);
    }
    let image = get(&format!("{base}/v1/images/651586fca6078e98982dbd90"))?;
    println!("{}", image["data"]["name"]);
    Ok(())
}
