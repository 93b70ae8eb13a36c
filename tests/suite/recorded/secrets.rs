//! Secrets are not written.

use cycle_images::http::{HeaderValue, Request, Response};
use cycle_images::recorded::{Entry, Recording, Session};
use serde_json::{Value, json};

fn har(request: Request<Vec<u8>>, response: Response<Vec<u8>>) -> String {
    let recording: Recording = [Entry::new(request, response)].into_iter().collect();
    recording.to_har()
}

fn response(body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    Response::new(body.into())
}

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).unwrap()
}

#[test]
fn secrets_of_headers_and_cookies_are_not_written() {
    let request = Request::get("https://user:sec-user@h/v1/images?token=sec%2Dquery&page=1")
        .header("authorization", "Bearer sec-key-0b5e9d")
        .header("x-hub-id", "hub")
        .header("cookie", "id=sec-cookie")
        .header("x-api-key", "sec-other")
        .body(Vec::new())
        .unwrap();
    let received = Response::builder()
        .header("set-cookie", "session=sec-session; Path=/")
        .header("x-auth-token", "sec-auth")
        .header("x-echo", "was sec%2dkey-0b5e9d")
        .header("location", "https://other/?sig=sec-signature")
        .body(b"sec-key-0b5e9d sec-session, sec\\u002dcookie".to_vec())
        .unwrap();
    let har = har(request, received);
    assert!(!har.contains("sec-") && !har.contains("sec%2"), "{har}");
    assert!(har.contains("token=%5Bredacted%5D&page=1"), "{har}");
}

#[test]
fn an_echoed_sensitive_header_is_not_written() {
    let mut request = get("https://h/v1/images");
    let mut value = HeaderValue::from_static("sec-proxy-token");
    value.set_sensitive(true);
    request.headers_mut().insert("x-proxy", value);
    let har = har(request, response("was sec-proxy-token"));
    assert!(!har.contains("sec-"), "{har}");
}

#[test]
fn an_echoed_key_beside_a_url_is_not_written() {
    let mut request = get("https://h/v1/images");
    request.headers_mut().insert("authorization", "Bearer sec-key-0b5e9d".parse().unwrap());
    let body = json!({"detail": "sec-key-0b5e9d at https://u:sec-1@h/sec-key-0b5e9d"}).to_string();
    let har = har(request, response(body));
    assert!(!har.contains("sec-"), "{har}");
}

#[test]
fn the_url_of_a_webhook_is_not_written() {
    let url = "https://h/sec-path";
    for auth in [
        json!({"type": "webhook", "details": {"url": url}}),
        json!({"details": {"url": url}, "type": "webhook"}),
    ] {
        let har = har(get("https://h/v1/x"), response(json!({"auth": auth}).to_string()));
        assert!(!har.contains("sec-"), "{har}");
    }
    let user = json!({"type": "user", "details": {"url": "https://h/path"}});
    assert!(har(get("https://h/v1/x"), response(user.to_string())).contains("https://h/path"));
}

#[test]
fn properties_are_redacted_by_their_names_at_any_depth() {
    let secret = json!({
        "token": "sec", "apiKey": "sec-1", "private_key": "sec-2\n", "Passphrase": "sec-3",
        "client_secret": "sec-4", "base64_config": "sec-5",
        "args": {"A": "sec-6", "B": {"C": ["sec-7"]}},
        "env": {"P": "sec-8"}, "variables": {"v": "sec-9"}, "extra": {"x": "sec-10"},
        "url": "https://u:sec-11@h/a?sig=sec-12", "signed": "https://h/a?sig=sec-13",
        "repo": "https://u:sec-14@h/a",
    });
    let plain = json!({
        "type": "api-key", "api_keys": {"1": {"name": "n"}}, "config": {"user": "app"},
        "extra": {"capability": "images-view"}, "token": "", "labels": {"a": "b"},
        "args": null, "size": 18446744073709551615_u64, "log": "token=",
        "question": "done? yes&no", "page": "https://h/a",
    });
    let body = json!({"data": [{"deep": [secret, plain]}]}).to_string();
    let har = har(get("https://h/v1/x"), response(body));
    assert!(!har.contains("sec-") && !har.contains(r#"\"sec\""#), "{har}");
    let again = Recording::from_har(har.as_bytes()).unwrap();
    let read: Value = serde_json::from_slice(again.entries()[0].response().body()).unwrap();
    let read = read.pointer("/data/0/deep").unwrap();
    assert_eq!(read[1], plain);
    assert_eq!(read[0]["args"]["B"]["C"], json!(["[redacted]"]));
    assert_eq!(read[0]["url"], "https://[redacted]@h/a?sig=[redacted]");
}

#[test]
fn a_secret_of_one_exchange_is_redacted_in_all_others() {
    let created =
        br#"{"data": {"details": {"token": "upload-token-1", "expires": "2026-01-01T00:00:00Z"}}}"#;
    let upload = get("https://factory/v1/images/1/upload?hub-id=h&token=upload-token-1");
    let log = r#"{"data": {"log": "curl https://factory?upload%2Dtoken-1\nuplo\u0061d-token-1"}}"#;
    let recording: Recording = [
        Entry::new(get("https://h/v1/images/1/build-log"), response(log)),
        Entry::new(get("https://h/v1/images/1"), response(created.to_vec())),
        Entry::new(upload, response("upload-token-1 was used")),
    ]
    .into_iter()
    .collect();
    let har = recording.to_har();
    assert!(!har.contains("token-1"), "{har}");
    // An upload that is replayed later must not be refused as expired.
    assert!(har.contains(r#"\"expires\": \"0001-01-01T00:00:00Z\""#), "{har}");
}

/// Of a body, a secret is known only by the name of its property.
#[test]
fn a_secret_of_a_body_is_redacted_in_all_others() {
    let source = br#"{"origin": {"details": {"password": "registry-pass-1"}}}"#;
    let source = Request::post("https://h/v1/images/sources").body(source.to_vec()).unwrap();
    let log = r#"{"data": {"log": "docker login -p registry-pass-1\nok"}}"#;
    let recording: Recording = [
        Entry::new(source, response("{}")),
        Entry::new(get("https://h/v1/images/1/build-log"), response(log)),
        Entry::new(get("https://h/v1/images/1"), response("no JSON: registry-pass-1")),
    ]
    .into_iter()
    .collect();
    let har = recording.to_har();
    assert!(!har.contains("registry-pass-1"), "{har}");
    assert!(har.contains(r"docker login -p [redacted]\\nok"), "{har}");
}

#[test]
fn secrets_at_any_depth_are_found_there_and_elsewhere() {
    let depth = 10_000;
    let deep = format!(r#"{}{{"token":"sec-deep-1"}}{}"#, "[".repeat(depth), "]".repeat(depth));
    let recording: Recording = [
        Entry::new(get("https://h/v1/x"), response(deep.clone())),
        Entry::new(get("https://h/v1/y"), response("was sec-deep-1")),
    ]
    .into_iter()
    .collect();
    let har = recording.to_har();
    assert!(!har.contains("sec-deep-1"), "{har}");
    let again = Recording::from_har(har.as_bytes()).unwrap();
    let expected = deep.replace("sec-deep-1", "[redacted]");
    assert_eq!(String::from_utf8_lossy(again.entries()[0].response().body()), expected);
}

#[test]
fn bodies_keep_all_but_the_secret() {
    let body = "{ \"a\" : 1.50,\"token\":\"s\", \"b\": [1e400 , \"\\u00fc\"], \"a\": 2}\n";
    let har = har(get("https://h/v1/x"), response(body));
    let again = Recording::from_har(har.as_bytes()).unwrap();
    let expected = body.replace("\"s\"", "\"[redacted]\"");
    assert_eq!(String::from_utf8_lossy(again.entries()[0].response().body()), expected);
}

#[test]
fn debug_shows_no_secret() {
    let session = Session::record();
    let mut request = get("https://h/v1/x?token=sec-1");
    request.headers_mut().insert("authorization", "Bearer sec-2".parse().unwrap());
    session.push(request.clone(), response("sec-3"));
    let entry = Entry::new(request, response("sec-3"));
    let recording: Recording = [entry.clone()].into_iter().collect();
    let shown =
        format!("{session:?} {entry:?} {recording:?} {:?}", Session::replay(recording.clone()));
    assert!(!shown.contains("sec"), "{shown}");
    let written = format!("{session:?} {entry:?} {:?}", Entry::from(response("sec-3")));
    let expected = "Session(recording) GET https://h/v1/x?[redacted], 0 bytes -> 200 OK, 5 bytes any \
                    request -> 200 OK, 5 bytes";
    assert_eq!(written, expected);
    let replay = Session::replay(recording);
    assert!(format!("{replay:?}").starts_with("Session(Replay"), "{replay:?}");
}

#[test]
fn any_bytes_can_be_written() {
    for body in ["{", "[[[", "\"", "{\"token\": ", "{\"token\": [1, null, {}]}", "\u{0}"] {
        har(get("https://h"), response(body));
    }
    let deep = format!("{}{{\"token\": \"secret-1\"}}{}", "[".repeat(100), "]".repeat(100));
    for body in [&*deep, r#"{"\ud800": {"token": "secret-1"}}"#, r#"{"token": "secret-1\ud800"}"#] {
        let har = har(get("https://h"), response(body));
        assert!(!har.contains("secret-1"), "{har}");
    }
    let deep = "[".repeat(10_000) + "\"secret-text\"" + &"]".repeat(10_000);
    har(get("https://h"), response(deep));
    har(get("https://h"), response(vec![0xff, b'"']));
}
