//! Every image of a hub, counted by source and state, with their sizes.
//!
//! Four pages at a time are under way. Without any variable set it runs against a sandbox of some
//! hundred images; with `CYCLE_API_KEY` and `CYCLE_HUB_ID` set it runs on the platform, and only
//! reads; for https, the feature `rustls` has to be on.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use std::collections::BTreeMap;
use std::process::ExitCode;

use cycle_images::images::ImageIncludes;
use cycle_images::images::{GetImages, ImageInclude};
use cycle_images::model::{Image, ImageStatus, Origin, SourceReference};
use cycle_images_async::{Client, Reqwest, Tokio};
use cycle_images_tests::example_env::{self, Place};
use cycle_images_tests::sandbox::Settings;
use indicatif::HumanBytes;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
Counts every image of a hub by source and state. It only reads.";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(take())
}

async fn take() -> Result<()> {
    let place = Place::from_env(Settings::default().extra_images(700))?;
    let client = Client::new(place.hub.clone(), Reqwest::new()?, Tokio);
    let list = GetImages::new().include(ImageInclude::Sources).page_size(100);

    let mut sources: BTreeMap<(String, String), Sum> = BTreeMap::new();
    let mut skipped = Vec::new();
    let mut pages = client.pages(list).prefetch(4);
    while let Some(page) = pages.next().await {
        let page = page?;
        for image in &page.data {
            sources.entry(source(image, &page.includes)).or_default().add(image);
        }
        skipped.extend(page.skipped);
    }

    if sources.is_empty() {
        println!("\nThis hub has no images.");
    } else {
        show(&sources);
    }
    if !skipped.is_empty() {
        println!("\nCould not be read, and are not counted: {}", skipped.len());
    }
    for part in skipped {
        println!("  {}", part.error);
    }
    Ok(())
}

/// The name of an image's source, and its origin.
fn source(image: &Image, includes: &ImageIncludes) -> (String, String) {
    let (name, origin) = match &image.source {
        Some(source) => (name(source, includes), source.details.origin.as_ref()),
        None => ("none".to_owned(), None),
    };
    (name, origin.map_or("none", Origin::kind).to_owned())
}

/// Names may be shared or missing, so the id is printed as well.
fn name(source: &SourceReference, includes: &ImageIncludes) -> String {
    let SourceReference { kind, details, .. } = source;
    match (&details.stack_id, includes.sources.get(&details.id)) {
        // Each build of a stack is a source of its own.
        (Some(stack), _) => format!("stack {stack}"),
        (None, Some(source)) if !source.name.is_empty() => {
            format!("{} ({})", source.name, source.id)
        }
        _ => format!("{kind} {}", details.id),
    }
}

#[derive(Default)]
struct Sum {
    images: BTreeMap<ImageStatus, usize>,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, image: &Image) {
        *self.images.entry(image.state.current.clone()).or_default() += 1;
        self.bytes = self.bytes.saturating_add(image.size);
    }

    fn include(&mut self, other: &Self) {
        for (state, count) in &other.images {
            *self.images.entry(state.clone()).or_default() += count;
        }
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

fn show(sources: &BTreeMap<(String, String), Sum>) {
    let mut all = Sum::default();
    sources.values().for_each(|sum| all.include(sum));

    let heads = all.images.keys().map(|state| format!("{:>11}", state.as_str()));
    // The sources stand last, for their names may be of any width.
    println!("\n{}     in all         size  origin           source", heads.collect::<String>());
    let row = |sum: &Sum, origin: &str, source: &str| {
        let counts = all.images.keys().map(|state| sum.images.get(state).unwrap_or(&0));
        let counts: String = counts.map(|count| format!("{count:>11}")).collect();
        let images: usize = sum.images.values().sum();
        let size = HumanBytes(sum.bytes).to_string();
        println!("{counts}{images:>11}{size:>13}  {origin:<17}{source}");
    };
    for ((source, origin), sum) in sources {
        row(sum, origin, source);
    }
    row(&all, "", "in all");
}
