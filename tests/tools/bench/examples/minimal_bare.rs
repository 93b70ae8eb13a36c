//! `minimal` without this project: ureq, and `serde_json::Value`.

#![allow(clippy::print_stdout, reason = "a program prints")]

use std::env;
use std::error::Error;

use serde_json::Value;

fn get(path: &str) -> Result<Value, Box<dyn Error>> {
    let base = env::var("CYCLE_BASE_URL")?;
    let text = ureq::get(format!("{base}{path}"))
        .header("authorization", format!("Bearer {}", env::var("CYCLE_API_KEY")?))
        .header("x-hub-id", env::var("CYCLE_HUB_ID")?)
        .call()?
        .body_mut()
        .read_to_string()?;
    Ok(serde_json::from_str(&text)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let images = get("/v1/images")?;
    for image in images.pointer("/data").and_then(Value::as_array).into_iter().flatten() {
        println!("{:?} {:?}", image.get("id"), image.get("name"));
    }
    let id = env::args().nth(1).unwrap_or_default();
    println!("{:?}", get(&format!("/v1/images/{id}"))?.pointer("/data/name"));
    Ok(())
}
