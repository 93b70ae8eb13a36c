//! Reads records into `serde_json::Value`: a list, or the only list of a document.

use std::error::Error;

use serde_json::Value;

#[path = "../../read.rs"]
mod read;

fn main() -> Result<(), Box<dyn Error>> {
    read::main(
        |text| Ok(serde_json::from_str::<Value>(text)?),
        |value| {
            let list = value.get("data").or(value.get("items")).unwrap_or(value);
            list.as_array().map_or(0, Vec::len)
        },
    )
}
