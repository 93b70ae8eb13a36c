//! Reads a page of 100 images as many times as asked, for counting instructions, and prints the
//! microseconds that an image took. A page is held until the next one is there.

#![allow(clippy::print_stdout, reason = "a program prints")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use cycle_images::Hub;
use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images_bench::images_page;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let times: u32 = std::env::args().nth(1).ok_or("how many times?")?.parse()?;
    let page = images_page(100, 1);
    let (hub, list) = (Hub::new("key", "hub")?, GetImages::new());
    let mut held = None;
    let start = Instant::now();
    for _ in 0..times {
        let reply = hub.response(&list, Response::new(black_box(page.as_bytes())))?;
        assert_eq!(reply.data.len(), 100);
        held = Some(reply);
    }
    println!("{:.4}", start.elapsed().as_secs_f64() * 1e6 / f64::from(times) / 100.0);
    drop(held);
    Ok(())
}
