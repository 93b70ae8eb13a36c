use std::fmt;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::error::RequestError;

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
        f.write_str("[redacted]")
    }
}

/// The API key of a hub, ready to be sent. It is never shown and never serialized.
#[derive(Clone)]
pub(crate) struct ApiKey {
    text: String,
    authorization: HeaderValue,
}

impl ApiKey {
    pub(crate) fn new(text: &str) -> Result<Self, RequestError> {
        let reason = match text.bytes().position(|byte| !byte.is_ascii_graphic()) {
            _ if text.is_empty() => "is empty; create one in the hub's settings".into(),
            Some(at) => format!(
                "has a character at byte {at} that an HTTP header can't carry; \
                 a line break or a space is often copied along"
            ),
            None => match HeaderValue::try_from(format!("Bearer {text}")) {
                Ok(mut authorization) => {
                    authorization.set_sensitive(true);
                    return Ok(Self { text: text.into(), authorization });
                }
                Err(_) => "can't be carried by an HTTP header".into(),
            },
        };
        Err(RequestError::argument("api_key", reason))
    }

    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    /// Takes the key out of a text that came from outside, so that no error can repeat it.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.text, "[redacted]")
    }

    /// Does so for an error code, which a key as short as a word might be a part of.
    pub(crate) fn redact_code(&self, code: String) -> String {
        if self.text.len() < 8 { code } else { self.redact(&code) }
    }

    /// Does so for a header's value, which stays as it is if the key isn't in it.
    pub(crate) fn redact_header(&self, value: &HeaderValue) -> HeaderValue {
        let text = String::from_utf8_lossy(value.as_bytes());
        let redacted = self.redact(&text);
        if redacted == text {
            return value.clone();
        }
        HeaderValue::try_from(redacted).unwrap_or(HeaderValue::from_static("[redacted]"))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
        for key in ["", "sec-key\n", "sec key", "sec-kéy", "sec-key\0"] {
            let error = ApiKey::new(key).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("api_key"), "{shown}");
            assert!(key.is_empty() || !shown.contains(key), "{shown}");
        }
    }

    #[test]
    fn the_header_is_marked_sensitive() {
        let key = ApiKey::new("sec-key").unwrap();
        assert_eq!(key.authorization(), "Bearer sec-key");
        assert_eq!(format!("{:?} {key:?}", key.authorization()), "Sensitive [redacted]");
        assert_eq!(key.redact("got sec-key!"), "got [redacted]!");
    }
}
