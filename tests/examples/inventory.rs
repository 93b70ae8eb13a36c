//! Every image of a hub, counted and weighed by state and source.
//!
//! Four pages at a time are under way. Without any variable set it runs against a sandbox of some
//! hundred images; with `CYCLE_API_KEY` and `CYCLE_HUB_ID` set it runs on the platform, and only
//! reads.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use std::collections::BTreeMap;
use std::process::ExitCode;

use cycle_images::images::{GetImages, ImageInclude};
use cycle_images::model::{Image, ImageIncludes, ImageSource, ImageStatus, Origin};
use cycle_images_async::{Client, Reqwest, Tokio};
use cycle_images_tests::place::{self, Place};
use cycle_images_tests::sandbox::Settings;
use indicatif::HumanBytes;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    place::end(run())
}

fn run() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(take())
}

async fn take() -> Result<()> {
    let place = Place::from_env(Settings::default().extra_images(700))?;
    let client = Client::new(place.hub.clone(), Reqwest::new()?).with_timer(Tokio);
    let list = GetImages::new().include(ImageInclude::Sources).page_size(100);

    let mut groups: BTreeMap<Group, Sum> = BTreeMap::new();
    let mut unread = Vec::new();
    let mut pages = client.pages(list).prefetch(4);
    while let Some(page) = pages.next().await {
        let page = page?;
        for image in &page.data {
            groups.entry(Group::of(image, &page.includes)).or_default().add(1, image.size);
        }
        unread.extend(page.unread);
    }

    if groups.is_empty() {
        println!("\nThis hub has no images.");
    } else {
        show(&groups);
    }
    if !unread.is_empty() {
        println!("\nCould not be read, and are not counted: {}", unread.len());
    }
    for part in unread {
        println!("  {}", part.mismatch);
    }
    Ok(())
}

/// What the images of a row have in common; the rows are in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    state: ImageStatus,
    source: String,
    origin: String,
}

impl Group {
    fn of(image: &Image, includes: &ImageIncludes) -> Self {
        let (source, origin) = match &image.source {
            Some(source) => (name(source, includes), source.details.origin.as_ref()),
            None => ("none".to_owned(), None),
        };
        let origin = origin.map_or("none", Origin::kind).to_owned();
        Self { state: image.state.current.clone(), source, origin }
    }
}

/// Names may be shared or missing, so that the id is told as well.
fn name(source: &ImageSource, includes: &ImageIncludes) -> String {
    let ImageSource { kind, details, .. } = source;
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
    images: usize,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, images: usize, bytes: u64) {
        self.images += images;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

fn show(groups: &BTreeMap<Group, Sum>) {
    // The sources stand last, for their names may be of any width.
    println!("\nstate        images         size  origin           source");
    let row = |state: &str, sum: &Sum, origin: &str, source: &str| {
        let size = HumanBytes(sum.bytes).to_string();
        println!("{state:<12}{:>7}{size:>13}  {origin:<17}{source}", sum.images);
    };
    let mut all = Sum::default();
    for (Group { state, source, origin }, sum) in groups {
        row(state.as_str(), sum, origin, source);
        all.add(sum.images, sum.bytes);
    }
    row("in all", &all, "", "");
}
