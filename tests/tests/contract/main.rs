//! What the crate sends, and what its tests answer with, fits the platform's published document.
//!
//! The document is not part of this project. `CYCLE_OPENAPI` is the path of a copy; without it, the suite is ignored.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod document;
mod recordings;
mod requests;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use document::Document;

fn main() -> ExitCode {
    let document = std::env::var_os("CYCLE_OPENAPI").map(|path| Arc::new(Document::open(&path)));
    if document.is_none() {
        eprintln!("ignored: set CYCLE_OPENAPI to a copy of the platform's OpenAPI document");
    }
    let tests: [(&str, fn(&Document) -> Vec<String>); 3] = [
        ("listed_faults_are_still_there", Document::outdated_faults),
        ("requests_fit", requests::misfits),
        ("recordings_fit", recordings::misfits),
    ];
    let trials = tests.into_iter().map(|(name, misfits)| {
        let document = document.clone();
        let ignored = document.is_none();
        let run = move || {
            let document = document.as_deref().ok_or("CYCLE_OPENAPI is not set")?;
            let misfits = misfits(document);
            if misfits.is_empty() { Ok(()) } else { Err(Failed::from(misfits.join("\n"))) }
        };
        Trial::test(name, run).with_ignored_flag(ignored)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
