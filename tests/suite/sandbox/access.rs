//! Origins, hosts, keys, and bounds of time and memory.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cycle_images_tests::sandbox::{Sandbox, Settings};

use crate::client::{Client, still, text};

const JSON: &str = "application/json";

/// Sends bytes and returns what comes back until the connection is closed.
fn raw(sandbox: &Sandbox, request: &str) -> String {
    let address = sandbox.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn pages_of_any_origin_may_use_the_api() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let preflight = client.send("OPTIONS", "/v1/images", None).unwrap();
    assert_eq!(preflight.status, 204);
    let headers = preflight.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("authorization") && headers.contains("x-hub-id"));
    assert!(sandbox.requests().is_empty());
    for path in ["/v1/images", "/v1/nothing"] {
        let answer = client.get(path);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("*"));
    }
}

#[test]
fn control_needs_the_key_and_allows_no_other_origin() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = Client::new(&sandbox);
    let fault = Some(("text/plain", r#"{"status": 200, "body": "<script>"}"#));
    let preflight = client.send("OPTIONS", "/_sandbox/faults", None).unwrap();
    assert_eq!(preflight.header("access-control-allow-origin"), None);
    for authorization in [None, Some("Bearer wrong"), Some(sandbox.view_only_api_key())] {
        client.headers = vec![("Origin".to_owned(), "https://evil.example".to_owned())];
        if let Some(value) = authorization {
            client.headers.push(("Authorization".to_owned(), format!("Bearer {value}")));
        }
        for path in ["faults", "jobs", "skip"] {
            let answer = client.send("POST", &format!("/_sandbox/{path}"), fault).unwrap();
            assert_eq!(answer.status, 401, "{}", answer.text);
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    Client::new(&sandbox).get("/v1/images").data(200);
}

#[test]
fn keys_have_128_random_bits() {
    let keys = [Sandbox::start().unwrap(), Sandbox::start().unwrap()]
        .map(|sandbox| sandbox.api_key().strip_prefix("sandbox-key-").unwrap().to_owned());
    let bytes = keys.each_ref().map(|key| u128::from_str_radix(key, 16).unwrap());
    // Of 128 random bits, about half differ.
    let different = (bytes[0] ^ bytes[1]).count_ones();
    assert!((24..104).contains(&different), "{keys:?}");
}

#[test]
fn only_loopback_hosts_are_answered() {
    let sandbox = Sandbox::start().unwrap();
    let get = |target: &str, host: &str| {
        let response =
            raw(&sandbox, &format!("GET {target} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"));
        response[9..12].to_owned()
    };
    for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:80"] {
        assert_eq!(get("/v1/images", &format!("Host: {host}\r\n")), "401", "{host}");
    }
    for host in ["evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", ""] {
        assert_eq!(get("/v1/images", &format!("Host: {host}\r\n")), "421", "{host}");
    }
    assert_eq!(get("/v1/images", ""), "421");
    assert_eq!(get("http://evil.example/v1/images", "Host: localhost\r\n"), "421");
    assert_eq!(get("/_sandbox/faults", "Host: evil.example\r\n"), "421");
}

#[test]
fn a_large_body_of_a_control_request_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = format!(r#"{{"status": 200, "body": "{}"}}"#, "x".repeat(17 << 20));
    let answer = client.send("POST", "/_sandbox/faults", Some((JSON, &body))).unwrap();
    answer.refused("413.content-too-large");
}

#[test]
fn at_most_64_mib_of_bodies_are_kept() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = "x".repeat(15 << 20);
    for _ in 0..5 {
        client.send("POST", "/v1/images", Some(("text/plain", &body))).unwrap();
    }
    let lengths: Vec<_> =
        sandbox.requests().iter().map(|request| request.body.len() >> 20).collect();
    assert_eq!(lengths, [0, 15, 15, 15, 15]);
}

#[test]
fn incomplete_requests_time_out() {
    let sandbox =
        Sandbox::with(Settings::default().read_timeout(Duration::from_millis(100))).unwrap();
    let key = sandbox.api_key();
    assert_eq!(raw(&sandbox, "GET /v1/images HTTP/1.1\r\nHost: localhost\r\n"), "");
    for path in ["/v1/images", "/_sandbox/faults"] {
        let response = raw(
            &sandbox,
            &format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
                 Content-Length: 9\r\n\r\n{{"
            ),
        );
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    }
    assert!(sandbox.wait_for_connections(0, Duration::from_secs(20)));
}

#[test]
fn incomplete_uploads_time_out() {
    let sandbox = Sandbox::with(still().read_timeout(Duration::from_millis(100))).unwrap();
    let client = Client::new(&sandbox);
    let source = sandbox.source_called("pushed").unwrap();
    let image = client.post("/v1/images", &serde_json::json!({"source_id": source})).data(201);
    let token = text(&image["source"]["details"]["origin"]["details"]["token"]);
    let response = raw(
        &sandbox,
        &format!(
            "POST /v1/images/{}/upload?hub-id={}&token={token} HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 999\r\n\r\n--edge\r\n\
             Content-Disposition: form-data; name=\"file.tar\"; filename=\"image.tar\"\r\n\r\nabc",
            text(&image["id"]),
            sandbox.hub_id()
        ),
    );
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
}

#[test]
fn responses_have_a_request_id_and_a_refused_method_has_the_others() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let answer = client.send("PUT", "/v1/images/1", None).unwrap();
    answer.refused("405.method-not-allowed");
    assert_eq!(answer.header("allow"), Some("GET,HEAD,PATCH,DELETE"));
    assert_eq!(client.get("/v1/images").header("x-request-id").unwrap().len(), 24);
}
