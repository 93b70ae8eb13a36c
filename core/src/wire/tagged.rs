//! Objects with a tag under `type` and the content that belongs to the tag under another key.
//!
//! They are read in one pass, where serde's own tagged enums would buffer the object and read it
//! again. Only if the tag comes after its content, the content is kept as raw text until the tag is
//! known. It may contain credentials: the text is wiped afterwards.

use serde::de::DeserializeSeed;
use serde::ser::{Serialize, SerializeMap, Serializer};
use zeroize::Zeroizing;

use crate::wire::json::Json;
use crate::wire::value::{Fail, Slot};

/// A tagged object whose tag is missing or unknown to this version. It is written back unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    tag: String,
    content: Option<Json>,
}

impl UnknownKind {
    pub(crate) fn new(tag: &str, content: Option<Json>) -> Self {
        Self { tag: tag.to_owned(), content }
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

        impl $crate::wire::field::Field for $name {
            fn of(value: $crate::wire::value::Value<'_>) -> Result<Self, $crate::wire::value::Fail> {
                #[derive(Default)]
                #[allow(non_snake_case, reason = "named as the variants")]
                struct Slots {
                    tag: Option<String>,
                    /// What the content means isn't known before the tag.
                    early: Option<$crate::wire::json::Json>,
                    $($variant: Option<$content>,)+
                }

                impl $crate::wire::value::Fields for Slots {
                    fn slot(&mut self, key: &str) -> $crate::wire::value::Slot<'_> {
                        use $crate::wire::field::Field;

                        match (key, self.tag.as_deref()) {
                            ("type", _) => Field::slot(&mut self.tag),
                            $(($key, Some($tag)) => Field::slot(&mut self.$variant),)+
                            ($key, _) => $crate::wire::value::Slot::Json(&mut self.early),
                            _ => $crate::wire::value::Slot::Skip,
                        }
                    }
                }

                let mut slots = Slots::default();
                value.fields(&mut slots)?;
                match slots.tag.as_deref().unwrap_or_default() {
                    $($tag => {
                        // Of equal keys, the last one counts.
                        let early = slots.early.filter(|_| slots.$variant.is_none());
                        let slot = $crate::wire::field::Field::slot(&mut slots.$variant);
                        $crate::wire::tagged::read_late(slot, early)?;
                        Ok(Self::$variant(slots.$variant.unwrap_or_default()))
                    })+
                    $($($bare_tag => Ok(Self::$bare),)+)?
                    other => {
                        let unknown = $crate::wire::tagged::UnknownKind::new(other, slots.early);
                        Ok(Self::Unknown(unknown))
                    }
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::field::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::wire::tagged::write;
                let kind = self.kind();
                match self {
                    $(Self::$variant(content) => write(serializer, $key, kind, Some(content)),)+
                    $($(Self::$bare => write(serializer, $key, kind, None::<&()>),)+)?
                    Self::Unknown(unknown) => {
                        write(serializer, $key, kind, unknown.content())
                    }
                }
            }
        }
    };
}
pub(crate) use tagged;

/// Reads content that came before its tag.
pub(crate) fn read_late(slot: Slot<'_>, early: Option<Json>) -> Result<(), Fail> {
    match (slot, early) {
        (_, None) => Ok(()),
        (Slot::Json(json), early) => {
            *json = early;
            Ok(())
        }
        (slot, Some(early)) => {
            let text = Zeroizing::new(<Box<str>>::from(early));
            // With the dot, serde_json doesn't take the position in the content for its own.
            slot.deserialize(&mut serde_json::Deserializer::from_str(&text))
                .map_err(|error| Fail::new(format!("{error}.")))
        }
    }
}

/// Writes a tagged object.
pub(crate) fn write<S: Serializer>(
    serializer: S,
    key: &'static str,
    tag: &str,
    content: Option<&impl Serialize>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1 + usize::from(content.is_some())))?;
    map.serialize_entry("type", tag)?;
    if let Some(content) = content {
        map.serialize_entry(key, content)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use crate::model::{DockerHub, Origin};

    #[test]
    fn of_equal_keys_the_last_one_counts_before_and_after_the_tag() {
        let (a, b) = (r#""details":{"target":"a"}"#, r#""details":{"target":"b"}"#);
        let tag = r#""type":"docker-hub""#;
        for fields in [[tag, a, b], [a, tag, b], [a, b, tag]] {
            let origin: Origin =
                serde_json::from_str(&format!("{{{}}}", fields.join(","))).unwrap();
            assert_eq!(origin, DockerHub::new("b").into(), "{fields:?}");
        }
    }
}
