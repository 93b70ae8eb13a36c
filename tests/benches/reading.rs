//! How fast a page of images is read, beside `serde_json` reading the same bytes into a `Value`.
//!
//! Both are run in one process and each figure is a ratio of medians, so that it holds on a busy
//! machine and on a fast one. A page is held until the next one is there, as a program does that
//! shows one and reads on, and letting go of the one before is part of the time. Were nothing held,
//! the C library would hand the memory back to the kernel and fetch it again at every run, and the
//! figures would tell of that.
//!
//! Each reader has a row of runs before it is the other's turn, as in a program that reads in one of
//! the two ways. With a run each by turns, a page has to wait until the C library has tidied up the
//! many small blocks that the `Value` before it let go of, which it puts off until something large
//! is asked for: that figure is told as well.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may stop")]

use std::hint::black_box;
use std::slice;
use std::time::{Duration, Instant};

use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images::{Hub, ReplyOf};
use cycle_images_tests::generator::images_page;
use serde_json::Value;

/// How many pages a reader reads in a row.
const ROW: usize = 40;

fn main() {
    // As many images in ten pages as in one.
    let pages: Vec<String> = (1..=10).map(|seed| images_page(100, seed)).collect();
    let page = images_page(1000, 11);
    let (hub, list) = (Hub::new("key", "hub").unwrap(), GetImages::new());

    let (mut values, mut images, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..25 {
        values.extend(times(&pages, ROW, read_value));
        images.extend(times(&pages, ROW, |page| read(&hub, &list, page)));
        many.extend(times(slice::from_ref(&page), ROW / 4, |page| read(&hub, &list, page)));
    }
    let length: usize = pages.iter().map(String::len).sum();
    println!("a page of 100 images, {} bytes an image:", length / 1000);
    println!("  {:.2} times as fast as serde_json::Value", median(&mut values) / median(&mut images));
    println!("a page of 1000 images:");
    println!(
        "  {:.2} times the time an image takes in a page of 100",
        median(&mut many) / 10.0 / median(&mut images)
    );

    let (mut values, mut images) = (Vec::new(), Vec::new());
    for page in pages.iter().cycle().take(2000) {
        values.extend(times(slice::from_ref(page), 1, read_value));
        images.extend(times(slice::from_ref(page), 1, |page| read(&hub, &list, page)));
    }
    println!("a page of 100 images, by turns with serde_json::Value:");
    println!("  {:.2} times as fast", median(&mut values) / median(&mut images));
}

fn read_value(page: &str) -> Value {
    serde_json::from_slice(page.as_bytes()).unwrap()
}

fn read(hub: &Hub, list: &GetImages, page: &str) -> ReplyOf<GetImages> {
    let reply = hub.response(list, Response::new(page.as_bytes())).unwrap();
    assert!(reply.unread.is_empty());
    reply
}

/// The times of so many reads, each with letting go of what was read before.
fn times<R>(pages: &[String], reads: usize, read: impl Fn(&str) -> R) -> Vec<Duration> {
    let mut held = None;
    let pages = pages.iter().cycle().take(reads);
    let times = pages.map(|page| {
        let start = Instant::now();
        held = Some(read(black_box(page)));
        start.elapsed()
    });
    times.collect()
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).unwrap().as_secs_f64()
}
