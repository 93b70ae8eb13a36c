//! Reads a list of issues.

use std::error::Error;

use octocrab::models::issues::Issue;

#[path = "../../read.rs"]
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    read::main(|text| Ok(serde_json::from_str::<Vec<Issue>>(text)?), Vec::len)
}
