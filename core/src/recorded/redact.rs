//! Exchanges without their secrets.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};

use super::json::{self, text_of};
use super::known::{Known, MAX_DEPTH};
use super::names::is_secret_parameter;
use super::parts::{self, Code, Part, Role, parts};
use crate::wire::redact::Secrets;
use crate::wire::secret::REDACTED;

/// Go's zero time, which means never.
const NEVER: &str = "\"0001-01-01T00:00:00Z\"";

/// [`REDACTED`] in a URL.
const REDACTED_IN_URL: &str = "%5Bredacted%5D";

/// Replaces secrets: those that are known, and those that the names in a text tell.
pub(super) struct Redactor<'k> {
    all: Secrets<'k>,
    credentials: Secrets<'k>,
    /// Whether a secret is in the name of a header: the same names come again and again.
    names: RefCell<HashMap<HeaderName, bool>>,
}

impl<'k> Redactor<'k> {
    pub(super) fn new(known: &'k Known) -> Self {
        let (all, credentials) = known.secrets();
        Self { all, credentials, names: RefCell::default() }
    }

    pub(super) fn request(&self, request: &Request<Vec<u8>>) -> Request<Vec<u8>> {
        let mut redacted = Request::new(self.body(request.body()));
        *redacted.method_mut() = request.method().clone();
        *redacted.version_mut() = request.version();
        for name in [ACCEPT, CONTENT_TYPE] {
            for value in request.headers().get_all(&name) {
                append(redacted.headers_mut(), &name, self.header(&name, value));
            }
        }
        redacted
    }

    pub(super) fn response(&self, response: &Response<Vec<u8>>) -> Response<Vec<u8>> {
        let body = self.body(response.body());
        let length = body.len();
        let mut redacted = Response::new(body);
        *redacted.status_mut() = response.status();
        *redacted.version_mut() = response.version();
        let headers = redacted.headers_mut();
        let is_written = |name: &HeaderName| *name != SET_COOKIE && !self.is_in_name(name);
        for (name, value) in response.headers().iter().filter(|(name, _)| is_written(name)) {
            append(headers, name, self.header(name, value));
        }
        if let Some(value) = headers.get_mut(CONTENT_LENGTH) {
            *value = length.into();
        }
        redacted
    }

    /// The URL of a request. The hub of an upload is left out: a recording is for any hub.
    pub(super) fn url(&self, request: &Request<Vec<u8>>) -> String {
        let url = request.uri().to_string();
        let url = match url.split_once("://") {
            Some((scheme, rest)) => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                format!("{scheme}://{host}{}", self.path_and_query(rest))
            }
            None => self.path_and_query(&url),
        };
        url.replace(REDACTED, REDACTED_IN_URL)
    }

    fn path_and_query(&self, path_and_query: &str) -> String {
        let redacted = self.text(path_and_query, MAX_DEPTH - 1);
        let Some((path, query)) = redacted.split_once('?') else { return redacted.into_owned() };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name @ "hub-id", _)) => format!("{name}={REDACTED}"),
            _ => pair.to_owned(),
        });
        format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    }

    fn is_in_name(&self, name: &HeaderName) -> bool {
        let mut names = self.names.borrow_mut();
        *names.entry(name.clone()).or_insert_with(|| self.all.is_in_name(name))
    }

    fn header(&self, name: &HeaderName, value: &HeaderValue) -> HeaderValue {
        if is_secret_parameter(name.as_str()) {
            return HeaderValue::from_static(REDACTED);
        }
        let Ok(text) = value.to_str() else {
            return HeaderValue::from_bytes(&self.bytes(value.as_bytes()))
                .unwrap_or(HeaderValue::from_static(REDACTED));
        };
        match self.text(text, MAX_DEPTH) {
            Cow::Borrowed(_) => value.clone(),
            Cow::Owned(text) => {
                HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(REDACTED))
            }
        }
    }

    pub(super) fn body(&self, body: &[u8]) -> Vec<u8> {
        match std::str::from_utf8(body) {
            Ok(text) => self.text(text, 0).into_owned().into_bytes(),
            Err(_) => self.bytes(body),
        }
    }

    /// Bytes that aren't UTF-8: the places are found in what is ASCII of them.
    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let text = text_of(bytes);
        let redacted = match self.text(&text, 0) {
            Cow::Borrowed(_) => Cow::Borrowed(bytes),
            Cow::Owned(text) => text
                .chars()
                .fold(Vec::new(), |mut bytes, c| {
                    match u8::try_from(c) {
                        Ok(byte) => bytes.push(byte),
                        Err(_) => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    }
                    bytes
                })
                .into(),
        };
        self.all.redact_bytes(&redacted).into_owned()
    }

    fn text<'t>(&self, text: &'t str, depth: usize) -> Cow<'t, str> {
        // In JSON, a number may be equal to a secret: only strings are searched.
        let text = match is_json(text) {
            true => Cow::Borrowed(text),
            false => self.all.redact(text, usize::MAX),
        };
        let (mut redacted, mut behind) = (String::new(), 0);
        for part in parts(&text) {
            let raw = text.get(part.span.clone()).unwrap_or_default();
            if let Some(replacement) = self.part(&part, raw, depth) {
                redacted.push_str(text.get(behind..part.span.start).unwrap_or_default());
                redacted.push_str(&replacement);
                behind = part.span.end;
            }
        }
        if behind == 0 {
            return text;
        }
        redacted.push_str(text.get(behind..).unwrap_or_default());
        Cow::Owned(redacted)
    }

    /// `None` if it stays as it is.
    fn part(&self, part: &Part, raw: &str, depth: usize) -> Option<String> {
        let Part { role, code, .. } = part;
        let is_string = raw.starts_with('"');
        let decoded = match code {
            Code::Json if is_string => json::decoded(raw),
            Code::Json | Code::Plain => Some(raw.to_owned()),
            Code::Percent => Some(parts::decoded(raw)),
        };
        let replacement = match (role, &decoded) {
            (Role::Expiry, _) => return Some(NEVER.to_owned()),
            (Role::Secret | Role::Setting | Role::UserInfo { .. }, _) => {
                let is_done = |text: &str| text.is_empty() || text == REDACTED;
                if decoded.as_deref().is_some_and(is_done) {
                    return None;
                }
                REDACTED.to_owned()
            }
            // What it says isn't clear, as with a half of a surrogate pair.
            (_, None) => {
                changed(self.all.redact(raw, usize::MAX))?;
                REDACTED.to_owned()
            }
            (Role::Identifier, Some(text)) => changed(self.credentials.redact(text, usize::MAX))?,
            (Role::Name, Some(text)) => changed(self.all.redact(text, usize::MAX))?,
            (Role::Text, Some(text)) if depth < MAX_DEPTH => changed(self.text(text, depth + 1))?,
            (Role::Text, Some(text)) => changed(self.all.redact(text, usize::MAX))?,
        };
        Some(match code {
            Code::Json => {
                quoted(&replacement, is_string && (raw.len() == 1 || !raw.ends_with('"')))
            }
            Code::Percent if replacement == REDACTED => replacement,
            Code::Percent => {
                let encoded: String =
                    form_urlencoded::byte_serialize(replacement.as_bytes()).collect();
                encoded.replace(REDACTED_IN_URL, REDACTED)
            }
            Code::Plain => replacement,
        })
    }
}

/// The path and query of a URL without the secrets that it names.
pub(super) fn redacted_path_and_query(uri: &Uri) -> String {
    let known = Known::default();
    let path_and_query = uri.path_and_query().map_or("/", |all| all.as_str());
    Redactor::new(&known).path_and_query(path_and_query)
}

fn changed(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Borrowed(_) => None,
        Cow::Owned(text) => Some(text),
    }
}

/// As a string of JSON, without its end if it is cut off.
fn quoted(text: &str, is_cut_off: bool) -> String {
    let mut quoted = serde_json::to_string(text).unwrap_or_else(|_| format!("\"{REDACTED}\""));
    if is_cut_off {
        quoted.pop();
    }
    quoted
}

fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    text.trim_start().starts_with(['{', '[', '"'])
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn append(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) {
    // The map that is copied has no more headers than this one can have.
    let _ = headers.try_append(name.clone(), value);
}
