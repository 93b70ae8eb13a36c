//! How entries of a HAR are read, and what is left of secrets in bodies: `<file>.snap` in
//! `tests/data/recorded` beside the lines of `<file>.txt`.

use std::fmt::Write;

use cycle_images::http::{HeaderMap, Request, Response};
use cycle_images::recorded::{Entry, Recording};
use cycle_images_tests::support::{assert_snapshot, data};

/// In the lines, `§` is the secret.
pub(crate) const SECRET: &str = "planted-93ab0c";

/// Compares each line and what becomes of it with the snapshot.
fn assert_lines(name: &str, run: impl Fn(&str) -> String) {
    let folder = data("recorded");
    let lines = std::fs::read_to_string(folder.join(name).with_extension("txt")).unwrap();
    let mut read = String::new();
    for line in lines.lines() {
        writeln!(read, "{line}").unwrap();
        if !line.is_empty() && !line.starts_with("# ") {
            writeln!(read, "    {}", run(line)).unwrap();
        }
    }
    assert_snapshot(&folder, name, &read);
}

/// The entry of this JSON, or why it is left out. The entry after it is read.
fn read(entry: &str) -> String {
    const GOOD: &str = r#"{"request": {"method": "GET", "url": "https://h/"},
        "response": {"status": 200, "content": {"text": "good"}}}"#;
    let har = format!(r#"{{"log": {{"version": "1.2", "entries": [{entry}, {GOOD}]}}}}"#);
    let recording = Recording::from_har(har.as_bytes()).unwrap();
    assert_eq!(recording.entries().last().unwrap().response().body(), b"good");
    if let [left_out] = recording.left_out() {
        assert_eq!((recording.entries().len(), left_out.number()), (1, 1));
        return left_out.to_string();
    }
    let (entry, headers) = (&recording.entries()[0], |headers: &HeaderMap| {
        headers.iter().fold(String::new(), |all, (name, value)| format!("{all} {name}: {value:?}"))
    });
    let (request, response) = (entry.request().unwrap(), entry.response());
    let text = |body: &[u8]| format!("\"{}\"", body.escape_ascii());
    let (method, uri) = (request.method(), request.uri());
    let sent = format!("{method} {uri}{} {}", headers(request.headers()), text(request.body()));
    let (version, status) = (response.version(), response.status().as_u16());
    let received = format!("{status}{} {}", headers(response.headers()), text(response.body()));
    format!("{sent} -> {version:?} {received}")
}

#[test]
fn entries_are_read_as_in_their_snapshot() {
    assert_lines("entries", read);
}

/// A body after it was written and read again, in a response and in a request.
fn redacted(line: &str) -> String {
    let body: String = serde_json::from_str(line).unwrap();
    let body = body.replace('§', SECRET).into_bytes();
    let request = Request::post("https://h/v1/x").body(body.clone()).unwrap();
    let recording: Recording = [Entry::new(request, Response::new(body))].into_iter().collect();
    let again = Recording::from_har(recording.to_har().as_bytes()).unwrap();
    let entry = &again.entries()[0];
    let text = String::from_utf8_lossy(entry.response().body()).into_owned();
    assert_eq!(entry.request().unwrap().body(), text.as_bytes(), "{line}");
    assert!(!text.contains(SECRET), "{line}: {text}");
    serde_json::to_string(&text).unwrap()
}

#[test]
fn secrets_in_bodies_are_redacted_as_in_their_snapshot() {
    assert_lines("redaction", redacted);
}
