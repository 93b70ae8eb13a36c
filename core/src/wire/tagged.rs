//! Objects with a tag under `type` and the content that belongs to the tag under another key.
//!
//! They are read in one pass, where serde's own tagged enums would buffer the object and read it
//! again. Only if the tag comes after its content, the content is kept as raw text until the tag is
//! known. It may contain credentials: the text is wiped afterwards.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::UnitDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::wire::json::Json;
use crate::wire::lenient::Text;

/// An enumeration of tagged objects.
pub(crate) trait Tagged: Sized {
    /// The key of the content.
    const CONTENT: &'static str;

    /// Reads the content that belongs to `tag`. Absent content is read as `null`.
    fn read<'de, D: Deserializer<'de>>(tag: &str, content: D) -> Result<Self, D::Error>;
}

/// A tagged object whose tag is missing or unknown to this version. It is written back unchanged.
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

    /// The tag: the value of `type`, or an empty string if it is missing.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.tag
    }

    /// The content that belongs to the tag, if there is any.
    #[must_use]
    pub fn content(&self) -> Option<&Json> {
        self.content.as_ref()
    }
}

/// Declares an enumeration of tagged objects as a table: a variant, its content and its tag a line.
///
/// A macro, since the traits it implements are serde's and std's: no trait of ours could.
macro_rules! tagged {
    (
        $(#[$meta:meta])*
        pub enum $name:ident($key:literal) {
            $($(#[$variant_meta:meta])* $variant:ident($content:ty) = $tag:literal,)+
        }
        $(without content {
            $($(#[$bare_meta:meta])* $bare:ident = $bare_tag:literal,)+
        })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant($content),)+
            $($($(#[$bare_meta])* $bare,)+)?
            /// A tag that this version doesn't know. It is kept, and written back unchanged.
            Unknown($crate::wire::tagged::UnknownKind),
        }

        impl $name {
            /// The tag: the value of `type` in the platform's JSON.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $tag,)+
                    $($(Self::$bare => $bare_tag,)+)?
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }
        }

        $(impl From<$content> for $name {
            fn from(content: $content) -> Self {
                Self::$variant(content)
            }
        })+

        impl $crate::wire::tagged::Tagged for $name {
            const CONTENT: &'static str = $key;

            fn read<'de, D: serde::Deserializer<'de>>(
                tag: &str,
                content: D,
            ) -> Result<Self, D::Error> {
                match tag {
                    $($tag => $crate::wire::lenient::or_default(content).map(Self::$variant),)+
                    $($($bare_tag => {
                        <serde::de::IgnoredAny as serde::Deserialize>::deserialize(content)
                            .map(|_| Self::$bare)
                    })+)?
                    other => $crate::wire::tagged::UnknownKind::read(other, content)
                        .map(Self::Unknown),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::tagged::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::wire::tagged::write;
                let kind = self.kind();
                match self {
                    $(Self::$variant(content) => write::<Self, S>(serializer, kind, Some(content)),)+
                    $($(Self::$bare => write::<Self, S>(serializer, kind, None::<&()>),)+)?
                    Self::Unknown(unknown) => {
                        write::<Self, S>(serializer, kind, unknown.content())
                    }
                }
            }
        }
    };
}
pub(crate) use tagged;

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
        let mut early: Option<Zeroizing<Box<str>>> = None;
        let mut value = None;
        while let Some(key) = map.next_key_seed(KeyOf(T::CONTENT))? {
            match (key, &tag) {
                (Key::Type, _) => tag = map.next_value()?,
                (Key::Content, Some(tag)) => {
                    value = Some(map.next_value_seed(Content::<T>(&tag.0, PhantomData))?);
                }
                // What the content means isn't known before the tag: keep it as text.
                (Key::Content, None) => {
                    let content = map.next_value::<Box<RawValue>>()?;
                    early = Some(Zeroizing::new(content.into()));
                }
                (Key::Other, _) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let tag = tag.as_ref().map_or("", |tag| &tag.0);
        match (value, early) {
            (Some(value), _) => Ok(value),
            (None, Some(content)) => {
                // With the dot, serde_json doesn't take the position in the content for its own.
                T::read(tag, &mut serde_json::Deserializer::from_str(&content))
                    .map_err(|error| A::Error::custom(format!("{error}.")))
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

/// Writes a tagged object.
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
