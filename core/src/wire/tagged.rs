//! Objects that name their kind under `type` and keep what belongs to the kind under another key.
//!
//! They are read in one pass, where serde's own tagged enums would buffer and read again. Only when
//! the kind stands behind its content is the content kept aside as raw text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::UnitDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::wire::json::Json;
use crate::wire::lenient::Text;

/// What a tagged object says about itself.
pub(crate) trait Tagged: Sized {
    /// The key of the content.
    const CONTENT: &'static str;

    /// Reads the content of the kind `tag`. Absent content is read as `null` is.
    fn read<'de, D: Deserializer<'de>>(tag: &str, content: D) -> Result<Self, D::Error>;
}

/// A kind that this version doesn't know, or that the platform didn't name, kept as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    tag: String,
    content: Option<Json>,
}

impl UnknownKind {
    pub(crate) fn read<'de, D>(tag: &str, content: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
    {
        let content = serde::Deserialize::deserialize(content)?;
        Ok(Self { tag: tag.to_owned(), content })
    }

    /// The kind as the platform wrote it under `type`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.tag
    }

    /// What the platform wrote about it, if anything.
    #[must_use]
    pub fn content(&self) -> Option<&Json> {
        self.content.as_ref()
    }
}

pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Tagged,
{
    deserializer.deserialize_map(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Tagged> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut tag: Option<Text<'de>> = None;
        let mut early: Option<Json> = None;
        let mut value = None;
        while let Some(key) = map.next_key_seed(KeyOf(T::CONTENT))? {
            match (key, &tag) {
                (Key::Type, _) => tag = map.next_value()?,
                (Key::Content, Some(tag)) => {
                    value = Some(map.next_value_seed(Content::<T>(&tag.0, PhantomData))?);
                }
                (Key::Content, None) => early = map.next_value()?,
                (Key::Other, _) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let tag = tag.as_ref().map_or("", |tag| &tag.0);
        match (value, early) {
            (Some(value), _) => Ok(value),
            (None, Some(content)) => {
                T::read(tag, &mut serde_json::Deserializer::from_str(content.as_str()))
                    .map_err(A::Error::custom)
            }
            (None, None) => T::read(tag, UnitDeserializer::new()),
        }
    }
}

struct Content<'a, T>(&'a str, PhantomData<T>);

impl<'de, T: Tagged> DeserializeSeed<'de> for Content<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, content: D) -> Result<T, D::Error> {
        T::read(self.0, content)
    }
}

enum Key {
    Type,
    Content,
    Other,
}

struct KeyOf(&'static str);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Key, D::Error> {
        key.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeyOf {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "type" => Key::Type,
            key if key == self.0 => Key::Content,
            _ => Key::Other,
        })
    }
}

/// Writes an object of a kind.
pub(crate) fn write<T: Tagged, S: Serializer>(
    serializer: S,
    tag: &str,
    content: Option<&impl Serialize>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1 + usize::from(content.is_some())))?;
    map.serialize_entry("type", tag)?;
    if let Some(content) = content {
        map.serialize_entry(T::CONTENT, content)?;
    }
    map.end()
}
