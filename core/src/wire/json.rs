use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON value, kept as it was sent: for parts that the platform's schema leaves open, or that are
/// large schemas of their own.
///
/// The text is validated when it is read, and decoded by [`parse`](Self::parse). `Debug` shows only
/// its length, as it may contain credentials.
///
/// ```
/// use cycle_images::model::Json;
///
/// let spec: Json = r#"{"version": "1.0", "containers": {}}"#.parse()?;
/// let value: serde_json::Value = spec.parse()?;
/// assert_eq!(value["version"], "1.0");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    pub(crate) fn keep(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }

    /// The JSON text, byte for byte as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Decodes the value.
    ///
    /// # Errors
    /// If the value can't be decoded as a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }
}

impl From<Json> for Box<str> {
    fn from(json: Json) -> Self {
        json.0.into()
    }
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.as_str().len())
    }
}
