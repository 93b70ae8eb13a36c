//! Exchanges without their secrets.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};

use super::recording::Entry;
use super::redact_json;
use crate::wire::debug::Url;
use crate::wire::redact::Secrets;
use crate::wire::secret::REDACTED;

/// A shorter text may be a common word, which the rest of the recording needs.
const MIN_LENGTH: usize = 8;

/// Whether a property or parameter of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    const ENDS: [&str; 9] = [
        "token",
        "password",
        "passphrase",
        "secret",
        "privatekey",
        "apikey",
        "authorization",
        "cookie",
        "config",
    ];
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether all values of a map of this name may be secret, as `Debug` of the models has it.
pub(super) fn is_secret_map(name: &str) -> bool {
    matches!(name, "args" | "env" | "variables" | "extra")
}

/// The exchanges without their secrets.
pub(super) fn entries(entries: &[Entry]) -> Vec<Entry> {
    let mut texts = Vec::new();
    for entry in entries {
        for (name, value) in entry.request().map(Request::headers).into_iter().flatten() {
            let text = String::from_utf8_lossy(value.as_bytes());
            if [AUTHORIZATION, COOKIE].contains(name) {
                texts.extend(text.split([' ', ';', '=']).map(str::to_owned));
            } else if value.is_sensitive() {
                texts.push(text.into_owned());
            }
        }
        for value in entry.response().headers().get_all(SET_COOKIE) {
            let value = String::from_utf8_lossy(value.as_bytes());
            let value = value.split(';').next().and_then(|cookie| cookie.split_once('='));
            texts.extend(value.map(|(_, value)| value.to_owned()));
        }
        let query = entry.request().and_then(|request| request.uri().query()).unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        texts.extend(pairs.filter(|(name, _)| is_secret(name)).map(|(_, v)| v.into_owned()));
        let bodies = entry.request().map(Request::body).into_iter();
        for body in bodies.chain([entry.response().body()]) {
            texts.extend(std::str::from_utf8(body).map(redact_json::secrets).unwrap_or_default());
        }
    }
    let mut secrets = Secrets::default();
    texts.retain(|text| text.len() >= MIN_LENGTH);
    texts.sort_unstable();
    texts.dedup();
    for text in texts {
        secrets.text(text);
    }
    let redacted = entries.iter().map(|entry| {
        let response = response(entry.response(), &secrets);
        match entry.request() {
            Some(sent) => Entry::new(request(sent, &secrets), response),
            None => Entry::from(response),
        }
    });
    redacted.collect()
}

fn request(request: &Request<Vec<u8>>, secrets: &Secrets<'_>) -> Request<Vec<u8>> {
    let mut redacted = Request::new(body(request.body(), secrets));
    *redacted.method_mut() = request.method().clone();
    *redacted.version_mut() = request.version();
    *redacted.uri_mut() = uri(request.uri(), secrets);
    for (name, value) in request.headers() {
        if [ACCEPT, CONTENT_TYPE].contains(name) {
            append(redacted.headers_mut(), name, value.clone());
        }
    }
    redacted
}

fn response(response: &Response<Vec<u8>>, secrets: &Secrets<'_>) -> Response<Vec<u8>> {
    let mut redacted = Response::new(body(response.body(), secrets));
    *redacted.status_mut() = response.status();
    *redacted.version_mut() = response.version();
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != SET_COOKIE) {
        let mut value = value.clone();
        if is_secret(name.as_str()) {
            value = HeaderValue::from_static(REDACTED);
        } else if name == LOCATION {
            let url = Url(&String::from_utf8_lossy(value.as_bytes())).to_string();
            value = HeaderValue::try_from(url).unwrap_or(HeaderValue::from_static(REDACTED));
        }
        secrets.redact_header(&mut value, usize::MAX);
        append(redacted.headers_mut(), name, value);
    }
    redacted
}

fn append(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) {
    // The map that is copied has no more headers than this one can have.
    let _ = headers.try_append(name.clone(), value);
}

/// A body without secrets.
fn body(body: &[u8], secrets: &Secrets<'_>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(body) else {
        return secrets.redact_bytes(body).into_owned();
    };
    let redacted = redact_json::redact(text, secrets)
        .unwrap_or_else(|| secrets.redact(text, usize::MAX).into_owned());
    redacted.into_bytes()
}

/// A request body as it is compared with a recorded one.
pub(super) fn body_alone(bytes: &[u8]) -> Vec<u8> {
    body(bytes, &Secrets::default())
}

fn uri(uri: &Uri, secrets: &Secrets<'_>) -> Uri {
    let path = secrets.redact(uri.path(), usize::MAX).replace(REDACTED, "redacted");
    let query = query(uri);
    let mark = if query.is_empty() { "" } else { "?" };
    let scheme = uri.scheme_str().unwrap_or("https");
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}{mark}{query}").parse().unwrap_or_default()
}

/// The query, with the values of secret parameters replaced, and the hub of an upload: as elsewhere, a
/// recording is for any hub.
pub(super) fn query(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let replaced = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if name == "hub-id" || is_secret(&decoded(name)) => {
            format!("{name}=%5Bredacted%5D")
        }
        _ => pair.to_owned(),
    });
    replaced.collect::<Vec<_>>().join("&")
}

fn decoded(name: &str) -> String {
    form_urlencoded::parse(name.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
