//! HAR as it is read and written, beside the snapshot of entries.

use cycle_images::http::{Request, Response, Version};
use cycle_images::images::GetImage;
use cycle_images::recorded::{Entry, Recording, Replay};
use cycle_images::{ImageId, error};
use cycle_images_tests::support::hub;
use cycle_images_ureq::Client;
use serde_json::{Value, json};

const URL: &str = "https://api.cycle.io/v1/images/1";

fn entry(request: Value, response: Value) -> Value {
    json!({"request": request, "response": response})
}

fn get(url: &str) -> Value {
    json!({"method": "GET", "url": url, "headers": []})
}

fn ok(text: &str) -> Value {
    json!({"status": 200, "headers": [], "content": {"size": text.len(), "text": text}})
}

fn read(entries: Vec<Value>) -> Recording {
    let har = json!({"log": {"version": "1.2", "entries": entries}}).to_string();
    Recording::from_har(har.as_bytes()).unwrap()
}

#[test]
fn utf16_a_byte_order_mark_and_invalid_utf8_are_read() {
    let har = json!({"log": {"entries": [entry(get(URL), ok("ü"))]}}).to_string();
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(har.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    let mut invalid = har.clone().into_bytes();
    let at = har.find('ü').unwrap();
    invalid.splice(at..at + 2, [0xfc]);
    for (har, expected) in [
        (format!("\u{feff}{har}").into_bytes(), "ü"),
        (utf16([0xff, 0xfe], u16::to_le_bytes), "ü"),
        (utf16([0xfe, 0xff], u16::to_be_bytes), "ü"),
        (invalid, "\u{fffd}"),
    ] {
        let recording = Recording::from_har(&har).unwrap();
        assert_eq!(recording.entries()[0].response().body(), expected.as_bytes());
    }
}

#[test]
fn files_of_bodies_are_read_if_their_names_are_plain() {
    let attached = |file: &str| {
        let content = json!({"size": 4, "mimeType": "application/json", "_file": file});
        entry(get(URL), json!({"status": 200, "headers": [], "content": content}))
    };
    let files = ["1.json", "missing.json", "../1.json", "/etc/passwd", "a\\b", "C:x", "..", ""];
    let entries: Vec<_> = files.map(attached).into();
    let har = json!({"log": {"entries": entries}}).to_string();
    let mut requested = Vec::new();
    let recording = Recording::from_har_with_files(har.as_bytes(), |name| {
        requested.push(name.to_owned());
        (name == "1.json").then(|| b"body".to_vec())
    })
    .unwrap();
    assert_eq!(requested, ["1.json", "missing.json"]);
    assert_eq!(recording.entries()[0].response().body(), b"body");
    assert_eq!((recording.entries().len(), recording.left_out().len()), (1, 7));
}

#[test]
fn errors_of_a_replay_name_missing_bodies_and_aborted_requests() {
    let image = r#"{"data": {"id": "1", "name": "web", "state": {"current": "live"}}}"#;
    let sized = json!({"status": 200, "headers": [], "content": {"size": 2174}});
    let aborted =
        json!({"status": 200, "headers": [], "content": {"size": -1}, "_failureText": "x"});
    let recording = read(vec![
        entry(get("https://api.cycle.io/v1/images/2"), sized),
        entry(get("https://api.cycle.io/v1/images/3"), aborted.clone()),
        entry(get(URL), aborted),
        entry(get(URL), ok(image)),
    ]);
    let client = Client::from_transport(hub(), Replay::matching(recording));
    let call = |id: &str| client.call(GetImage::new(ImageId::new(id).unwrap()));
    assert_eq!(call("1").unwrap().data.name, "web");
    for (id, expected) in [
        ("2", "GetImage was not sent: the recording has no body for entry 1, GET /v1/images/2"),
        (
            "3",
            "GetImage was not sent: nothing is recorded for GET /v1/images/3: entry 2 was left out: \
             the request was aborted",
        ),
    ] {
        assert_eq!(error::report(&call(id).unwrap_err()).to_string(), expected);
    }
}

#[test]
fn bodies_that_are_not_utf8_are_written_in_base64() {
    let request = Request::get("https://h/v1/images").body(Vec::new()).unwrap();
    let response = Response::new(vec![0, 255]);
    let recording: Recording = [Entry::new(request, response)].into_iter().collect();
    let again = Recording::from_har(recording.to_har().as_bytes()).unwrap();
    assert_eq!(again.entries()[0].response().body(), &[0, 255]);
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
fn a_written_har_is_read_again() {
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
