//! Finds the secrets in a JSON text by the names of their properties, and replaces them in place.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
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
                let has_token = members.iter().any(|(name, value)| {
                    name == "token" && !matches!(value.get(), "\"\"" | "null")
                });
                for (name, value) in members {
                    if has_token && name == "expires" {
                        self.replace(text, value.get(), NEVER.to_owned());
                        continue;
                    }
                    let is_secret = (is_secret && name != "capability")
                        || redacted::is_secret_map(&name)
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
        // Half of a surrogate pair is no text.
        let Ok(string) = serde_json::from_str::<String>(raw) else {
            return self.replace(text, raw, format!("\"{REDACTED}\""));
        };
        if is_secret && !string.is_empty() && string != REDACTED {
            self.secrets.push(string);
            self.replace(text, raw, format!("\"{REDACTED}\""));
            return;
        }
        let (_, user, _, query) = url_parts(&string);
        if string.contains("://") && !(user.is_empty() && query.is_empty()) {
            if let Ok(url) = serde_json::to_string(&Url(&string).to_string()) {
                self.replace(text, raw, url);
            }
            return;
        }
        if let Some(others) = self.others {
            let redacted = others.redact(raw, usize::MAX);
            if redacted != raw {
                let redacted = redacted.into_owned();
                self.replace(text, raw, redacted);
            }
        }
    }

    fn replace(&mut self, text: &str, part: &str, replacement: String) {
        // Every part is borrowed from the text.
        let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        self.spans.push((start..start + part.len(), replacement));
    }
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
