//! What goes over the wire.

use cycle_images::ImageId;
use cycle_images::images::{DeleteImage, GetImage, GetImageBuildLog, GetImages, UpdateImage};
use cycle_images_tests::raw_server::{Answer, RawServer};

use crate::{KEY, client_of};

const JOB: &str = r#"{"data": {"action": "delete"}}"#;
const IMAGE: &str = r#"{"data": {"id": "i1", "state": {"current": "live"}}}"#;
const LOG: &str = r#"{"data": {"id": "1", "log": ""}}"#;

/// The lines of a request's head, in lower case and in order, and its body.
fn parts(request: &str) -> (Vec<String>, &str) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.lines().map(str::to_lowercase).collect();
    lines[1..].sort();
    (lines, body)
}

/// Requests without a body say nothing of one, and none asks whether its body may come.
#[test]
fn only_what_is_set_is_sent() {
    let answers = [r#"{"data": []}"#, IMAGE, LOG, JOB, IMAGE];
    let server = RawServer::start(answers.map(|body| Answer::json("200 OK", body))).unwrap();
    let client = client_of(&server.url());
    let image = ImageId::new("i1").unwrap();
    client.call(&GetImages::new()).unwrap();
    client.call(&GetImage::new(&image)).unwrap();
    client.call(&GetImageBuildLog::new(&image)).unwrap();
    client.call(&DeleteImage::new(&image)).unwrap();
    client.call(&UpdateImage::new(&image).name("wéb")).unwrap();

    let requests = server.requests();
    let of_body = ["content-length: 15", "content-type: application/json"];
    let expected: [(&str, &[&str], &str); 5] = [
        ("get /v1/images http/1.1", &[], ""),
        ("get /v1/images/i1 http/1.1", &[], ""),
        ("get /v1/images/i1/build-log http/1.1", &[], ""),
        ("delete /v1/images/i1 http/1.1", &[], ""),
        ("patch /v1/images/i1 http/1.1", &of_body, r#"{"name":"wéb"}"#),
    ];
    assert_eq!(requests.len(), expected.len());
    for (request, (first, more, body)) in requests.iter().zip(expected) {
        let mut lines = vec![
            first.to_owned(),
            "accept-encoding: gzip".to_owned(),
            "accept: application/json".to_owned(),
            format!("authorization: bearer {KEY}"),
            format!("host: {}", server.address()),
            // The packages of the workspace share their version.
            format!("user-agent: cycle-images/{} (ureq)", env!("CARGO_PKG_VERSION")),
            "x-hub-id: the-hub".to_owned(),
        ];
        lines.extend(more.iter().map(|&line| line.to_owned()));
        lines[1..].sort();
        assert_eq!(parts(request), (lines, body));
    }
}
