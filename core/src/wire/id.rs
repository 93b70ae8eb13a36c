use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::request_error::RequestError;
use crate::wire::field::{self, Field};
use crate::wire::value::{Fail, Value};

/// The id of a resource of kind `K`, so that an image's id can't go where a source's belongs.
///
/// Ids have 24 hex digits today, but are documented as strings. So every string is accepted that
/// can be a path segment: the empty string, `.` and `..` are refused, everything else is
/// percent-encoded when it is sent.
///
/// ```
/// use cycle_images::ImageId;
///
/// let id = ImageId::new("651586fca6078e98982dbd90")?;
/// assert_eq!(id.as_str(), "651586fca6078e98982dbd90");
/// assert!(ImageId::new("..").is_err());
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
pub struct Id<K: ?Sized> {
    text: String,
    kind: PhantomData<fn() -> *const K>,
}

impl<K: ?Sized> Id<K> {
    /// An id of this text.
    ///
    /// # Errors
    /// If the text is empty, `.` or `..`: in a path, it would address another resource.
    pub fn new(text: impl Into<String>) -> Result<Self, RequestError> {
        let text = text.into();
        match refusal(&text) {
            None => Ok(Self { text, kind: PhantomData }),
            Some(reason) => Err(RequestError::new("id", reason)),
        }
    }

    /// The id as the platform writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The id of a hub: the scope that every request belongs to.
pub type HubId = Id<HubKind>;

/// What a [`HubId`] identifies: a hub, of which there is no model.
#[derive(Debug)]
#[non_exhaustive]
pub enum HubKind {}

fn refusal(text: &str) -> Option<&'static str> {
    match text {
        "" => Some("is empty"),
        "." | ".." => Some("is a dot segment, which names no resource in a path"),
        _ => None,
    }
}

impl<K: ?Sized> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<K: ?Sized> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K: ?Sized> Eq for Id<K> {}

impl<K: ?Sized> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: ?Sized> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K: ?Sized> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K: ?Sized> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({:?})", self.text)
    }
}

impl<K: ?Sized> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<K: ?Sized> FromStr for Id<K> {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Self, RequestError> {
        Self::new(text)
    }
}

impl<K: ?Sized> From<&Id<K>> for Id<K> {
    fn from(id: &Id<K>) -> Self {
        id.clone()
    }
}

impl<K: ?Sized> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K: ?Sized> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        field::deserialize(deserializer)
    }
}

impl<K: ?Sized> Field for Id<K> {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        match value {
            Value::Text(text) => Self::new(text).map_err(|_| Fail::invalid("an id")),
            other => Err(other.unexpected("an id")),
        }
    }

    /// A text that can't be an id is none.
    fn optional(value: Value<'_>) -> Result<Option<Self>, Fail> {
        match value {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Self::new(text).ok()),
            other => Err(other.unexpected("an id")),
        }
    }
}

impl<K: ?Sized> AsRef<str> for Id<K> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use crate::id::{ImageId, SourceId};

    #[test]
    fn empty_and_dotted_ids_are_refused_by_name() {
        for text in ["", ".", ".."] {
            let error = ImageId::new(text).unwrap_err();
            assert!(error.to_string().starts_with("id is "), "{error}");
            assert!(serde_json::from_value::<ImageId>(text.into()).is_err());
        }
        assert!(ImageId::new("...").is_ok());
    }

    #[test]
    fn ids_are_written_as_plain_text() {
        let id = SourceId::new("a/b").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""a/b""#);
        assert_eq!(format!("{id:>5}|{id:?}"), r#"  a/b|Id("a/b")"#);
        let text: &str = id.as_ref();
        assert_eq!(text, "a/b");
    }

    #[test]
    fn ids_hash_as_their_texts_do() {
        let state = RandomState::new();
        assert_eq!(state.hash_one(SourceId::new("a").unwrap()), state.hash_one("a"));
    }

    #[test]
    fn ids_are_ordered_as_their_texts_are() {
        let [a, b] = ["a", "b"].map(|id| SourceId::new(id).unwrap());
        assert!(a < b);
        assert_eq!(a.partial_cmp(&b), Some(a.cmp(&b)));
    }
}
