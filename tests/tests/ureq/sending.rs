//! What goes over the wire, and that all of the answer's head comes back.

use cycle_images::ImageId;
use cycle_images::images::{DeleteImage, GetImage, GetImageBuildLog, GetImages, UpdateImage};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use crate::{KEY, client, client_of};

const JOB: &str = r#"{"data": {"action": "delete"}}"#;
const IMAGE: &str = r#"{"data": {"id": "i1", "state": {"current": "live"}}}"#;
const LOG: &str = r#"{"data": {"id": "1", "log": ""}}"#;

fn agent_name() -> String {
    // The packages of the workspace share their version.
    format!("cycle-images/{} (ureq)", env!("CARGO_PKG_VERSION"))
}

/// The lines of a request's head, in lower case and in order, and its body.
fn parts(request: &str) -> (Vec<String>, &str) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.lines().map(str::to_lowercase).collect();
    lines[1..].sort();
    (lines, body)
}

#[test]
fn requests_without_a_body_say_nothing_of_one() {
    let answers = [r#"{"data": []}"#, IMAGE, LOG, JOB];
    let server = RawServer::start(answers.map(|body| Answer::json("200 OK", body))).unwrap();
    let client = client_of(&server.url());
    let image = ImageId::new("i1").unwrap();
    client.call(&GetImages::new()).unwrap();
    client.call(&GetImage::new(&image)).unwrap();
    client.call(&GetImageBuildLog::new(&image)).unwrap();
    client.call(&DeleteImage::new(&image)).unwrap();

    let requests = server.requests();
    let first_lines = [
        "get /v1/images http/1.1",
        "get /v1/images/i1 http/1.1",
        "get /v1/images/i1/build-log http/1.1",
        "delete /v1/images/i1 http/1.1",
    ];
    assert_eq!(requests.len(), first_lines.len());
    for (request, first) in requests.iter().zip(first_lines) {
        // All that is sent: neither Content-Type, Content-Length nor Transfer-Encoding.
        let expected = [
            first.to_owned(),
            "accept-encoding: gzip".to_owned(),
            "accept: application/json".to_owned(),
            format!("authorization: bearer {KEY}"),
            format!("host: {}", server.address()),
            format!("user-agent: {}", agent_name()),
            "x-hub-id: the-hub".to_owned(),
        ];
        assert_eq!(parts(request), (expected.to_vec(), ""));
    }
}

#[test]
fn a_body_is_sent_with_its_type_and_length() {
    let server = RawServer::start([Answer::json("200 OK", IMAGE)]).unwrap();
    let rename = UpdateImage::new(ImageId::new("i1").unwrap()).name("wéb");
    client_of(&server.url()).call(&rename).unwrap();

    let requests = server.requests();
    let (head, body) = parts(&requests[0]);
    assert_eq!(head[0], "patch /v1/images/i1 http/1.1");
    assert_eq!(body, r#"{"name":"wéb"}"#);
    assert!(head.contains(&"content-type: application/json".to_owned()), "{head:?}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head:?}");
    assert!(!head.iter().any(|line| line.starts_with("transfer-encoding")));
    assert!(!head.iter().any(|line| line.starts_with("expect")));
}

#[test]
fn the_user_agent_names_crate_version_and_adapter() {
    let sandbox = Sandbox::start().unwrap();
    client(&sandbox).call(&GetImages::new()).unwrap();
    let seen = sandbox.requests();
    assert_eq!(seen[0].header("user-agent"), Some(agent_name().as_str()));
}

#[test]
fn a_path_in_front_of_v1_is_kept() {
    let server = RawServer::start([Answer::json("200 OK", r#"{"data": []}"#)]).unwrap();
    let client = client_of(&format!("{}/cycle/eu/", server.url()));
    client.call(&GetImages::new()).unwrap();
    let requests = server.requests();
    assert!(requests[0].starts_with("GET /cycle/eu/v1/images HTTP/1.1\r\n"), "{requests:?}");
}

#[test]
fn every_header_of_the_answer_comes_back() {
    let sandbox = Sandbox::start().unwrap();
    let headers = [
        ("content-type", "application/json"),
        ("x-request-id", "r-1"),
        ("set-cookie", "a=1"),
        ("x-ratelimit-remaining", "41"),
        ("set-cookie", "b=2"),
    ];
    sandbox.fault(Fault::answer(203, &headers, r#"{"data": []}"#));
    let reply = client(&sandbox).call(&GetImages::new()).unwrap();
    assert_eq!(reply.status, 203);
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(reply.headers["x-request-id"], "r-1");
    assert_eq!(reply.headers["x-ratelimit-remaining"], "41");
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["content-length"], "12");

    // Cookies come back to the caller, and never to the server.
    client(&sandbox).call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[1].header("cookie"), None);
}
