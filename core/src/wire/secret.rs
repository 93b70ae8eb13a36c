use std::fmt;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::wire::percent::encode;

const REDACTED: &str = "[redacted]";

/// A credential inside a model: a token, a password, a private key.
///
/// `Debug` says `[redacted]` and there is no `Display`. It is written back as it was read, so that
/// a source can be sent to the platform: treat serialized models as secret.
///
/// ```
/// use cycle_images::Secret;
///
/// let token = Secret::new("dckr_pat_123");
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// assert_eq!(token.expose(), "dckr_pat_123");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Take care where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes the secret out of a text that came from outside, so that no error can repeat it, be it
    /// written as it is or as a URI writes it.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let encoded: String = encode(&self.0).collect();
        text.replace(&self.0, REDACTED).replace(&encoded, REDACTED)
    }

    /// Does so for an error code, which a secret as short as a word might be a part of.
    pub(crate) fn redact_code(&self, code: String) -> String {
        if self.0.len() < 8 { code } else { self.redact(&code) }
    }

    /// Does so for a header's value, which stays as it is if the secret isn't in it.
    pub(crate) fn redact_header(&self, value: &HeaderValue) -> HeaderValue {
        let text = String::from_utf8_lossy(value.as_bytes());
        let redacted = self.redact(&text);
        if redacted == text {
            return value.clone();
        }
        HeaderValue::try_from(redacted).unwrap_or(HeaderValue::from_static(REDACTED))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_out_as_it_is_and_as_a_uri_writes_it() {
        let secret = Secret::new("a+b/c=");
        assert_eq!(
            secret.redact("got a+b/c=, at ?t=a%2Bb%2Fc%3D"),
            "got [redacted], at ?t=[redacted]"
        );
        let header = HeaderValue::from_static("x a+b/c=");
        assert_eq!(secret.redact_header(&header), "x [redacted]");
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}
