//! Writes HAR 1.2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::entry::Entry;
use super::redact::Redactor;

/// The entries whose request is known, without secrets.
pub(super) fn write(entries: &[Entry], redactor: &Redactor<'_>) -> String {
    #[derive(Serialize)]
    struct Har<'a> {
        log: Log<'a>,
    }
    #[derive(Serialize)]
    struct Log<'a> {
        version: &'a str,
        creator: Value,
        entries: Entries<'a>,
    }
    let creator = json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")});
    let log = Log { version: "1.2", creator, entries: Entries(entries, redactor) };
    // Strings and numbers can always be written.
    let har = serde_json::to_string_pretty(&Har { log }).unwrap_or_default();
    har + "\n"
}

/// One after another, so that a large recording isn't in memory twice.
struct Entries<'a>(&'a [Entry], &'a Redactor<'a>);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(|known| entry(known, self.1)))
    }
}

fn entry(known: &Entry, redactor: &Redactor<'_>) -> Option<Value> {
    let url = redactor.url(known.request()?);
    let request = redactor.request(known.request()?);
    let response = redactor.response(known.response());
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let mut sent = json!({
        "method": request.method().as_str(),
        "url": url,
        "httpVersion": format!("{:?}", response.version()),
        "cookies": [],
        "headers": headers(request.headers()),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body().len(),
    });
    if let (false, Some(sent)) = (request.body().is_empty(), sent.as_object_mut()) {
        sent.insert("postData".to_owned(), content(request.headers(), request.body()));
    }
    let mut received = content(response.headers(), response.body());
    if let Some(content) = received.as_object_mut() {
        content.insert("size".to_owned(), response.body().len().into());
    }
    Some(json!({
        // Required, but unknown here. As constants, they keep a recording the same.
        "startedDateTime": "1970-01-01T00:00:00.000Z",
        "time": 0,
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "cache": {},
        "request": sent,
        "response": {
            "status": response.status().as_u16(),
            "statusText": response.status().canonical_reason().unwrap_or_default(),
            "httpVersion": format!("{:?}", response.version()),
            "cookies": [],
            "headers": headers(response.headers()),
            "content": received,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": response.body().len(),
        },
    }))
}

/// A body as text, or in base64 if it isn't one.
fn content(headers: &HeaderMap, body: &[u8]) -> Value {
    let media_type = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
    match std::str::from_utf8(body) {
        Ok(text) => json!({"mimeType": media_type, "text": text}),
        Err(_) => {
            json!({"mimeType": media_type, "text": STANDARD.encode(body), "encoding": "base64"})
        }
    }
}

fn headers(headers: &HeaderMap) -> Vec<Value> {
    let pair = |(name, value): (&http::HeaderName, _)| json!({"name": name.as_str(), "value": text(value)});
    headers.iter().map(pair).collect()
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
