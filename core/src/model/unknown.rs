use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Serialize, Serializer};

use crate::wire::budget;
use crate::wire::json::Json;
use crate::wire::lenient::Text;
use crate::wire::redact::Secrets;

/// Properties that this version doesn't know, of objects that can be sent back. They are written as
/// they were read. `Debug` shows only their names, as they may be credentials.
#[allow(clippy::box_collection, reason = "a pointer, where a record mostly has none of them")]
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Unknown(Option<Box<BTreeMap<String, Json>>>);

impl Unknown {
    /// Adds all strings: any of them may be a credential.
    pub(crate) fn add_to(&self, secrets: &mut Secrets<'_>) {
        self.entries().for_each(|(_, value)| _ = secrets.json(value));
    }

    fn entries(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.0.iter().flat_map(|entries| entries.iter())
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries().map(|(name, _)| name)).finish()
    }
}

/// Implements serde's traits of a struct with a field `unknown`. serde's own `flatten` would read
/// the properties into a tree, and numbers in it would change.
///
/// The struct derives the traits with `#[serde(remote = "Self")]`, and its field has
/// `#[serde(flatten, skip_deserializing)]`.
macro_rules! keeps_unknown {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(object: D) -> Result<Self, D::Error> {
                let mut unknown = $crate::model::Unknown::default();
                let known = $crate::model::unknown::Known::new(object, &mut unknown);
                let known = Self::deserialize(known)?;
                Ok(Self { unknown, ..known })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    };
}
pub(crate) use keeps_unknown;

/// Reads a struct from the properties that it has fields for, and keeps the others.
pub(crate) struct Known<'u, D> {
    object: D,
    fields: &'static [&'static str],
    unknown: &'u mut Unknown,
}

impl<'u, D> Known<'u, D> {
    pub(crate) fn new(object: D, unknown: &'u mut Unknown) -> Self {
        Self { object, fields: &[], unknown }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Known<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self { object, unknown, .. } = self;
        object.deserialize_map(Known { object: visitor, fields, unknown })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.object.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Known<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { object: visitor, fields, unknown } = self;
        visitor.visit_map(Known { object: map, fields, unknown })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Known<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Text(key)) = self.object.next_key()? {
            if self.fields.contains(&&*key) {
                return seed.deserialize(StrDeserializer::new(&key)).map(Some);
            }
            let value = self.object.next_value()?;
            budget::insert(self.unknown.0.get_or_insert_default(), key.into_owned(), value)?;
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.object.next_value_seed(seed)
    }
}
