//! The memory that a request takes, and reading a page and an error.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop, and shows the count"
)]

use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images::{Hub, Operation};
use cycle_images_tests::generator::images_page;
use cycle_images_tests::operations::{Visit, visit_all};

/// What was counted, which may grow by 5 %.
const ALLOCATIONS_A_REQUEST: u64 = 6;
const ALLOCATIONS_A_HUNDRED_IMAGES: u64 = 3712;

fn at_most(counted: u64, recorded: u64) {
    println!("{counted} allocations");
    assert!((1..=recorded * 105 / 100).contains(&counted), "{counted} allocations");
}

#[test]
fn request_with_all_arguments_takes_the_recorded_allocations() {
    struct Fullest;

    impl Visit for Fullest {
        fn operation<O: Operation>(&mut self, requests: Vec<O>) {
            if O::NAME == GetImages::NAME {
                let (hub, fullest) = (Hub::new("key", "hub").unwrap(), requests.last().unwrap());
                let mut request = None;
                let counted = allocation_counter::measure(|| request = Some(hub.request(fullest)));
                let query = request.unwrap().unwrap().uri().query().unwrap().to_owned();
                assert!(query.split('&').count() > 12, "a parameter is missing: {query}");
                at_most(counted.count_total, ALLOCATIONS_A_REQUEST);
            }
        }
    }

    visit_all(&mut Fullest);
}

#[test]
fn image_of_a_page_takes_the_recorded_allocations() {
    let (hub, images) = (Hub::new("key", "hub").unwrap(), GetImages::new());
    let read = |count| {
        let page = images_page(count, 1);
        let mut reply = None;
        let read = || reply = Some(hub.response(&images, Response::new(page.as_bytes())).unwrap());
        let counted = allocation_counter::measure(read).count_total;
        assert_eq!(reply.unwrap().data.len(), count);
        counted
    };
    at_most(read(100) - read(0), ALLOCATIONS_A_HUNDRED_IMAGES);
}

/// Of a title, an error keeps 1,000 characters, which may be escaped.
#[test]
fn title_of_megabytes_is_not_copied_whole() {
    let hub = Hub::new("key", "hub").unwrap();
    for piece in ["x", r"\u006b", r"\n"] {
        let body = format!(r#"{{"error": {{"title": "{}"}}}}"#, piece.repeat(1 << 22));
        let response = Response::builder().status(500).body(&body).unwrap();
        let mut error = None;
        let read = || error = hub.response(&GetImages::new(), response).err();
        let memory = allocation_counter::measure(read).bytes_max;
        assert!(memory <= 1 << 20, "{piece}: {memory} bytes");
        let title = error.unwrap().platform().unwrap().title.clone().unwrap();
        assert!((1000..=2003).contains(&title.len()), "{piece}: {}", title.len());
    }
}

/// Also one that is full of secrets.
#[test]
fn error_document_costs_at_most_three_times_its_size() {
    const SIZE: usize = 1 << 20;
    let hub = Hub::new("sk-planted-key", "hub").unwrap();
    let filled = |start: &str, piece: &str, end: &str| {
        [start, &piece.repeat(SIZE / piece.len()), end].concat().into_bytes()
    };
    for body in [
        filled("[0", ",0", "]"),
        filled("[[]", ",[]", "]"),
        filled("[0", ",0", ""),
        filled("", "[", ""),
        filled(r#"{"error": {"a": 0"#, r#","a":0"#, "}}"),
        filled(r#"{"error": {"title": ""#, "x", r#""}}"#),
        filled(r#"{"error": {"title": ""#, r"\u006b", r#""}}"#),
        filled(r#"{"error": {"title": ""#, "sk-planted-key", r#""}}"#),
        filled(r#"{"error": ""#, r"\n", r#""}"#),
        filled("<html>", "sk-planted-key", ""),
        vec![0xff; SIZE],
    ] {
        let response = Response::builder().status(500).body(&body).unwrap();
        let images = GetImages::new();
        let mut error = None;
        let counted = allocation_counter::measure(|| error = hub.response(&images, response).err());
        let start = String::from_utf8_lossy(&body[..20]).into_owned();
        let most = counted.bytes_max;
        assert!(most <= 3 * SIZE as u64, "{start}: {most} bytes");
        let kept = counted.bytes_current;
        assert!(error.is_some() && kept <= 64_000, "{start}: {kept} bytes are kept");
    }
}

#[test]
fn brackets_cost_at_most_twice_their_size() {
    let hub = Hub::new("key", "hub").unwrap();
    let body = vec![b'['; 16 << 20];
    for status in [200, 500] {
        let response = Response::builder().status(status).body(&body).unwrap();
        let mut error = None;
        let read = || error = hub.response(&GetImages::new(), response).err();
        let memory = allocation_counter::measure(read).bytes_max;
        assert!(error.is_some() && memory <= 2 * body.len() as u64, "{status}: {memory} bytes");
    }
}
