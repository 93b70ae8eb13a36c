//! Reads HAR 1.2 as tools write it. An entry that is odd is left out, and no other.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, SET_COOKIE, TRANSFER_ENCODING};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::entry::Entry;
use super::left_out::{LeftOut, Reason};
use super::pasted::decoded_text;

/// A HAR that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HAR can't be read: {problem}")]
pub struct HarError {
    problem: String,
}

#[derive(Deserialize)]
struct Har<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Option<Vec<&'a RawValue>>,
}

/// Tools add properties of their own, of any depth: these are skipped.
#[derive(Default, Deserialize)]
struct HarEntry<'a> {
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
}

/// What finds the file of a body that isn't in the HAR itself.
pub(super) type Files<'f> = &'f mut dyn FnMut(&str) -> Option<Vec<u8>>;

pub(super) fn read(har: &[u8], files: Files<'_>) -> Result<(Vec<Entry>, Vec<LeftOut>), HarError> {
    let har = decoded_text(har);
    let har = String::from_utf8_lossy(&har);
    // serde_json's message may quote a value.
    let Har { log } = serde_json::from_str(&har).map_err(|error| HarError {
        problem: format!(
            "no HAR from line {}, column {} on ({:?} error)",
            error.line(),
            error.column(),
            error.classify()
        ),
    })?;
    let (mut entries, mut left_out) = (Vec::new(), Vec::new());
    for (number, raw) in (1..).zip(log.entries.unwrap_or_default()) {
        let entry = serde_json::from_str::<HarEntry<'_>>(raw.get()).unwrap_or_default();
        let request = match read_request(&value(entry.request), files) {
            Ok(request) => request,
            Err(reason) => {
                left_out.push(LeftOut::new(number, None, reason));
                continue;
            }
        };
        let is_head = request.method() == Method::HEAD;
        match read_response(&value(entry.response), is_head, files) {
            Ok(response) => entries.push(Entry::new(request, response)),
            Err(reason) => left_out.push(LeftOut::new(number, Some(request), reason)),
        }
    }
    Ok((entries, left_out))
}

fn read_request(har: &Value, files: Files<'_>) -> Result<Request<Vec<u8>>, Reason> {
    if !har.is_object() {
        return Err(Reason::NoRequest);
    }
    let method = text(har, "method").filter(|method| !method.is_empty()).ok_or(Reason::NoMethod)?;
    let data = har.get("postData").unwrap_or(&Value::Null);
    let body = match body_text(data, files) {
        Some(body) => body.unwrap_or_default(),
        None => parameters(data),
    };
    let mut request = Request::new(body);
    *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(|_| Reason::BadMethod)?;
    *request.uri_mut() = read_url(har)?;
    *request.headers_mut() = read_headers(har, &COOKIE);
    Ok(request)
}

fn read_url(har: &Value) -> Result<Uri, Reason> {
    let url = text(har, "url").unwrap_or_default();
    // Browsers leave brackets and other characters as they were typed.
    let mut url: String = url.split('#').take(1).flat_map(str::chars).map(encoded).collect();
    let pairs = pairs(har.get("queryString"));
    if !pairs.is_empty() && !url.contains('?') {
        let query: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        url = format!("{url}?{query}");
    }
    let url = Uri::try_from(url).map_err(|_| Reason::BadUrl)?;
    let is_http = |scheme: &str| ["http", "https", "ws", "wss"].contains(&scheme);
    match url.scheme_str() {
        Some(scheme) if !is_http(scheme) => Err(Reason::NotHttp),
        None if url.path() == "*" || url.host().is_some() => Err(Reason::BadUrl),
        _ => Ok(url),
    }
}

fn read_response(
    har: &Value,
    is_head: bool,
    files: Files<'_>,
) -> Result<Response<Vec<u8>>, Reason> {
    let status = har.get("status").and_then(integer).unwrap_or(0);
    if status < 100 {
        return Err(Reason::NoResponse);
    }
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or(Reason::BadStatus)?;
    let content = har.get("content").unwrap_or(&Value::Null);
    let size = content.get("size").and_then(integer);
    let headers = read_headers(har, &SET_COOKIE);
    let is_named = |name| text(har, name).is_some_and(|text| !text.is_empty());
    let has_no_body =
        is_head || status.is_informational() || status.is_redirection() || status == 204;
    let is_unknown =
        size == Some(-1) && headers.is_empty() && content.get("text").is_none() && !has_no_body;
    if is_named("_failureText") || is_named("_error") || is_unknown && !content["_file"].is_string()
    {
        return Err(Reason::Aborted);
    }
    let body = match body_text(content, files) {
        Some(body) => body?,
        None if has_no_body => Vec::new(),
        None => match (size, har.get("bodySize").and_then(integer)) {
            (Some(0), _) | (None | Some(-1), Some(0)) | (None, None | Some(..0)) => Vec::new(),
            _ => return Err(Reason::NoBody),
        },
    };
    let length = body.len();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.version_mut() = version(&text(har, "httpVersion").unwrap_or_default());
    *response.headers_mut() = headers;
    // The content is decoded already.
    for name in [CONTENT_ENCODING, TRANSFER_ENCODING] {
        response.headers_mut().remove(name);
    }
    if let Some(value) = response.headers_mut().get_mut(CONTENT_LENGTH) {
        *value = length.into();
    }
    Ok(response)
}

/// The body of a request or a response; `None` if the HAR has no text of it.
fn body_text(content: &Value, files: Files<'_>) -> Option<Result<Vec<u8>, Reason>> {
    let Some(text) = text(content, "text") else {
        let file = content.get("_file")?.as_str()?;
        let is_plain = !file.is_empty() && !file.contains(['/', '\\', ':']) && file != "..";
        return Some(is_plain.then(|| files(file)).flatten().ok_or(Reason::NoBody));
    };
    let encoding = content.get("encoding").and_then(Value::as_str).unwrap_or_default();
    if !encoding.eq_ignore_ascii_case("base64") {
        return Some(Ok(text.into_owned().into_bytes()));
    }
    let padding =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let base64: String = text.split_ascii_whitespace().collect();
    Some(GeneralPurpose::new(&ALPHABET, padding).decode(base64).map_err(|_| Reason::BadBase64))
}

/// The body that the parameters of a form describe.
fn parameters(data: &Value) -> Vec<u8> {
    let media_type = text(data, "mimeType").unwrap_or_default();
    let list = data.get("params").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let Some(("multipart/form-data", rest)) = media_type.split_once(';') else {
        let pairs = pairs(data.get("params"));
        return form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into();
    };
    let boundary = rest.split_once("boundary=").map_or("boundary", |(_, boundary)| boundary);
    let boundary = boundary.trim_matches('"');
    let mut body = String::new();
    for parameter in list {
        let part = |name| text(parameter, name).unwrap_or_default();
        body +=
            &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", part("name"));
        if let Some(file) = text(parameter, "fileName") {
            body += &format!("; filename=\"{file}\"");
        }
        if let Some(media_type) = text(parameter, "contentType") {
            body += &format!("\r\nContent-Type: {media_type}");
        }
        body += &format!("\r\n\r\n{}\r\n", part("value"));
    }
    if !list.is_empty() {
        body += &format!("--{boundary}--\r\n");
    }
    body.into()
}

/// What is no header, such as HTTP/2's `:status`, is left out. Cookies may be in a list of their
/// own.
fn read_headers(har: &Value, cookies: &HeaderName) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut append = |name: &str, value: &str| {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value.trim())) {
            let _ = headers.try_append(name, value);
        }
    };
    for (name, value) in pairs(har.get("headers")) {
        // Chromium joins the values of a repeated header by line feeds.
        value.split('\n').for_each(|value| append(&name, value));
    }
    let listed = pairs(har.get("cookies"));
    if !listed.is_empty() && !headers.contains_key(cookies) {
        for (name, value) in listed {
            if let Ok(value) = HeaderValue::from_str(&format!("{name}={value}")) {
                let _ = headers.try_append(cookies, value);
            }
        }
    }
    headers
}

/// A list of objects with a name and a value, or of several values.
fn pairs(list: Option<&Value>) -> Vec<(String, String)> {
    let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let values = |pair: &Value| match pair.get("value") {
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
        None => Vec::new(),
    };
    let named = list.iter().filter_map(|pair| Some((text(pair, "name")?, values(pair))));
    named
        .flat_map(|(name, values)| {
            let texts: Vec<_> = values.iter().filter_map(plain_text).map(Cow::into_owned).collect();
            texts.into_iter().map(move |text| (name.clone().into_owned(), text))
        })
        .collect()
}

fn text<'v>(object: &'v Value, name: &str) -> Option<Cow<'v, str>> {
    plain_text(object.get(name)?)
}

fn plain_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}

fn integer(value: &Value) -> Option<i64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

/// `null` if it is missing, or can't be read.
fn value(raw: Option<&RawValue>) -> Value {
    let json = raw.map_or("null", RawValue::get);
    serde_json::from_str(json)
        .or_else(|_| serde_json::from_str(&without_lone_surrogates(json)))
        .unwrap_or_default()
}

/// JavaScript's strings may have halves of surrogate pairs, which Rust's can't.
fn without_lone_surrogates(json: &str) -> String {
    let mut pieces = json.split("\\u").peekable();
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    let is = |piece: &str, range: [&str; 4]| {
        let digits = piece.get(..2).unwrap_or_default().to_ascii_lowercase();
        range.contains(&&*digits)
    };
    let (high, low) = (["d8", "d9", "da", "db"], ["dc", "dd", "de", "df"]);
    let mut is_second = false;
    while let Some(piece) = pieces.next() {
        let is_first =
            is(piece, high) && piece.len() == 4 && pieces.peek().is_some_and(|next| is(next, low));
        // An escaped backslash, and no escape.
        let slashes = kept.bytes().rev().take_while(|byte| *byte == b'\\').count();
        let is_lone =
            (is(piece, high) || is(piece, low)) && !is_first && !is_second && slashes % 2 == 0;
        kept += "\\u";
        match piece.get(4..).filter(|_| is_lone) {
            Some(rest) => kept = kept + "fffd" + rest,
            None => kept += piece,
        }
        is_second = is_first;
    }
    kept
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

fn version(text: &str) -> Version {
    match text.to_ascii_lowercase().as_str() {
        "http/1.0" => Version::HTTP_10,
        "h2" | "http/2" | "http/2.0" => Version::HTTP_2,
        "h3" | "http/3" | "http/3.0" => Version::HTTP_3,
        _ => Version::HTTP_11,
    }
}
