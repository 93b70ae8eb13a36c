//! What a copy of the platform's OpenAPI document has and this crate doesn't know, and the other
//! way round: `cargo run -p cycle-images-tests --example drift -- openapi.json`.
//!
//! A line each: `+` stands before what only the document has, `-` before what only the crate has.
//! Differences that are there on purpose are not listed. It ends with 0 if there is nothing to
//! list, with 1 otherwise, and with 2 if the document can't be read.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a report")]

use std::error::Error;
use std::process::ExitCode;

use cycle_images_tests::openapi::{Document, drift};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    const USAGE: &str = "usage: drift OPENAPI.json";
    let path = std::env::args_os().nth(1).ok_or(USAGE)?;
    if path == "--help" {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let drift = drift(&Document::parse(&std::fs::read(path)?)?)?;
    drift.lines.iter().for_each(|line| println!("{line}"));
    Ok(if drift.lines.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
