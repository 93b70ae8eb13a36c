//! The server itself: what it notes, and that it comes and goes cleanly.

use cycle_images_tests::sandbox::Sandbox;
use serde_json::json;
use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use crate::client::Client;

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
    // Closed or reset, but not left hanging.
    let mut byte = [0];
    assert!(matches!(idle.read(&mut byte), Ok(0)) || TcpStream::connect(&address).is_err());
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn sandboxes_do_not_know_each_other() {
    let (one, other) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    assert_ne!(one.url(), other.url());
    assert_ne!(one.source_id(), other.source_id());
    let mut client = Client::new(&one);
    client.url = other.url().to_owned();
    assert_eq!(client.get("/v1/images").status, 401);
    assert!(one.requests().is_empty());
    assert_eq!(other.requests().len(), 1);
}
