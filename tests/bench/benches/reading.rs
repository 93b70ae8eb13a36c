//! How fast a page of images is read, beside `serde_json` reading the same bytes into a `Value`.
//!
//! Both are run in one process, and each figure is a ratio of times that nine in ten reads don't come
//! below: what a busy machine adds to a read falls away. A page is held until the next one is there,
//! as a program does that shows one and reads on, and letting go of the one before is part of the
//! time. Were nothing held, the C library would hand the memory back to the kernel and fetch it again
//! at every read, and the figures would tell of that.
//!
//! Each reader has a row of pages before it is the other's turn, as in a program that reads in one of
//! the two ways. If they take turns, a page has to wait until the C library has tidied up the many
//! small blocks that the `Value` before it let go of, which it puts off until something large is
//! asked for: that figure is told as well.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may stop")]

use std::hint::black_box;
use std::slice;
use std::time::{Duration, Instant};

use cycle_images::Hub;
use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images::operation::ReplyOf;
use generator::images_page;
use serde_json::Value;

/// Unoptimized, it is only checked that the benchmark runs.
const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 40 };

/// How many pages are read in a row.
const ROW: usize = 40;

fn main() {
    let pages: Vec<String> = (1..=10).map(|seed| images_page(100, seed)).collect();
    let large = images_page(1000, 11);
    let length: usize = pages.iter().map(String::len).sum();
    let (hub, list) = (Hub::new("key", "hub").unwrap(), GetImages::new());

    let (mut values, mut images, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        row(ROW, &pages, &mut values, read_value);
        row(ROW, &pages, &mut images, |page| read(&hub, &list, page));
        row(ROW / 10, slice::from_ref(&large), &mut many, |page| read(&hub, &list, page));
    }
    println!("a page of 100 images, {} bytes an image:", length / 1000);
    println!("  {:.2} times as fast as serde_json::Value", steady(values) / steady(images.clone()));
    println!("a page of 1000 images:");
    println!(
        "  {:.2} times the time an image takes in a page of 100",
        steady(many) / 10.0 / steady(images)
    );

    let (mut values, mut images) = (Vec::new(), Vec::new());
    let (mut value, mut reply) = (None, None);
    for page in pages.iter().cycle().take(ROUNDS * ROW) {
        values.push(time(&mut value, page, read_value));
        images.push(time(&mut reply, page, |page| read(&hub, &list, page)));
    }
    println!("a page of 100 images, in turns with serde_json::Value:");
    println!("  {:.2} times as fast", steady(values) / steady(images));
}

fn read_value(page: &str) -> Value {
    serde_json::from_slice(page.as_bytes()).unwrap()
}

fn read(hub: &Hub, list: &GetImages, page: &str) -> ReplyOf<GetImages> {
    let reply = hub.response(list, Response::new(page.as_bytes())).unwrap();
    assert!(reply.skipped.is_empty());
    reply
}

fn row<R>(reads: usize, pages: &[String], times: &mut Vec<Duration>, read: impl Fn(&str) -> R) {
    let mut held = None;
    times.extend(pages.iter().cycle().take(reads).map(|page| time(&mut held, page, &read)));
}

/// The time to read a page and to let go of the one before.
fn time<R>(held: &mut Option<R>, page: &str, read: impl Fn(&str) -> R) -> Duration {
    let start = Instant::now();
    *held = Some(read(black_box(page)));
    start.elapsed()
}

fn steady(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 10).unwrap().as_secs_f64()
}
