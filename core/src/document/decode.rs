//! Decoding of the root document: as a whole, which succeeds for what the platform documents, or
//! else record by record and include by include, to skip what is malformed.

use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::skipped::Skips;
use crate::error::{DecodeError, JsonPath};
use crate::wire::budget;
use crate::wire::field::{self, Field};
use crate::wire::value::{Fail, Value};

#[derive(Deserialize)]
#[serde(expecting = "an object with `data`")]
struct Root<D, I> {
    data: D,
    includes: Option<I>,
    error: Option<IgnoredAny>,
}

/// Decodes the document of one record.
pub(super) fn one<T, I>(body: &str) -> Result<(T, I, Skips), DecodeError>
where
    T: DeserializeOwned,
    I: DeserializeOwned + Default,
{
    document(body, |data, _| value(data))
}

/// Decodes the document of a list.
pub(super) fn list<T, I>(body: &str) -> Result<(Vec<T>, I, Skips), DecodeError>
where
    T: DeserializeOwned,
    I: DeserializeOwned + Default,
{
    let (Records(records), includes, skips) = document(body, |data, skips| {
        if !data.get().starts_with('[') {
            return value(data);
        }
        let mut records = Vec::new();
        for_each(data, &mut |index, _, json| {
            match serde_json::from_str(json.get()) {
                // If it exceeds the budget, the response is an error.
                Ok(record) => _ = budget::push(&mut records, record),
                Err(error) => skips.add(json, || {
                    let path = JsonPath::default().key("data").index(index);
                    DecodeError::of(json.get(), &error).within(&path)
                }),
            }
        });
        Ok(Records(records))
    })?;
    Ok((records, includes, skips))
}

/// Decodes a document. If a part of it is malformed, `salvage` decodes the data.
fn document<D, I>(
    body: &str,
    salvage: impl FnOnce(&RawValue, &mut Skips) -> Result<D, DecodeError>,
) -> Result<(D, I, Skips), DecodeError>
where
    D: DeserializeOwned,
    I: DeserializeOwned + Default,
{
    require_object(body)?;
    let whole = {
        let _reset = budget::of_response(body.len());
        let root = serde_json::from_str::<Root<D, I>>(body);
        if budget::is_exceeded() {
            let exceeded = |error| DecodeError::of(body, &error);
            return Err(root.map_or_else(exceeded, |_| DecodeError::too_large()));
        }
        root
    };
    match whole {
        Ok(Root { error: Some(_), .. }) => return Err(DecodeError::an_error()),
        Ok(Root { data, includes, .. }) => {
            return Ok((data, includes.unwrap_or_default(), Skips::default()));
        }
        Err(_) => {}
    }
    let _reset = budget::of_response(body.len());
    let (data, includes) = parts(body)?;
    let mut skips = Skips::default();
    let data = salvage(data, &mut skips)?;
    let includes = includes.map_or_else(I::default, |json| salvage_includes(json, &mut skips));
    if budget::is_exceeded() { Err(DecodeError::too_large()) } else { Ok((data, includes, skips)) }
}

/// serde's derived code would also read a struct from a list of its fields.
fn require_object(body: &str) -> Result<(), DecodeError> {
    struct Refused;

    impl Field for Refused {
        fn of(value: Value<'_>) -> Result<Self, Fail> {
            Err(value.unexpected("an object with `data`"))
        }
    }

    if body.trim_ascii_start().starts_with('{') {
        return Ok(());
    }
    let refused: Result<Refused, _> =
        field::deserialize(&mut serde_json::Deserializer::from_str(body));
    refused.map(drop).map_err(|error| DecodeError::of(body, &error))
}

/// The data and the includes of a document, as text.
fn parts(body: &str) -> Result<(&RawValue, Option<&RawValue>), DecodeError> {
    match serde_json::from_str(body).map_err(|error| DecodeError::of(body, &error))? {
        Root { error: Some(_), .. } => Err(DecodeError::an_error()),
        Root { data, includes, .. } => Ok((data, includes)),
    }
}

fn value<D: DeserializeOwned>(data: &RawValue) -> Result<D, DecodeError> {
    serde_json::from_str(data.get()).map_err(|error| {
        DecodeError::of(data.get(), &error).within(&JsonPath::default().key("data"))
    })
}

/// The records of a list, none of which may be malformed.
struct Records<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Records<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A missing list is no optional one.
        deserializer.deserialize_any(RecordsVisitor(Vec::new()))
    }
}

struct RecordsVisitor<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RecordsVisitor<T> {
    type Value = Records<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Records<T>, E> {
        Ok(Records(self.0))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Records<T>, A::Error> {
        while let Some(record) = list.next_element()? {
            budget::push(&mut self.0, record).map_err(|_| A::Error::custom(budget::EXCEEDED))?;
        }
        Ok(Records(self.0))
    }
}

/// Decodes the includes without those that are malformed.
fn salvage_includes<I: DeserializeOwned + Default>(json: &RawValue, skips: &mut Skips) -> I {
    let check = |text: &str| {
        let _reset = budget::of_trial();
        serde_json::from_str::<I>(text).map(drop)
    };
    let kept = Zeroizing::new(String::with_capacity(json.get().len()));
    let mut sieve = Sieve { check: &check, kept, skips };
    sieve.sift(&Place::default(), json, true);
    serde_json::from_str(&sieve.kept).unwrap_or_default()
}

/// How deep structs in includes may be nested for a map in them to be read entry by entry.
const MAX_DEPTH: usize = 4;

/// Finds out which of the includes can be decoded. They are structs of maps of records, whose
/// fields only serde knows: so each record is decoded on its own, in includes without others.
struct Sieve<'a> {
    /// Decodes includes.
    check: &'a dyn Fn(&str) -> Result<(), serde_json::Error>,
    /// The JSON of the includes that can be decoded.
    kept: Zeroizing<String>,
    skips: &'a mut Skips,
}

/// A place in the includes: the keys that lead to it, as JSON, and their number.
#[derive(Default)]
struct Place {
    keys: String,
    depth: usize,
}

impl Place {
    fn with(&self, json: &str) -> Zeroizing<String> {
        let mut text = String::with_capacity(self.keys.len() + json.len() + self.depth);
        text.push_str(&self.keys);
        text.push_str(json);
        text.extend(std::iter::repeat_n('}', self.depth));
        Zeroizing::new(text)
    }
}

impl Sieve<'_> {
    /// Appends to the kept JSON what can be decoded of a value: of a struct its fields, of a map
    /// its entries, of a record all or nothing. Returns whether it is anything.
    fn sift(&mut self, place: &Place, json: &RawValue, may_be_parted: bool) -> bool {
        let text = place.with(json.get());
        let Err(error) = (self.check)(&text) else {
            self.kept.push_str(json.get());
            return true;
        };
        let is = |probe: &str| (self.check)(&place.with(probe)).is_ok();
        let may_be_parted = may_be_parted && place.depth < MAX_DEPTH;
        if !(may_be_parted && json.get().starts_with('{') && is("{}")) {
            let includes = JsonPath::default().key("includes");
            self.skips.add(json, || DecodeError::of(&text, &error).within(&includes));
            return false;
        }
        // A struct ignores an unknown field, a map has an entry that isn't a record.
        let is_struct = is(r#"{"":[[0]]}"#);
        let before = self.kept.len();
        for_each(json, &mut |_, key, value| {
            let inner = Place { keys: format!("{}{{{key}:", place.keys), depth: place.depth + 1 };
            let end = self.kept.len();
            self.kept.push(if end == before { '{' } else { ',' });
            self.kept.push_str(key);
            self.kept.push(':');
            if !self.sift(&inner, value, is_struct) {
                self.kept.truncate(end);
            }
        });
        let is_empty = self.kept.len() == before;
        self.kept.push_str(if is_empty { "{}" } else { "}" });
        true
    }
}

/// Calls a function with each element of a list and its index, or each entry of an object and its
/// key in JSON, within the budget.
fn for_each<'a>(json: &'a RawValue, each: &mut dyn FnMut(usize, &'a str, &'a RawValue)) {
    struct Each<'f, 'a>(&'f mut dyn FnMut(usize, &'a str, &'a RawValue));

    impl<'a> Visitor<'a> for Each<'_, 'a> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list or an object")
        }

        fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
            let mut index = 0;
            while let Some(element) = list.next_element()? {
                if budget::is_exceeded() {
                    break;
                }
                (self.0)(index, "", element);
                index += 1;
            }
            Ok(())
        }

        fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some((key, value)) = map.next_entry::<&RawValue, _>()? {
                if budget::is_exceeded() {
                    break;
                }
                (self.0)(0, key.get(), value);
            }
            Ok(())
        }
    }

    // A raw value has been parsed: there can be no error but that it wasn't read to its end.
    _ = serde_json::Deserializer::from_str(json.get()).deserialize_any(Each(each));
}
