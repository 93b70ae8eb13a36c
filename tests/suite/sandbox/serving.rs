//! The server: the requests that it keeps, its connections and its time.

use cycle_images_tests::sandbox::{JobOutcome, Sandbox, Settings};
use serde_json::json;
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::client::{Client, STEP, still};

const JSON: &str = "application/json";

#[test]
fn requests_are_recorded_verbatim() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    client.get("/v1/images?filter%5Bsearch%5D=a%20b&sort=-id");
    client.post("/v1/images", &json!({"source_id": "x"}));
    client.get("/nowhere%2F");
    let requests = sandbox.requests();
    let [list, create, nowhere] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!((list.method.as_str(), list.path.as_str()), ("GET", "/v1/images"));
    assert_eq!(list.query, "filter%5Bsearch%5D=a%20b&sort=-id");
    assert_eq!(list.header("x-hub-id"), Some(sandbox.hub_id()));
    let bearer = format!("Bearer {}", sandbox.api_key());
    assert_eq!(list.header("Authorization"), Some(bearer.as_str()));
    assert!(list.body.is_empty());
    assert_eq!(create.method, "POST");
    assert_eq!(create.header("content-type"), Some("application/json"));
    assert_eq!(create.body, br#"{"source_id":"x"}"#);
    assert_eq!(create.length, 17);
    assert_eq!((nowhere.path.as_str(), nowhere.query.as_str()), ("/nowhere%2F", ""));
}

/// The only test in real time: 5 steps of 25 ms.
#[test]
fn an_import_ends_by_itself() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let begun = Instant::now();
    client.post(&format!("{path}/tasks"), &json!({"action": "import"})).data(200);
    while client.state(&path) != "live" {
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
    assert!(begun.elapsed() >= Duration::from_millis(5 * 25));
}

#[test]
fn connections_are_counted_until_they_close() {
    let sandbox = Sandbox::start().unwrap();
    assert_eq!(sandbox.open_connections(), 0);
    let client = Client::new(&sandbox);
    client.get("/v1/images");
    assert_eq!(sandbox.open_connections(), 1);
    assert!(!sandbox.wait_for_connections(0, Duration::from_millis(1)));
    drop(client);
    assert!(sandbox.wait_for_connections(0, Duration::from_secs(20)));
    assert_eq!(sandbox.open_connections(), 0);
}

#[test]
fn a_dropped_sandbox_leaves_no_thread_or_socket() {
    let sandbox = Sandbox::start().unwrap();
    let address = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    let mut idle = TcpStream::connect(&address).unwrap();
    idle.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    Client::new(&sandbox).get("/v1/images");
    drop(sandbox);
    // Closed or reset.
    let mut byte = [0];
    assert!(matches!(idle.read(&mut byte), Ok(0)) || TcpStream::connect(&address).is_err());
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_key_of_one_sandbox_is_unknown_to_another() {
    let (one, other) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    assert_ne!(one.url(), other.url());
    assert_ne!(one.source_id(), other.source_id());
    let mut client = Client::new(&one);
    client.url = other.url().to_owned();
    assert_eq!(client.get("/v1/images").status, 401);
    assert!(one.requests().is_empty());
    assert_eq!(other.requests().len(), 1);
}

#[test]
fn a_job_that_failed_or_expired_has_the_time_of_its_end() {
    let failed = JobOutcome::Fail { step: 1, message: "the store is full".to_owned() };
    for (outcome, ended) in [(failed, STEP * 3), (JobOutcome::Expire, STEP)] {
        let is_expired = outcome == JobOutcome::Expire;
        let sandbox = Sandbox::with(still().job_fate(outcome)).unwrap();
        let client = Client::new(&sandbox);
        let image = client.get("/v1/images?filter[state]=live").data(200)[2]["id"].clone();
        let path = format!("/v1/images/{}", image.as_str().unwrap());
        let id = client.delete(&path).data(200)["job"]["id"].clone();
        sandbox.skip(STEP * 10);
        let job = client.get(&format!("/v1/jobs/{}", id.as_str().unwrap())).data(200);
        let time = |at: &str| {
            let text = job.pointer(at).unwrap().as_str().unwrap();
            chrono::DateTime::parse_from_rfc3339(text).unwrap()
        };
        let lasted = time("/state/changed") - time("/events/queued");
        assert_eq!(lasted.to_std().unwrap(), ended, "{job:#}");
        assert_eq!(time("/expires") == time("/state/changed"), is_expired, "{job:#}");
    }
}

#[test]
fn a_body_of_more_than_16_mib_is_refused_with_the_envelope() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = |size: usize| format!(r#"{{"source_id": "1", "name": "{}"}}"#, "x".repeat(size));
    let answer = client.send("POST", "/v1/images", Some((JSON, &body(3 << 20)))).unwrap();
    answer.refused_at("422.invalid-argument", "/source_id");
    let answer = client.send("POST", "/v1/images", Some((JSON, &body(17 << 20)))).unwrap();
    answer.refused("413.content-too-large");
}

#[test]
fn only_the_last_requests_are_kept() {
    let sandbox = Sandbox::with(Settings::default().kept_requests(2)).unwrap();
    let client = Client::new(&sandbox);
    for page in 1..=5 {
        client.get(&format!("/v1/images?page[number]={page}")).data(200);
    }
    let queries: Vec<_> = sandbox.requests().into_iter().map(|request| request.query).collect();
    assert_eq!(queries.len(), 2);
    assert!(queries[0].ends_with("=4") && queries[1].ends_with("=5"), "{queries:?}");
    assert!(sandbox.wait_for_requests(5, STEP));
}
