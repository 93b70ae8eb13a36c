//! The second pass over includes: a malformed resource is skipped, and the others are kept.
//!
//! Includes are structs of maps, and this module has no list of their fields. It relies on how
//! serde reads: a map entry by entry, with [`MapAccess::next_entry`], and the fields of a struct
//! with [`MapAccess::next_value`]. So an entry of a map that can't be decoded is left out, and a
//! field of a struct that can't is read as `null`.

use std::borrow::Cow;

use serde::de::value::{StrDeserializer, UnitDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use crate::document::reading::SkippedParts;
use crate::error::JsonPath;
use crate::wire::lenient::MAX_RECORDS;
use crate::wire::lenient::Text;

/// The includes, or one of their maps.
pub(crate) struct Part<'r, 'de> {
    pub(crate) value: &'de RawValue,
    pub(crate) path: &'r JsonPath,
    pub(crate) skips: &'r mut SkippedParts,
}

impl<'de> Deserializer<'de> for Part<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let mut value = serde_json::Deserializer::from_str(self.value.get());
        if self.value.get().starts_with('{') {
            value.deserialize_map(Entries { visitor, path: self.path, skips: self.skips })
        } else {
            value.deserialize_any(visitor)
        }
    }

    // serde's derived code would read a struct from an array as well.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let mut value = serde_json::Deserializer::from_str(self.value.get());
        value.deserialize_map(Entries { visitor, path: self.path, skips: self.skips })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.value.get() {
            "null" => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    // serde_json recognizes a raw value by the name of its type.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let mut value = serde_json::Deserializer::from_str(self.value.get());
        value.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let mut value = serde_json::Deserializer::from_str(self.value.get());
        value.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// Passes the entries of an object to a visitor, without those that can't be decoded.
struct Entries<'r, V> {
    visitor: V,
    path: &'r JsonPath,
    skips: &'r mut SkippedParts,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Entries<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { visitor, path, skips } = self;
        visitor.visit_map(Readable { map, path, skips, key: Cow::Borrowed("") })
    }
}

struct Readable<'r, 'de, A> {
    map: A,
    path: &'r JsonPath,
    skips: &'r mut SkippedParts,
    key: Cow<'de, str>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Readable<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Text(key)) = self.map.next_key()? else { return Ok(None) };
        self.key = key;
        seed.deserialize(StrDeserializer::new(&self.key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let value = self.map.next_value::<&RawValue>()?;
        let path = self.path.clone().key(&self.key);
        let part = Part { value, path: &path, skips: self.skips };
        seed.deserialize(part).map_err(A::Error::custom)
    }

    fn next_value<V: Deserialize<'de>>(&mut self) -> Result<V, A::Error> {
        let value = self.map.next_value::<&RawValue>()?;
        let path = self.path.clone().key(&self.key);
        let part = Part { value, path: &path, skips: self.skips };
        V::deserialize(part).or_else(|error| {
            let empty = V::deserialize(UnitDeserializer::<A::Error>::new())?;
            self.skips.add(value, &error, &|| path.clone());
            Ok(empty)
        })
    }

    fn next_entry<K: Deserialize<'de>, V: Deserialize<'de>>(
        &mut self,
    ) -> Result<Option<(K, V)>, A::Error> {
        while let Some((Text(key), value)) = self.map.next_entry::<Text<'de>, &RawValue>()? {
            match serde_json::from_str(value.get()) {
                Ok(value) => {
                    let key = K::deserialize(StrDeserializer::new(&key))?;
                    return Ok(Some((key, value)));
                }
                Err(error) if self.skips.total < MAX_RECORDS => {
                    self.skips.add(value, &error, &|| self.path.clone().key(&key));
                }
                Err(error) => return Err(A::Error::custom(error)),
            }
        }
        Ok(None)
    }
}
