//! What the crate sends and reads, and what its tests answer with, fits the platform's published
//! document.
//!
//! The document is not part of this project. `CYCLE_OPENAPI` is the path of a copy; without it, the
//! tests that need it are ignored.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it says how much it has checked")]

mod drift;
mod faults;
mod recordings;
mod requests;
mod responses;
mod sandbox;
mod schemas;

use std::process::ExitCode;
use std::sync::Arc;

use cycle_images_tests::openapi::Document;
use libtest_mimic::{Arguments, Failed, Trial};

/// What doesn't fit, each with its name.
type Misfits = fn(&Document) -> Vec<String>;

const TESTS: [(&str, Misfits); 9] = [
    ("faults_are_still_there", |document| faults::correct(&mut document.clone())),
    ("requests_fit", |document| requests::misfits(&corrected(document))),
    ("recordings_fit", |document| recordings::misfits(&corrected(document))),
    ("recorded_errors_fit", |document| recordings::error_misfits(&corrected(document))),
    ("answers_of_the_sandbox_fit", |document| sandbox::misfits(&corrected(document))),
    ("answers_of_the_sandbox_fit_without_nulls", |document| {
        sandbox::misfits_without_nulls(&corrected(document))
    }),
    ("recordings_are_complete", responses::missing_in_recordings),
    ("places_fit", |document| responses::invalid_places(&corrected(document))),
    ("nothing_drifted", responses::drifted),
];

fn corrected(document: &Document) -> Document {
    let mut document = document.clone();
    faults::correct(&mut document);
    document
}

fn main() -> ExitCode {
    let path = std::env::var_os("CYCLE_OPENAPI");
    let document = path.map(|path| Document::parse(&std::fs::read(path).unwrap()).unwrap());
    if document.is_none() {
        eprintln!("ignored: set CYCLE_OPENAPI to a copy of the platform's OpenAPI document");
    }
    let document = document.map(Arc::new);
    let mut trials = vec![Trial::test("drift_is_reported", || {
        drift::changes_are_reported();
        Ok(())
    })];
    trials.extend(TESTS.into_iter().map(|(name, misfits)| {
        let document = document.clone();
        let ignored = document.is_none();
        let run = move || {
            let document = document.as_deref().ok_or("CYCLE_OPENAPI is not set")?;
            result(&misfits(document))
        };
        Trial::test(name, run).with_ignored_flag(ignored)
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn result(misfits: &[String]) -> Result<(), Failed> {
    if misfits.is_empty() { Ok(()) } else { Err(Failed::from(misfits.join("\n"))) }
}
