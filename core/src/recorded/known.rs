//! Which values of a recording are secret, wherever they occur.

use std::collections::{BTreeSet, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};

use super::json::{self, text_of};
use super::names::is_secret_parameter;
use super::parts::{self, Code, Part, Role, parts};
use crate::wire::redact::{Secrets, is_redacted};

/// A shorter text may be a part of any other.
const MIN_LENGTH: usize = 8;

/// Strings in strings are searched to this depth.
pub(super) const MAX_DEPTH: usize = 8;

/// A request, if it is known, and its response.
pub(super) type Exchange<'e> = (Option<&'e Request<Vec<u8>>>, &'e Response<Vec<u8>>);

/// What was found in the exchanges of a recording.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// From headers and URLs of requests, or named by the program: secret even if they identify
    /// something.
    credentials: BTreeSet<String>,
    /// By the names of properties and parameters; environment variables, build arguments and
    /// cookies.
    secrets: BTreeSet<String>,
    /// What identifies things in bodies.
    identifiers: HashSet<String>,
    /// Names of properties, hosts, segments of paths, and media types.
    words: HashSet<String>,
}

impl Known {
    pub(super) fn of<'e>(exchanges: impl Iterator<Item = Exchange<'e>>) -> Self {
        let mut known = Self::default();
        for (request, response) in exchanges {
            if let Some(request) = request {
                known.request(request);
            }
            known.headers_of_response(response.headers());
            known.text(&text_of(response.body()), 0);
        }
        known
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.credentials.extend(other.credentials.iter().cloned());
        self.secrets.extend(other.secrets.iter().cloned());
        self.identifiers.extend(other.identifiers.iter().cloned());
        self.words.extend(other.words.iter().cloned());
    }

    pub(super) fn credential(&mut self, text: &str) {
        insert(&mut self.credentials, text);
    }

    /// All secrets, and those that are secret even where a thing is identified.
    pub(super) fn secrets(&self) -> (Secrets<'_>, Secrets<'_>) {
        let (mut all, mut credentials) = (Secrets::default(), Secrets::default());
        for text in &self.credentials {
            all.text(text);
            credentials.text(text);
        }
        // A path, or a word of one; with a digit, a word may be a token.
        let is_word = |text: &str| {
            (text.contains('/') || !text.contains(|c: char| c.is_ascii_digit()))
                && text.split('/').all(|word| word.is_empty() || self.words.contains(word))
        };
        for text in
            self.secrets.iter().filter(|text| !self.identifiers.contains(*text) && !is_word(text))
        {
            all.text(text);
        }
        (all, credentials)
    }

    fn request(&mut self, request: &Request<Vec<u8>>) {
        self.uri(request.uri());
        for (name, value) in request.headers() {
            let text = String::from_utf8_lossy(value.as_bytes());
            if *name == COOKIE {
                for value in text.split(';').filter_map(|pair| Some(pair.split_once('=')?.1)) {
                    insert(&mut self.secrets, value);
                }
            } else if [AUTHORIZATION, PROXY_AUTHORIZATION].contains(name)
                || value.is_sensitive()
                || is_secret_parameter(name.as_str())
            {
                self.authorization(&text);
            } else {
                self.header(name, value);
            }
        }
        self.text(&text_of(request.body()), 0);
    }

    fn headers_of_response(&mut self, headers: &HeaderMap) {
        for (name, value) in headers {
            let text = String::from_utf8_lossy(value.as_bytes());
            if *name == SET_COOKIE {
                let cookie = text.split(';').next().and_then(|pair| pair.split_once('='));
                insert(&mut self.secrets, cookie.map_or("", |(_, value)| value));
            } else if is_secret_parameter(name.as_str()) {
                insert(&mut self.secrets, &text);
            } else {
                self.header(name, value);
            }
        }
    }

    fn header(&mut self, name: &HeaderName, value: &HeaderValue) {
        let text = String::from_utf8_lossy(value.as_bytes());
        if *name == CONTENT_TYPE {
            let media_type = text.split(';').next().unwrap_or_default();
            self.words.extend(media_type.split('/').map(|word| word.trim().to_owned()));
        }
        self.text(&text, MAX_DEPTH);
    }

    fn uri(&mut self, uri: &Uri) {
        self.words.extend(uri.host().map(str::to_owned));
        self.words.extend(uri.path().split('/').map(parts::decoded));
        // What authorizes a request is secret wherever it is repeated.
        let mut of_uri = Self::default();
        of_uri.text(&uri.to_string(), MAX_DEPTH);
        self.credentials.append(&mut of_uri.secrets);
    }

    /// What follows the scheme; of `Basic`, the user and the password.
    fn authorization(&mut self, value: &str) {
        let Some((scheme, credentials)) = value.trim().split_once(' ') else {
            return self.credential(value.trim());
        };
        self.credential(credentials.trim());
        let decoded = STANDARD
            .decode(credentials.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        if let (true, Some(decoded)) = (scheme.eq_ignore_ascii_case("basic"), decoded) {
            self.credential(&decoded);
            let (user, password) = decoded.split_once(':').unwrap_or(("", &decoded));
            insert(&mut self.secrets, user);
            self.credential(password);
        }
    }

    fn text(&mut self, text: &str, depth: usize) {
        for Part { span, role, code } in parts(text) {
            let raw = text.get(span).unwrap_or_default();
            let value = match code {
                Code::Json if raw.starts_with('"') => json::decoded(raw),
                Code::Json | Code::Plain => None,
                Code::Percent => Some(parts::decoded(raw)),
            };
            let value = value.as_deref().unwrap_or(raw);
            match role {
                Role::Secret => {
                    insert(&mut self.secrets, value);
                    if let Some((_, credentials)) =
                        value.split_once(' ').filter(|(scheme, _)| is_scheme(scheme))
                    {
                        insert(&mut self.secrets, credentials);
                    }
                }
                Role::Setting => {
                    insert(&mut self.secrets, value);
                    // As Docker lists environment variables.
                    insert(&mut self.secrets, value.split_once('=').map_or("", |(_, value)| value));
                }
                Role::UserInfo { is_http } => match value.split_once(':') {
                    Some((_, password)) => {
                        insert(&mut self.secrets, value);
                        insert(&mut self.secrets, password);
                    }
                    // A token. Over SSH, it is a user name.
                    None if is_http => insert(&mut self.secrets, value),
                    None => {}
                },
                Role::Name => _ = self.words.insert(value.to_owned()),
                Role::Identifier => _ = self.identifiers.insert(value.to_owned()),
                Role::Text if depth < MAX_DEPTH => self.text(value, depth + 1),
                Role::Text | Role::Expiry => {}
            }
        }
    }
}

fn is_scheme(word: &str) -> bool {
    ["basic", "bearer", "token"].contains(&&*word.to_ascii_lowercase())
}

fn insert(set: &mut BTreeSet<String>, text: &str) {
    if text.len() >= MIN_LENGTH && !set.contains(text) && !is_redacted(text) {
        set.insert(text.to_owned());
    }
}
