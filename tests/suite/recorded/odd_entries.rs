//! Entries as tools write them that are no whole exchange: each costs itself alone.

use cycle_images::images::GetImage;
use cycle_images::recorded::{Recording, Replay};
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

/// The entry is left out for this reason, and the one after it is read.
fn is_left_out(odd: Value, reason: &str) {
    let recording = read(vec![odd.clone(), entry(get(URL), ok("good"))]);
    assert_eq!(recording.entries().len(), 1, "{odd}");
    assert_eq!(recording.entries()[0].response().body(), b"good");
    let left_out = &recording.left_out()[0];
    assert_eq!((left_out.number(), left_out.reason()), (1, reason), "{odd}");
    assert_eq!(left_out.to_string(), format!("entry 1 was left out: {reason}"));
}

/// The entry is read, and this is its request's or its response's body.
fn body(odd: Value) -> (String, String) {
    let recording = read(vec![odd.clone()]);
    let entry = recording.entries().first().unwrap_or_else(|| panic!("{odd}: {recording:?}"));
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    (text(entry.request().unwrap().body()), text(entry.response().body()))
}

#[test]
fn what_is_no_http_exchange_is_left_out_with_its_reason() {
    let status = |status: Value| entry(get(URL), json!({"status": status, "headers": []}));
    let method = |method: Value| entry(json!({"method": method, "url": URL}), ok("x"));
    let base64 = |text: &str| {
        entry(get(URL), json!({"status": 200, "content": {"text": text, "encoding": "base64"}}))
    };
    let no_body = |content: Value| entry(get(URL), json!({"status": 200, "content": content}));
    for (odd, reason) in [
        (json!(null), "it has no request"),
        (json!("text"), "it has no request"),
        (json!({"response": ok("x")}), "it has no request"),
        (entry(json!([]), ok("x")), "it has no request"),
        (method(json!(null)), "its request has no method"),
        (method(json!("")), "its request has no method"),
        (method(json!("G T")), "the method of its request isn't valid"),
        (json!({"request": get(URL)}), "it has no response"),
        (entry(get(URL), json!(null)), "it has no response"),
        (status(json!(0)), "it has no response"),
        // Playwright's and WebPagetest's.
        (status(json!(-1)), "it has no response"),
        (status(json!(-2)), "it has no response"),
        (status(json!(null)), "it has no response"),
        (status(json!(99)), "it has no response"),
        (status(json!(1000)), "the status of its response isn't valid"),
        (
            entry(get("blob:http://127.0.0.1:8080/6aa1b082-d326-43a0"), ok("x")),
            "its URL isn't valid",
        ),
        (entry(get("data:image/png;base64,iVBORw0KGgo="), ok("x")), "its URL isn't valid"),
        (entry(get("chrome-extension://abc/x.js"), ok("x")), "its URL is not one of HTTP"),
        (entry(get("about:blank"), ok("x")), "its URL isn't valid"),
        (entry(get(""), ok("x")), "its URL isn't valid"),
        (entry(get("ht!tp://h"), ok("x")), "its URL isn't valid"),
        (base64("MANUALLY REMOVED"), "its body isn't valid base64"),
        (base64("QUJDR"), "its body isn't valid base64"),
        // DevTools without content, Firefox, Playwright's `omit` and `attach`.
        (no_body(json!({"size": 2174})), "the body of its response isn't in the HAR"),
        (
            no_body(json!({"size": 7, "comment": "Response bodies are not included."})),
            "the body of its response isn't in the HAR",
        ),
        (
            no_body(json!({"size": 2174, "_file": "7245f45b.json"})),
            "the body of its response isn't in the HAR",
        ),
        (
            entry(
                get(URL),
                json!({"status": 200, "headers": [], "bodySize": -1, "content": {"size": -1}}),
            ),
            "the request was aborted",
        ),
        (
            entry(get(URL), json!({"status": 200, "_failureText": "net::ERR_ABORTED"})),
            "the request was aborted",
        ),
        (
            entry(get(URL), json!({"status": 200, "_error": "net::ERR_FAILED", "content": {}})),
            "the request was aborted",
        ),
    ] {
        is_left_out(odd, reason);
    }
}

#[test]
fn responses_that_have_no_body_are_read_as_empty() {
    let sized = |method: &str, status: u16, content: Value| {
        entry(json!({"method": method, "url": URL}), json!({"status": status, "content": content}))
    };
    for odd in [
        sized("HEAD", 200, json!({"size": 12})),
        sized("GET", 204, json!({"size": -1})),
        sized("GET", 304, json!({"size": 500})),
        sized("GET", 302, json!({"size": -1})),
        sized("GET", 200, json!({})),
        sized("GET", 200, json!(null)),
        sized("GET", 200, json!({"size": 0, "mimeType": "x-unknown"})),
        sized("GET", 200, json!({"text": "", "size": 17})),
        entry(get(URL), json!({"status": 200.0, "content": {}})),
        entry(get(URL), json!({"status": "200", "content": {}})),
    ] {
        assert_eq!(body(odd).1, "");
    }
}

#[test]
fn bodies_in_every_form_are_read() {
    let content =
        |content: Value| body(entry(get(URL), json!({"status": 200, "content": content}))).1;
    let base64 = |text: &str| content(json!({"text": text, "encoding": "base64"}));
    assert_eq!(base64("eyJhIjoxfQ=="), r#"{"a":1}"#);
    assert_eq!(base64("eyJh\r\nIjox\nfQ=="), r#"{"a":1}"#);
    assert_eq!(base64("eyJhIjoxfQ"), r#"{"a":1}"#);
    assert_eq!(content(json!({"text": {"a": 1}})), r#"{"a":1}"#);
    let posted = |data: Value| {
        body(entry(json!({"method": "POST", "url": URL, "postData": data}), ok(""))).0
    };
    assert_eq!(posted(json!({"text": "eyJhIjoxfQ==", "encoding": "base64"})), r#"{"a":1}"#);
    let params = json!([
        {"name": "a b", "value": "1&2"},
        {"name": "f", "value": "x", "fileName": "f.txt", "contentType": "text/plain"}
    ]);
    assert_eq!(posted(json!({"params": params})), "a+b=1%262&f=x");
    let form = json!({"mimeType": "multipart/form-data; boundary=--x", "params": params});
    assert_eq!(
        posted(form),
        "----x\r\nContent-Disposition: form-data; name=\"a b\"\r\n\r\n1&2\r\n----x\r\nContent-\
         Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\n\
         x\r\n----x--\r\n"
    );
    // JavaScript's halves of surrogate pairs.
    let lone = r#"{"log": {"entries": [{"request": {"method": "GET", "url": "https://h/"},
        "response": {"status": 200, "content": {"text": "a\ud83d b\ud83d\ude00 c\\ud83d"}}}]}}"#;
    let recording = Recording::from_har(lone.as_bytes()).unwrap();
    let expected = "a\u{fffd} b😀 c\\ud83d";
    assert_eq!(String::from_utf8_lossy(recording.entries()[0].response().body()), expected);
}

#[test]
fn headers_and_queries_in_every_form_are_read() {
    let request = json!({
        "method": "GET",
        "url": "https://h/v1/images",
        "queryString": [{"name": "page[number]", "value": "2"}, {"name": "q", "value": "a&b"}],
        "headers": [
            {"name": "accept", "value": ["a/b", "c/d"]},
            {"name": "x-null", "value": null},
            {"name": "x-number", "value": 7},
            {"name": null, "value": "x"},
            {"name": ":method", "value": "GET"},
            "text"
        ],
    });
    let recording = read(vec![entry(request, ok("x"))]);
    let request = recording.entries()[0].request().unwrap();
    assert_eq!(request.uri().to_string(), "https://h/v1/images?page%5Bnumber%5D=2&q=a%26b");
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    assert_eq!(headers, [("accept", "a/b"), ("accept", "c/d"), ("x-number", "7")]);
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
fn files_of_bodies_are_read_where_they_are_given() {
    let attached = |file: &str| {
        let content = json!({"size": 4, "mimeType": "application/json", "_file": file});
        entry(get(URL), json!({"status": 200, "headers": [], "content": content}))
    };
    let files = ["1.json", "missing.json", "../1.json", "/etc/passwd", "a\\b", "C:x", "..", ""];
    let entries: Vec<_> = files.map(attached).into();
    let har = json!({"log": {"entries": entries}}).to_string();
    let mut asked = Vec::new();
    let recording = Recording::from_har_with_files(har.as_bytes(), |name| {
        asked.push(name.to_owned());
        (name == "1.json").then(|| b"body".to_vec())
    })
    .unwrap();
    assert_eq!(asked, ["1.json", "missing.json"]);
    assert_eq!(recording.entries()[0].response().body(), b"body");
    assert_eq!((recording.entries().len(), recording.left_out().len()), (1, 7));
}

#[test]
fn a_replay_says_that_a_body_is_missing_and_that_a_request_was_aborted() {
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
    let client = Client::with_transport(hub(), Replay::matching(recording));
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
