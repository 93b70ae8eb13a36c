//! HAR 1.2, as far as replay needs it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::recording::Entry;

/// A HAR that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HAR can't be read: {problem}")]
pub struct HarError {
    problem: String,
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<HarEntry>,
}

#[derive(Deserialize)]
struct HarEntry {
    request: Option<HarRequest>,
    response: Option<HarResponse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    headers: Option<Vec<Header>>,
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct PostData {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarResponse {
    status: i64,
    http_version: Option<String>,
    headers: Option<Vec<Header>>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    text: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Header {
    name: String,
    value: String,
}

pub(super) fn read(har: &[u8]) -> Result<Vec<Entry>, HarError> {
    let har = har.strip_prefix(b"\xef\xbb\xbf").unwrap_or(har);
    // serde_json's message may quote a value.
    let Har { log } = serde_json::from_slice(har).map_err(|error| HarError {
        problem: format!(
            "no HAR from line {}, column {} on ({:?} error)",
            error.line(),
            error.column(),
            error.classify()
        ),
    })?;
    let entries = log.entries.into_iter().enumerate();
    entries.filter_map(|(number, entry)| read_entry(number + 1, entry).transpose()).collect()
}

/// `None` without a response: a request that a browser blocked or that failed has the status 0.
fn read_entry(number: usize, entry: HarEntry) -> Result<Option<Entry>, HarError> {
    let error = |what| HarError { problem: format!("the {what} of entry {number} isn't valid") };
    let (Some(sent), Some(received)) = (entry.request, entry.response) else { return Ok(None) };
    if received.status == 0 {
        return Ok(None);
    }
    let body = sent.post_data.and_then(|data| data.text).unwrap_or_default();
    let mut request = Request::new(body.into_bytes());
    *request.method_mut() =
        Method::from_bytes(sent.method.as_bytes()).map_err(|_| error("method"))?;
    // Browsers leave brackets and other characters as they were typed.
    let url: String = sent.url.split('#').take(1).flat_map(str::chars).map(encoded).collect();
    *request.uri_mut() = Uri::try_from(url).map_err(|_| error("URL"))?;
    *request.headers_mut() = headers(sent.headers);

    let content = received.content.unwrap_or(Content { text: None, encoding: None });
    let text = content.text.unwrap_or_default();
    let body = match content.encoding.as_deref() {
        Some(encoding) if encoding.eq_ignore_ascii_case("base64") => {
            STANDARD.decode(text).map_err(|_| error("base64"))?
        }
        _ => text.into_bytes(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = u16::try_from(received.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| error("status"))?;
    *response.version_mut() = version(received.http_version.as_deref().unwrap_or_default());
    let headers = headers(received.headers);
    *response.headers_mut() = headers;
    // The content is decoded already, and a redacted one may have another length.
    for name in [CONTENT_ENCODING, TRANSFER_ENCODING] {
        response.headers_mut().remove(name);
    }
    let length = response.body().len();
    if let Some(value) = response.headers_mut().get_mut(CONTENT_LENGTH) {
        *value = length.into();
    }
    Ok(Some(Entry::new(request, response)))
}

fn encoded(character: char) -> String {
    match character {
        '!'..='~' if !matches!(character, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}') => {
            character.to_string()
        }
        _ => {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).bytes();
            bytes.map(|byte| format!("%{byte:02X}")).collect()
        }
    }
}

/// What is no header, such as HTTP/2's `:status`, is left out.
fn headers(of: Option<Vec<Header>>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for Header { name, value } in of.into_iter().flatten() {
        // Chromium joins the values of a repeated header by line feeds.
        for value in value.split('\n') {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value.trim())) {
                let _ = headers.try_append(name, value);
            }
        }
    }
    headers
}

fn version(text: &str) -> Version {
    match text.to_ascii_lowercase().as_str() {
        "http/1.0" => Version::HTTP_10,
        "h2" | "http/2" | "http/2.0" => Version::HTTP_2,
        "h3" | "http/3" | "http/3.0" => Version::HTTP_3,
        _ => Version::HTTP_11,
    }
}

/// Writes the entries whose request is known.
pub(super) fn write(entries: &[Entry]) -> String {
    let known = entries.iter().filter_map(|known| Some(entry(known.request()?, known.response())));
    let entries: Vec<_> = known.collect();
    let har = json!({
        "log": {
            "version": "1.2",
            "creator": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
            "entries": entries,
        },
    });
    format!("{har:#}\n")
}

fn entry(request: &Request<Vec<u8>>, response: &Response<Vec<u8>>) -> serde_json::Value {
    let media_type = |headers: &HeaderMap| {
        let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        String::from_utf8_lossy(value).into_owned()
    };
    let query = request.uri().query().unwrap_or_default();
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| Header { name: name.into_owned(), value: value.into_owned() })
        .collect();
    let mut sent = json!({
        "method": request.method().as_str(),
        "url": request.uri().to_string(),
        "httpVersion": format!("{:?}", response.version()),
        "cookies": [],
        "headers": shown(request.headers()),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body().len(),
    });
    if let (false, Some(sent)) = (request.body().is_empty(), sent.as_object_mut()) {
        let text = String::from_utf8_lossy(request.body());
        let data = json!({"mimeType": media_type(request.headers()), "text": text});
        sent.insert("postData".to_owned(), data);
    }
    let body = response.body();
    let media_type = media_type(response.headers());
    let content = match std::str::from_utf8(body) {
        Ok(text) => json!({"size": body.len(), "mimeType": media_type, "text": text}),
        Err(_) => json!({
            "size": body.len(),
            "mimeType": media_type,
            "text": STANDARD.encode(body),
            "encoding": "base64",
        }),
    };
    json!({
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
            "headers": shown(response.headers()),
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": body.len(),
        },
    })
}

fn shown(headers: &HeaderMap) -> Vec<Header> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers
        .iter()
        .map(|(name, value)| Header { name: name.to_string(), value: text(value) })
        .collect()
}
