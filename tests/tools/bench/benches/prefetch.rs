//! How much faster all images of a hub are read with `prefetch`, by the hub's latency, beside one
//! page at a time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use cycle_images::Hub;
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Reqwest, Tokio};
use cycle_images_bench::{IMAGES_A_PAGE, PageServer, compare};
use tokio::runtime;

/// Unoptimized, it is only checked that the benchmark runs.
const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 5 };

const PAGES: usize = if cfg!(debug_assertions) { 2 } else { 40 };

fn main() {
    let tokio = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for milliseconds in [0, 5, 20, 100] {
        let server = PageServer::start(PAGES, Duration::from_millis(milliseconds)).unwrap();
        let hub = Hub::new("key", "hub").unwrap().with_base_url(&server.url()).unwrap();
        let transport = tokio.block_on(async { Reqwest::new().unwrap() });
        let client = Client::new(hub, transport, Tokio);
        let time = |prefetch| tokio.block_on(time(&client, prefetch));
        for prefetch in [8, 16] {
            let compared = compare(ROUNDS, || [time(prefetch), time(1)]);
            println!(
                "| {PAGES} pages at {milliseconds} ms latency, `prefetch({prefetch})` faster than one at a time | {compared} |"
            );
        }
    }
}

async fn time(client: &Client, prefetch: usize) -> Duration {
    let start = Instant::now();
    let list = GetImages::new().page_size(100);
    let (mut items, mut count) = (client.pages(list).prefetch(prefetch).items(), 0);
    while let Some(image) = items.next().await {
        black_box(image.unwrap());
        count += 1;
    }
    assert_eq!(count, PAGES * IMAGES_A_PAGE);
    start.elapsed()
}
