//! How fast a page of images is read, beside `serde_json` reading the same bytes into a `Value`.
//!
//! Both are run by turns in one process and each figure is a ratio of medians, so that it holds on
//! a busy machine and on a fast one. A page is held until the next one is there, as a program does
//! that shows one and reads on, and letting go of the one before is part of the time. Were nothing
//! held, the C library would hand the memory back to the kernel and fetch it again at every run, and
//! the figures would tell of that.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may stop")]

use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images::model::{Image, ImageIncludes};
use cycle_images::{Hub, Reply};
use cycle_images_tests::generator::images_page;

fn main() {
    let small = Page::new(100);
    let large = Page::new(1000);
    let mut rounds = Rounds::default();
    for _ in 0..200 {
        for _ in 0..10 {
            rounds.value.push(time(|| small.read_value()));
            rounds.small.push(time(|| small.read_images()));
        }
        rounds.large.push(time(|| large.read_images()));
    }
    let (value, small_time, large_time) =
        (median(rounds.value), median(rounds.small), median(rounds.large));
    println!("a page of 100 images, {} bytes an image:", small.text.len() / 100);
    println!("  {:.2} times as fast as serde_json::Value", value / small_time);
    println!("a page of 1000 images:");
    println!(
        "  {:.2} times the time an image takes in a page of 100",
        large_time / 10.0 / small_time
    );
}

#[derive(Default)]
struct Rounds {
    value: Vec<Duration>,
    small: Vec<Duration>,
    large: Vec<Duration>,
}

struct Page {
    hub: Hub,
    operation: GetImages,
    text: String,
    value: RefCell<Option<serde_json::Value>>,
    images: RefCell<Option<Reply<Vec<Image>, ImageIncludes>>>,
}

impl Page {
    fn new(count: usize) -> Self {
        let hub = Hub::new("key", "hub").unwrap();
        Self {
            hub,
            operation: GetImages::new(),
            text: images_page(count, 1),
            value: RefCell::default(),
            images: RefCell::default(),
        }
    }

    fn read_value(&self) {
        let body = black_box(self.text.as_bytes());
        *self.value.borrow_mut() = Some(serde_json::from_slice(body).unwrap());
    }

    fn read_images(&self) {
        let response = Response::new(black_box(self.text.as_bytes()));
        let reply = self.hub.response(&self.operation, response).unwrap();
        assert!(reply.unread.is_empty());
        *self.images.borrow_mut() = Some(reply);
    }
}

fn time(run: impl Fn()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).unwrap().as_secs_f64()
}
