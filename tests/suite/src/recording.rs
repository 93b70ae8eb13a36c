//! The recordings in `tests/data/recordings`, as tests want them.

#![allow(clippy::panic, reason = "a recording that can't be read is a mistake in this crate")]

use std::fs;
use std::path::{Path, PathBuf};

use cycle_images::recorded;
use http::Response;
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/recordings")
}

/// A recording as it stands in its file, by its name, such as `get_images/documented`.
///
/// # Panics
/// If there is no such recording.
#[must_use]
pub fn bytes(name: &str) -> Vec<u8> {
    let file = folder().join(name).with_extension("http");
    fs::read(file).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The response that was recorded.
///
/// # Panics
/// If there is no such recording, or it isn't one.
#[must_use]
pub fn read(name: &str) -> Response<Vec<u8>> {
    recorded::response(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The JSON in the body that was recorded, read without the client.
///
/// # Panics
/// If there is no such recording, or its body isn't JSON.
#[must_use]
pub fn json(name: &str) -> Value {
    serde_json::from_slice(read(name).body()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of all recordings of a folder, such as `errors`, in order.
///
/// # Panics
/// If there is no such folder.
#[must_use]
pub fn names(of: &str) -> Vec<String> {
    let entries = fs::read_dir(folder().join(of))
        .unwrap_or_else(|error| panic!("tests/data/recordings/{of}: {error}"));
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.extension().is_some_and(|extension| extension == "http"))
        .filter_map(|file| Some(format!("{of}/{}", file.file_stem()?.to_str()?)))
        .collect();
    names.sort();
    names
}
