//! Reads a list of pods.

use std::error::Error;

use k8s_openapi::api::core::v1::Pod;
use kube::api::ObjectList;

#[path = "../../read.rs"]
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    read::main(|text| Ok(serde_json::from_str::<ObjectList<Pod>>(text)?), |pods| pods.items.len())
}
