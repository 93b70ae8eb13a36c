//! How fast a page of images is read, beside `serde_json` reading the same bytes into a `Value`.
//!
//! A round's figure is a time that nine in ten reads don't come below: what a busy machine adds to
//! a read falls away. A page is held until the next one is there, as a program does that shows one
//! and reads on, and letting go of the one before is part of the time. Were nothing held, the C
//! library would hand the memory back to the kernel and fetch it again at every read, and the
//! figures would tell of that.
//!
//! Each reader has a row of pages before it is the other's turn, as in a program that reads in one
//! of the two ways. If they take turns, a page has to wait until the C library has tidied up the
//! many small blocks that the `Value` before it let go of, which it puts off until something large
//! is asked for: that figure is printed as well.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may stop")]

use std::hint::black_box;
use std::slice;
use std::time::{Duration, Instant};

use cycle_images::Hub;
use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images::operation::ReplyOf;
use cycle_images_bench::{compare, images_page};
use serde_json::Value;

/// Unoptimized, it is only checked that the benchmark runs.
const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 40 };

/// How many pages are read in a row.
const ROW: usize = if cfg!(debug_assertions) { 10 } else { 40 };

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let pages: Vec<String> = (1..=10).map(|seed| images_page(100, seed)).collect();
    let large = images_page(1000, 11);
    let (hub, list) = (Hub::new("key", "hub").unwrap(), GetImages::new());
    let read = |page: &str| read(&hub, &list, page);
    let with = if cfg!(feature = "mimalloc") { ", with mimalloc" } else { "" };

    let beside_value = compare(ROUNDS, || [row(ROW, &pages, read), row(ROW, &pages, read_value)]);
    println!("| A page of 100 images is read faster than into `Value`{with} | {beside_value} |");

    let in_turns = compare(ROUNDS, || {
        let (mut value, mut reply) = (None, None);
        let times = pages.iter().cycle().take(ROW);
        let (values, images) = times
            .map(|page| (time(&mut value, page, read_value), time(&mut reply, page, read)))
            .unzip();
        [steady(images), steady(values)]
    });
    println!("| The same, a page of each in turns{with} | {in_turns} |");

    let by_size = compare(ROUNDS, || {
        let large = row(ROW / 10, slice::from_ref(&large), read);
        [row(ROW, &pages, read), large / 10]
    });
    println!(
        "| An image in a page of 1000 takes the time of one in a page of 100{with} | {by_size} |"
    );
}

fn read_value(page: &str) -> Value {
    serde_json::from_slice(page.as_bytes()).unwrap()
}

fn read(hub: &Hub, list: &GetImages, page: &str) -> ReplyOf<GetImages> {
    let reply = hub.response(list, Response::new(page.as_bytes())).unwrap();
    assert!(reply.skipped.is_empty());
    reply
}

fn row<R>(reads: usize, pages: &[String], read: impl Fn(&str) -> R) -> Duration {
    let mut held = None;
    steady(pages.iter().cycle().take(reads).map(|page| time(&mut held, page, &read)).collect())
}

/// The time to read a page and to let go of the one before.
fn time<R>(held: &mut Option<R>, page: &str, read: impl Fn(&str) -> R) -> Duration {
    let start = Instant::now();
    *held = Some(read(black_box(page)));
    start.elapsed()
}

fn steady(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    *times.get(times.len() / 10).unwrap()
}
