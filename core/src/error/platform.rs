use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::ErrorCode;
use crate::wire::redact::Secrets;
use crate::wire::text::Text;

/// The raw values of an object's fields, by name: a malformed field must not cost the rest of an
/// error, and fields that aren't needed aren't decoded. Of duplicate fields, the last one is used.
pub(super) fn fields<'a, const N: usize>(
    json: &'a str,
    names: [&'static str; N],
) -> Option<[Option<&'a RawValue>; N]> {
    // serde's error for a value of another type would copy the value.
    let mut reader =
        json.trim_ascii_start().starts_with('{').then(|| Deserializer::from_str(json))?;
    let fields = reader.deserialize_map(Fields(names)).ok()?;
    reader.end().ok()?;
    Some(fields)
}

struct Fields<const N: usize>([&'static str; N]);

impl<'de, const N: usize> Visitor<'de> for Fields<N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = [None; N];
        while let Some(Text(name)) = map.next_key()? {
            match self.0.iter().zip(&mut fields).find(|(known, _)| **known == name) {
                Some((_, field)) => *field = Some(map.next_value()?),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(fields)
    }
}

/// A string, truncated to more than an error keeps of it, and not within an escape.
fn text(field: Option<&RawValue>) -> Option<String> {
    const MOST: usize = 128 * 1024;
    let json = field?.get();
    let text = |json: &str| Some(serde_json::from_str::<Text<'_>>(json).ok()?.0.into_owned());
    if json.len() <= MOST || !json.starts_with('"') {
        return text(json);
    }
    (0..=12).find_map(|back| text(&format!("{}\"", json.get(..MOST - back)?)))
}

/// An error of the platform, from the error envelope of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlatformError {
    /// The status in the envelope. The HTTP status of the response takes precedence.
    pub status: Option<u16>,
    /// The error code, such as `404.image`.
    pub code: Option<ErrorCode>,
    /// The error message.
    pub title: Option<String>,
    /// Further details.
    pub detail: Option<String>,
    /// The part of the request that the error is about, as a JSON pointer such as `/source_id`;
    /// documented as `source`.
    pub pointer: Option<String>,
    /// The capability that the API key lacks, documented as `extra.capability`.
    pub capability: Option<String>,
}

impl PlatformError {
    /// Reads the fields that are there and well-formed.
    pub(super) fn read(error: &RawValue) -> Option<Self> {
        const NAMES: [&str; 6] = ["status", "code", "title", "detail", "source", "extra"];
        let [status, code, title, detail, pointer, extra] = fields(error.get(), NAMES)?;
        let capability = extra.and_then(|extra| {
            let [capability] = fields(extra.get(), ["capability"])?;
            capability
        });
        let filled = |field| text(field).filter(|text| !text.is_empty());
        Some(Self {
            status: status.and_then(|status| serde_json::from_str(status.get()).ok()),
            code: filled(code).map(ErrorCode::from),
            title: filled(title),
            detail: filled(detail),
            pointer: filled(pointer),
            capability: filled(capability),
        })
    }

    pub(super) fn redacted(self, secrets: &Secrets<'_>) -> Self {
        let Self { status, code, title, detail, pointer, capability } = self;
        let redact = |text: String| secrets.plain(&text);
        Self {
            status,
            code: code.map(|code| secrets.redact_code(code.as_str()).into()),
            title: title.map(redact),
            detail: detail.map(redact),
            pointer: pointer.map(redact),
            capability: capability.map(redact),
        }
    }
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.title.as_deref().unwrap_or("the platform gave no title");
        match &self.detail {
            // A title is a sentence, with a full stop.
            Some(detail) => write!(f, "{}: {detail}", title.trim_end_matches('.'))?,
            None => f.write_str(title)?,
        }
        match (&self.code, &self.pointer) {
            (Some(code), Some(pointer)) => write!(f, " ({code} at {pointer})"),
            (Some(code), None) => write!(f, " ({code})"),
            (None, Some(pointer)) => write!(f, " (at {pointer})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for PlatformError {}

/// An OAuth error, which the platform's authentication may return.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthError {
    /// OAuth's code, such as `invalid_client`.
    pub error: String,
    /// Further details.
    pub description: Option<String>,
}

impl OAuthError {
    pub(super) fn read(error: &RawValue, description: Option<&RawValue>) -> Option<Self> {
        Some(Self { error: text(Some(error))?, description: text(description) })
    }

    pub(super) fn redacted(self, secrets: &Secrets<'_>) -> Self {
        let Self { error, description } = self;
        let redact = |text: String| secrets.plain(&text);
        Self { error: redact(error), description: description.map(redact) }
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)?;
        match &self.description {
            Some(description) => write!(f, ": {description}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for OAuthError {}
