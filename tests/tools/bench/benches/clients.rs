//! Images a second from a hub over loopback, with each client, beside the HTTP client alone, which
//! reads the same pages into `Value`s.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use cycle_images::Hub;
use cycle_images::http::Request;
use cycle_images::images::GetImages;
use cycle_images_async::{Hyper, Reqwest, Tokio};
use cycle_images_bench::{IMAGES_A_PAGE, PageServer, compare};
use http_body_util::BodyExt;
use hyper_util::client::legacy::{Client as HyperClient, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::runtime;

/// Unoptimized, it is only checked that the benchmark runs.
const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 30 };

const PAGES: usize = if cfg!(debug_assertions) { 2 } else { 40 };

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let server = PageServer::start(PAGES, Duration::ZERO).unwrap();
    let hub = Hub::new("key", "hub").unwrap().with_base_url(&server.url()).unwrap();
    let url = |page: usize| {
        format!("{}/v1/images?page%5Bnumber%5D={page}&page%5Bsize%5D=100", server.url())
    };

    let client = cycle_images_ureq::Client::new(hub.clone());
    let bare = ureq::Agent::new_with_defaults();
    report(
        "ureq",
        || client.items(list()).map(|image| drop(black_box(image.unwrap()))).count(),
        || {
            let read = |page| bare.get(url(page)).call().unwrap().body_mut().read_to_vec().unwrap();
            (1..).map(|page| images(&read(page))).take_while(|images| *images > 0).sum()
        },
    );

    let tokio = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bare = reqwest::Client::new();
    let transport = tokio.block_on(async { Reqwest::new().unwrap() });
    let client = cycle_images_async::Client::new(hub.clone(), transport, Tokio);
    report(
        "reqwest",
        || tokio.block_on(count(&client)),
        || {
            tokio.block_on(count_bare(async |page| {
                bare.get(url(page)).send().await.unwrap().bytes().await.unwrap()
            }))
        },
    );

    let bare: HyperClient<_, String> =
        HyperClient::builder(TokioExecutor::new()).build(HttpConnector::new());
    let transport = Hyper::from_connector(HttpConnector::new());
    let client = cycle_images_async::Client::new(hub, transport, Tokio);
    report(
        "hyper",
        || tokio.block_on(count(&client)),
        || {
            tokio.block_on(count_bare(async |page| {
                let request = Request::get(url(page)).body(String::new()).unwrap();
                let response = bare.request(request).await.unwrap();
                response.into_body().collect().await.unwrap().to_bytes()
            }))
        },
    );
}

fn list() -> GetImages {
    GetImages::new().page_size(100)
}

async fn count(client: &cycle_images_async::Client) -> usize {
    let (mut items, mut count) = (client.items(list()), 0);
    while let Some(image) = items.next().await {
        black_box(image.unwrap());
        count += 1;
    }
    count
}

async fn count_bare<B: AsRef<[u8]>>(get: impl AsyncFn(usize) -> B) -> usize {
    let mut count = 0;
    for page in 1.. {
        match images(get(page).await.as_ref()) {
            0 => break,
            images => count += images,
        }
    }
    count
}

fn images(body: &[u8]) -> usize {
    let page: Value = serde_json::from_slice(body).unwrap();
    black_box(&page).pointer("/data").and_then(Value::as_array).unwrap().len()
}

fn report(client: &str, ours: impl Fn() -> usize, bare: impl Fn() -> usize) {
    let compared = compare(ROUNDS, || [time(&ours), time(&bare)]);
    let per_second = (PAGES * IMAGES_A_PAGE) as f64 / compared.first.as_secs_f64() / 1000.0;
    let with = if cfg!(feature = "mimalloc") { ", with mimalloc" } else { "" };
    println!(
        "| All images over {client}, {per_second:.0},000 a second here, faster than {client} into `Value`{with} | {compared} |"
    );
}

fn time(walk: impl Fn() -> usize) -> Duration {
    let start = Instant::now();
    assert_eq!(walk(), PAGES * IMAGES_A_PAGE);
    start.elapsed()
}
