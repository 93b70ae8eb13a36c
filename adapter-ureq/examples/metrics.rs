//! Counts and times the requests of a program, by operation, with an observer.
//!
//! Without variables it runs against a sandbox that is unavailable now and then; with
//! `CYCLE_API_KEY` and `CYCLE_HUB_ID` it runs on the platform, and only reads.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cycle_images::flow::{Event, EventKind};
use cycle_images::images::GetImages;
use cycle_images::jobs::GetLatestJobs;
use cycle_images::sources::GetImageSources;
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::{Fault, Settings};
use cycle_images_ureq::Client;

/// The figures of one operation.
#[derive(Debug, Default)]
struct Figures {
    responses: u32,
    failures: u32,
    retries: u32,
    slowest: Duration,
    total: Duration,
}

#[derive(Clone, Debug, Default)]
struct Metrics(Arc<Mutex<BTreeMap<&'static str, Figures>>>);

impl Metrics {
    fn add(&self, event: &Event<'_>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let operation = event.operation;
        match event.kind {
            EventKind::Response { status, elapsed, .. } => {
                let figures = all.entry(operation).or_default();
                figures.responses += 1;
                figures.failures += u32::from(!status.is_success());
                figures.slowest = figures.slowest.max(elapsed);
                figures.total += elapsed;
            }
            EventKind::NoResponse { .. } => all.entry(operation).or_default().failures += 1,
            EventKind::Retry { .. } => all.entry(operation).or_default().retries += 1,
            _ => (),
        }
    }

    fn show(&self) {
        println!("\noperation        responses failures retries      mean   slowest");
        for (operation, figures) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let Figures { responses, failures, retries, slowest, total } = figures;
            let mean = *total / (*responses).max(1);
            println!(
                "{operation:<17}{responses:>9}{failures:>9}{retries:>8}{:>7} ms{:>7} ms",
                mean.as_millis(),
                slowest.as_millis(),
            );
        }
    }
}

const HELP: &str = "\
Counts and times the requests of a program, by operation. It only reads.";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<(), Box<dyn Error>> {
    let place = Place::from_env(Settings::default().extra_images(250))?;
    let metrics = Metrics::default();
    let observer = metrics.clone();
    let client = Client::new(place.hub.clone()).with_observer(move |event| observer.add(event));

    if let Some(sandbox) = &place.sandbox {
        sandbox.fault(Fault::unavailable());
    }
    let images = client.items(GetImages::new().page_size(50)).count();
    let sources = client.items(GetImageSources::new()).count();
    let jobs = client.call(&GetLatestJobs::new())?.data.len();
    println!("{images} images of {sources} sources, {jobs} latest jobs");
    metrics.show();
    Ok(())
}
