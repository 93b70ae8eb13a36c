//! Faults.

use cycle_images_tests::sandbox::{Fault, Sandbox};
use serde_json::json;
use std::time::{Duration, Instant};

use crate::client::{Client, agent};

#[test]
fn faults_happen_in_order_and_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let date = "Fri, 31 Dec 1999 23:59:59 GMT";
    sandbox.fault(Fault::too_many_requests("3"));
    sandbox.fault(Fault::unavailable_until(date));
    sandbox.fault(Fault::bad_gateway());
    sandbox.fault(Fault::unavailable());
    sandbox.fault(Fault::redirect(307, "http://127.0.0.1:9/elsewhere"));
    sandbox.fault(Fault::json(500, "{}"));

    let busy = client.get("/v1/images");
    assert_eq!(busy.header("retry-after"), Some("3"));
    busy.refused("429.rate-limiting");
    let dated = client.get("/v1/images");
    assert_eq!((dated.status, dated.header("retry-after")), (503, Some(date)));
    let proxy = client.get("/v1/images");
    assert_eq!((proxy.status, proxy.header("content-type")), (502, Some("text/html")));
    assert!(proxy.text.starts_with("<html>"));
    let empty = client.get("/v1/images");
    assert_eq!((empty.status, empty.text.as_str()), (503, ""));
    assert_eq!(empty.header("content-type"), None);
    let redirect = client.get("/v1/images");
    let location = redirect.header("location");
    assert_eq!((redirect.status, location), (307, Some("http://127.0.0.1:9/elsewhere")));
    assert_eq!((client.get("/v1/images").status, client.get("/v1/images").status), (500, 200));
    assert_eq!(sandbox.requests().len(), 7);
}

#[test]
fn a_connection_is_closed_before_or_after_the_operation() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = json!({"source_id": sandbox.source_id(), "name": "once"}).to_string();
    let create = || client.send("POST", "/v1/images", Some(("application/json", &body)));
    let count = || {
        let images = client.get("/v1/images?filter[search]=once").data(200);
        images.as_array().map_or(0, Vec::len)
    };
    sandbox.fault(Fault::Close);
    assert!(create().is_err());
    assert_eq!(count(), 0);
    sandbox.fault(Fault::CloseAfter);
    assert!(create().is_err());
    assert_eq!(count(), 1);
    drop(client);
    assert!(sandbox.wait_for_connections(0, Duration::from_secs(20)));
}

#[test]
fn a_truncated_response_ends_half_way() {
    let sandbox = Sandbox::start().unwrap();
    let get = || {
        agent()
            .get(format!("{}/v1/images", sandbox.url()))
            .header("Authorization", format!("Bearer {}", sandbox.api_key()))
            .header("X-Hub-Id", sandbox.hub_id())
            .call()
            .unwrap()
    };
    let whole = get().body_mut().read_to_vec().unwrap();
    sandbox.fault(Fault::Truncate);
    let mut response = get();
    assert_eq!(response.status(), 200);
    let promised = response.headers()["content-length"].to_str().unwrap();
    assert_eq!(promised, whole.len().to_string());
    let mut half = Vec::new();
    let mut reader = response.body_mut().as_reader();
    assert!(std::io::Read::read_to_end(&mut reader, &mut half).is_err());
    assert_eq!(half, whole[..whole.len() / 2]);
}

#[test]
fn a_delayed_response_takes_at_least_the_delay() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let delay = Duration::from_millis(120);
    sandbox.fault(Fault::Delay(delay));
    let begun = Instant::now();
    client.get("/v1/images").data(200);
    assert!(begun.elapsed() >= delay);
}

#[test]
fn a_connection_is_closed_if_the_client_does_not_wait_for_a_delay() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Delay(Duration::from_secs(3600)));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_millis(100)))
        .build()
        .into();
    assert!(agent.get(format!("{}/v1/images", sandbox.url())).call().is_err());
    assert!(sandbox.wait_for_requests(1, Duration::from_secs(20)));
    assert!(sandbox.wait_for_connections(0, Duration::from_secs(20)));
}
