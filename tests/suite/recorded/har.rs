//! HAR, as others write it and as it is written here.

use cycle_images::http::{Request, Response, Version};
use cycle_images::recorded::{Entry, Recording};
use serde_json::{Value, json};

fn read(entries: Value) -> Vec<Entry> {
    let har = json!({"log": {"entries": entries}}).to_string();
    Recording::from_har(har.as_bytes()).unwrap().into_iter().collect()
}

fn one(response: Value) -> Entry {
    let request = json!({"method": "GET", "url": "https://api.cycle.io/v1/images"});
    read(json!([{"request": request, "response": response}])).remove(0)
}

#[test]
fn what_browsers_write_is_read() {
    let entry = &read(json!([{
        "pageref": "page_1",
        "startedDateTime": "2026-03-26T10:00:00.000Z",
        "time": 12.5,
        "request": {
            "method": "POST",
            "url": "https://h/v1/images?page[size]=20&filter[search]=a b|ü#top",
            "httpVersion": "h2",
            "headers": [
                {"name": ":method", "value": "POST"},
                {"name": "Content-Type", "value": "application/json"},
                {"name": "not a name", "value": "x"}
            ],
            "postData": {"mimeType": "application/json", "text": "{}", "params": []}
        },
        "response": {
            "status": 201,
            "httpVersion": "h2",
            "headers": [
                {"name": "content-encoding", "value": "gzip"},
                {"name": "content-length", "value": "17"},
                {"name": "x-a", "value": "1\n2"}
            ],
            "content": {"size": 2, "mimeType": "application/json", "text": "{}", "compression": -15},
            "_transferSize": 300
        }
    }]))[0];
    let request = entry.request().unwrap();
    assert_eq!(request.method(), "POST");
    let uri = "https://h/v1/images?page[size]=20&filter[search]=a%20b%7C%C3%BC";
    assert_eq!(request.uri().to_string(), uri);
    assert_eq!(request.headers().len(), 1);
    assert_eq!(request.body(), b"{}");
    let response = entry.response();
    assert_eq!((response.status().as_u16(), response.version()), (201, Version::HTTP_2));
    assert_eq!(response.headers().get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
    // The content is decoded, so that these would be wrong.
    assert_eq!(response.headers()["content-length"], "2");
    assert!(!response.headers().contains_key("content-encoding"));
    assert_eq!(response.body(), b"{}");
}

#[test]
fn bodies_that_are_no_text_survive() {
    let entry = one(json!({"status": 200, "content": {"text": "AP8=", "encoding": "base64"}}));
    assert_eq!(entry.response().body(), &[0, 255]);
    let request = Request::get("https://h/v1/images").body(Vec::new()).unwrap();
    let recording: Recording =
        [Entry::new(request, entry.response().clone())].into_iter().collect();
    let again = Recording::from_har(recording.to_har().as_bytes()).unwrap();
    assert_eq!(again.entries()[0].response().body(), &[0, 255]);
}

#[test]
fn only_base64_is_decoded() {
    for encoding in [json!(null), json!(""), json!("utf-8")] {
        let content = json!({"text": "AP8=", "encoding": encoding});
        let entry = one(json!({"status": 200, "content": content}));
        assert_eq!(entry.response().body(), b"AP8=", "{content}");
    }
}

#[test]
fn every_spelling_of_a_version_is_read() {
    for (spelled, version) in [
        ("HTTP/1.0", Version::HTTP_10),
        ("HTTP/1.1", Version::HTTP_11),
        ("http/1.1", Version::HTTP_11),
        ("h2", Version::HTTP_2),
        ("HTTP/2.0", Version::HTTP_2),
        ("h3", Version::HTTP_3),
        ("HTTP/3", Version::HTTP_3),
        ("unknown", Version::HTTP_11),
    ] {
        let entry = one(json!({"status": 200, "httpVersion": spelled}));
        assert_eq!(entry.response().version(), version, "{spelled}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let har = "\u{feff}{\"log\": {\"entries\": []}}";
    assert!(Recording::from_har(har.as_bytes()).unwrap().entries().is_empty());
}

#[test]
fn errors_name_the_place_and_show_no_contents() {
    for (har, text) in [
        ("sec-1", "no HAR from line 1, column 1 on (Syntax error)"),
        (r#"{"log": "sec-1"}"#, "(Data error)"),
        (r#"{"log": {"entries": ["#, "(Eof error)"),
    ] {
        let error = Recording::from_har(har.as_bytes()).unwrap_err();
        let shown = format!("{error}\n{error:?}");
        assert!(shown.contains(text) && !shown.contains("sec"), "{har}: {shown}");
    }
}

#[test]
fn what_is_written_is_har_and_is_read_again() {
    let request = Request::post("https://api.cycle.io/v1/images?include=creators%2Csources")
        .header("content-type", "application/json")
        .body(br#"{"source_id": "1"}"#.to_vec())
        .unwrap();
    let body = b"{\"data\": {\"size\": 18446744073709551616, \"a\" : 1.0e2}}\n".to_vec();
    let response = Response::builder()
        .status(201)
        .version(Version::HTTP_2)
        .header("content-type", "application/json")
        .header("x-request-id", "7")
        .body(body.clone())
        .unwrap();
    let recording: Recording = [Entry::new(request, response)].into_iter().collect();
    let text = recording.to_har();
    let har: Value = serde_json::from_str(&text).unwrap();
    let entry = &har["log"]["entries"][0];
    // What HAR 1.2 requires of an entry, a request and a response.
    for (at, names) in [
        ("", ["startedDateTime", "time", "request", "response", "cache", "timings"].as_slice()),
        (
            "/request",
            &[
                "method",
                "url",
                "httpVersion",
                "cookies",
                "headers",
                "queryString",
                "headersSize",
                "bodySize",
            ],
        ),
        (
            "/response",
            &[
                "status",
                "statusText",
                "httpVersion",
                "cookies",
                "headers",
                "content",
                "redirectURL",
                "headersSize",
                "bodySize",
            ],
        ),
        ("/response/content", &["size", "mimeType"]),
        ("/request/postData", &["mimeType", "text"]),
        ("/timings", &["send", "wait", "receive"]),
    ] {
        for name in names {
            assert!(!entry.pointer(at).unwrap()[name].is_null(), "{at}/{name}: {entry:#}");
        }
    }
    let include = json!({"name": "include", "value": "creators,sources"});
    assert_eq!(entry["request"]["queryString"], json!([include]));

    let again = Recording::from_har(text.as_bytes()).unwrap();
    let entry = &again.entries()[0];
    let request = entry.request().unwrap();
    assert_eq!(
        (request.method().as_str(), request.body().as_slice()),
        ("POST", br#"{"source_id": "1"}"#.as_slice())
    );
    let response = entry.response();
    assert_eq!((response.status().as_u16(), response.version()), (201, Version::HTTP_2));
    // Without a secret in it, a body is kept byte for byte.
    assert_eq!(response.body(), &body);
    assert_eq!(response.headers()["x-request-id"], "7");
    assert_eq!(again.to_har(), text);
}
