//! What a request is on the wire, by every ready transport.

use cycle_images::SourceId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_async::{Client, Tokio, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};

use crate::clients::{hyper, reqwest, tower};
use crate::{KEY, hub_of, runtime};

/// A head's lines but for the first, in lower case, and the body.
fn parts(request: &str) -> (Vec<String>, &str) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    (head.lines().skip(1).map(str::to_lowercase).collect(), body)
}

fn has(lines: &[String], name: &str) -> Vec<String> {
    let values = lines.iter().filter_map(|line| line.strip_prefix(&format!("{name}: ")));
    values.map(str::to_owned).collect()
}

async fn is_plain(transport: impl Transport + 'static) {
    let empty = Answer::json("200 OK", r#"{"data": []}"#);
    let server = RawServer::start([empty, Answer::json("500 Oh", "{}")]).unwrap();
    let client = Client::new(hub_of(&server.url()), transport, Tokio);
    let client = client.with_retry(RetryPolicy::disabled());
    client.call(&GetImages::new().page_size(3)).await.unwrap();
    let create = CreateImage::new(SourceId::new("s1").unwrap()).name("web");
    client.call(&create).await.unwrap_err();

    let requests = server.requests();
    let [get, post] = &requests[..] else { panic!("{requests:?}") };
    assert!(get.starts_with("GET /v1/images?page%5Bsize%5D=3 HTTP/1.1\r\n"), "{get}");
    let (lines, body) = parts(get);
    // A body that is empty is none.
    for absent in ["content-length", "transfer-encoding", "content-type", "expect"] {
        assert!(has(&lines, absent).is_empty(), "{absent} in {lines:?}");
    }
    assert_eq!((has(&lines, "authorization"), body), (vec![format!("bearer {KEY}")], ""));
    assert_eq!(has(&lines, "x-hub-id"), ["the-hub"]);
    assert_eq!(has(&lines, "host"), [server.address().to_string()]);

    assert!(post.starts_with("POST /v1/images HTTP/1.1\r\n"), "{post}");
    let (lines, body) = parts(post);
    let sent = client.hub().request(&create).unwrap().into_body();
    assert_eq!(body.as_bytes(), sent);
    assert_eq!(has(&lines, "content-length"), [sent.len().to_string()]);
    assert!(has(&lines, "transfer-encoding").is_empty(), "{lines:?}");
    assert_eq!(has(&lines, "content-type"), ["application/json"]);
    // One after the other, they share a connection.
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_request_is_sent_with_its_own_headers_and_the_length_of_its_body() {
    runtime().block_on(is_plain(reqwest()));
    runtime().block_on(is_plain(hyper()));
    runtime().block_on(is_plain(tower()));
}
