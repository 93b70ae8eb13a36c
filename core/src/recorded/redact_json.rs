//! Finds the secrets in a JSON text by the names of their properties, and replaces them in place.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::redacted;
use crate::wire::debug::{Url, url_parts};
use crate::wire::redact::Secrets;
use crate::wire::secret::REDACTED;

/// Deeper values are redacted as a whole.
const MAX_DEPTH: usize = 64;

/// Go's zero time, which means never.
const NEVER: &str = "\"0001-01-01T00:00:00Z\"";

/// The secret texts in a JSON text; none if it isn't JSON.
pub(super) fn secrets(text: &str) -> Vec<String> {
    let mut found = Found::default();
    if let Ok(value) = serde_json::from_str::<&RawValue>(text) {
        found.walk(text, value.get(), false, 0);
    }
    found.secrets
}

/// The JSON text without its secrets, and without these others wherever they occur in its strings.
/// `None` if it isn't JSON.
pub(super) fn redact(text: &str, others: &Secrets<'_>) -> Option<String> {
    let value = serde_json::from_str::<&RawValue>(text).ok()?;
    let mut found = Found { others: Some(others), ..Found::default() };
    found.walk(text, value.get(), false, 0);
    let mut redacted = String::with_capacity(text.len());
    let mut behind = 0;
    for (span, replacement) in found.spans {
        redacted.push_str(text.get(behind..span.start)?);
        redacted.push_str(&replacement);
        behind = span.end;
    }
    redacted.push_str(text.get(behind..)?);
    Some(redacted)
}

/// What [`Url`] doesn't show of a URL.
fn secrets_of_url(url: &str) -> Vec<String> {
    let (_, user, _, query) = url_parts(url);
    if !url.contains("://") {
        return Vec::new();
    }
    let password = user.split_once(':').map_or(user, |(_, password)| password);
    let values = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    values.chain([user, password]).map(str::to_owned).collect()
}

#[derive(Default)]
struct Found<'a> {
    others: Option<&'a Secrets<'a>>,
    secrets: Vec<String>,
    /// In the order of the text.
    spans: Vec<(Range<usize>, String)>,
}

impl Found<'_> {
    /// `value` is a part of `text`.
    fn walk(&mut self, text: &str, value: &str, is_secret: bool, depth: usize) {
        let whole = || format!("\"{REDACTED}\"");
        if depth > MAX_DEPTH {
            return self.replace(text, value, whole());
        }
        match value.bytes().next() {
            Some(b'{') => {
                // A name that is no text, such as half of a surrogate pair.
                let Ok(Members(members)) = serde_json::from_str(value) else {
                    return self.replace(text, value, whole());
                };
                let has = |wanted: &str, is: fn(&str) -> bool| {
                    members.iter().any(|member| member.name == wanted && is(member.value.get()))
                };
                let has_token = has("token", |value| !matches!(value, "\"\"" | "null"));
                // The URL of a webhook may be all that it takes to call it.
                let is_webhook = has("type", |value| value == "\"webhook\"");
                for Member { raw_name, name, value } in members {
                    self.name(text, raw_name.get());
                    if has_token && name == "expires" {
                        self.replace(text, value.get(), NEVER.to_owned());
                        continue;
                    }
                    let is_secret = (is_secret && name != "capability")
                        || redacted::is_secret_map(&name)
                        || is_webhook && name == "details"
                        || redacted::is_secret(&name) && value.get().starts_with('"');
                    self.walk(text, value.get(), is_secret, depth + 1);
                }
            }
            Some(b'[') => {
                let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(value) else {
                    return self.replace(text, value, whole());
                };
                for element in elements {
                    self.walk(text, element.get(), is_secret, depth + 1);
                }
            }
            Some(b'"') => self.string(text, value, is_secret),
            _ => {}
        }
    }

    fn string(&mut self, text: &str, raw: &str, is_secret: bool) {
        let whole = || format!("\"{REDACTED}\"");
        // Half of a surrogate pair is no text.
        let Ok(string) = serde_json::from_str::<String>(raw) else {
            return self.replace(text, raw, whole());
        };
        if is_secret && !string.is_empty() && string != REDACTED {
            self.secrets.push(string);
            return self.replace(text, raw, whole());
        }
        let Some(others) = self.others else {
            return self.secrets.extend(secrets_of_url(&string));
        };
        let redacted = others.redact(raw, usize::MAX);
        let Ok(string) = serde_json::from_str::<String>(&redacted) else {
            return self.replace(text, raw, whole());
        };
        let (_, user, _, query) = url_parts(&string);
        if string.contains("://") && !(user.is_empty() && query.is_empty()) {
            if let Ok(url) = serde_json::to_string(&Url(&string).to_string()) {
                self.replace(text, raw, url);
            }
        } else if redacted != raw {
            self.replace(text, raw, redacted.into_owned());
        }
    }

    fn name(&mut self, text: &str, raw: &str) {
        let redacted = self.others.map(|others| others.redact(raw, usize::MAX));
        if let Some(redacted) = redacted.filter(|redacted| redacted != raw) {
            self.replace(text, raw, redacted.into_owned());
        }
    }

    fn replace(&mut self, text: &str, part: &str, replacement: String) {
        // Every part is borrowed from the text.
        let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        self.spans.push((start..start + part.len(), replacement));
    }
}

struct Members<'a>(Vec<Member<'a>>);

struct Member<'a> {
    raw_name: &'a RawValue,
    name: String,
    value: &'a RawValue,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<Member<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((raw_name, value)) = map.next_entry::<&RawValue, _>()? {
            let name = serde_json::from_str(raw_name.get()).map_err(A::Error::custom)?;
            members.push(Member { raw_name, name, value });
        }
        Ok(members)
    }
}
