use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::wire::field::Field;
use crate::wire::value::{Fail, Value};

pub(crate) const REDACTED: &str = "[redacted]";

/// A credential inside a model: a token, a password, a private key.
///
/// `Debug` shows `[redacted]`, and there is no `Display`. It is serialized in plain text, as a
/// source must be sendable: treat serialized models as secret.
///
/// Its memory is wiped when it is dropped. Other copies are not: the text that it was made of if
/// that was a `&str`, the body of a response that it was read from, and the body of a request that
/// it was written to.
///
/// ```
/// use cycle_images::Secret;
///
/// let token = Secret::new("dckr_pat_123");
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// assert_eq!(token.expose(), "dckr_pat_123");
/// ```
#[doc(alias("token", "password", "credential"))]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of the secret. Don't log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Field for Secret {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        String::of(value).map(Self)
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

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
