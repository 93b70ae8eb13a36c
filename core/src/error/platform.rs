use std::fmt;

use serde_json::Value;

use super::ErrorCode;
use crate::wire::secret::Secret;

/// The platform's own words about what went wrong, from its error envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlatformError {
    /// The status that the envelope tells. The HTTP status of the response is what counts.
    pub status: Option<u16>,
    /// What went wrong, as a code such as `404.image`.
    pub code: Option<ErrorCode>,
    /// What went wrong, in a sentence.
    pub title: Option<String>,
    /// More about it.
    pub detail: Option<String>,
    /// The part of the request that the error is about, as a JSON pointer such as `/source_id`;
    /// documented as `source`.
    pub pointer: Option<String>,
    /// The capability that the API key lacks, documented as `extra.capability`.
    pub capability: Option<String>,
}

impl PlatformError {
    /// Picks out what is there: an error is never lost over an oddity of its envelope.
    pub(super) fn read(error: &Value, secret: &Secret) -> Option<Self> {
        let text =
            |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let field = |name| error.get(name).and_then(text).map(|text| secret.redact(&text));
        error.is_object().then(|| Self {
            status: error.get("status").and_then(Value::as_u64).and_then(|s| s.try_into().ok()),
            code: error.get("code").and_then(text).map(|code| secret.redact_code(code).into()),
            title: field("title"),
            detail: field("detail"),
            pointer: field("source"),
            capability: error
                .pointer("/extra/capability")
                .and_then(text)
                .map(|text| secret.redact(&text)),
        })
    }
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title.as_deref().unwrap_or("the platform gave no title"))?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
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

/// An error in OAuth's form, which the platform's authentication can answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthError {
    /// OAuth's code, such as `invalid_client`.
    pub error: String,
    /// More about it.
    pub description: Option<String>,
}

impl OAuthError {
    pub(super) fn read(body: &Value, secret: &Secret) -> Option<Self> {
        let text = |name| Some(secret.redact(body.get(name)?.as_str()?));
        Some(Self { error: text("error")?, description: text("error_description") })
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
