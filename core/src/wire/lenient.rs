//! Lenient reading. The service is written in Go: it sends `null` for an empty list or map, and an
//! empty string or the zero time for an absent value. Each function is used as a field's
//! `deserialize_with`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::wire::budget;
use crate::wire::id::Id;
use crate::wire::object::Object;

/// Reads `null` as the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    let value = Option::deserialize(deserializer)?;
    Ok(value.map_or_else(T::default, |Object(value)| value))
}

/// Reads an object that may be absent.
pub(crate) fn maybe<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.map(|Object(value)| value))
}

/// Reads an object that must be there.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Object::deserialize(deserializer).map(|Object(value)| value)
}

/// Reads an id that may be absent: `null`, and the empty string, which the platform writes for no id.
pub(crate) fn or_none<'de, D, K: ?Sized>(deserializer: D) -> Result<Option<Id<K>>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| Id::new(text).ok()))
}

/// A time that may be *never*, which is written as the zero time.
pub(crate) mod or_never {
    use serde::{Deserializer, Serializer};

    use crate::wire::timestamp::Timestamp;

    pub(crate) fn serialize<S>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
    {
        serializer.collect_str(&time.unwrap_or(Timestamp::ZERO))
    }

    pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<Option<Timestamp>, D::Error>
    where
        D: Deserializer<'de>,
    {
        Timestamp::read_or_never(deserializer)
    }
}

/// Reads a whole number, and `null` as zero.
pub(crate) fn whole<'de, D, N>(deserializer: D) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<u64>,
{
    Whole::deserialize(deserializer).map(|Whole(number)| number)
}

/// A whole number in any JSON notation: `1024`, `1024.0` or `1.024e3`.
struct Whole<N = u64>(N);

impl<'de, N: TryFrom<u64>> Deserialize<'de> for Whole<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Number(PhantomData)).map(Self)
    }
}

#[derive(Default)]
struct Number<N>(PhantomData<N>);

impl<'de, N: TryFrom<u64>> Visitor<'de> for Number<N> {
    type Value = N;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_none<E: Error>(self) -> Result<N, E> {
        self.visit_u64(0)
    }

    fn visit_some<D: Deserializer<'de>>(self, number: D) -> Result<N, D::Error> {
        number.deserialize_u64(self)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<N, E> {
        N::try_from(number)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &"a smaller number"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<N, E> {
        // 2^50. Below it, floats are dense enough that a rounding error of serde_json can't turn a
        // fraction into a whole number.
        const EXACT: f64 = 1_125_899_906_842_624.0;
        if number.fract() == 0.0 && (0.0..=EXACT).contains(&number) {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole, and in range"
            )]
            return self.visit_u64(number as u64);
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }
}

/// Reads `null` and the empty string as absent.
pub(crate) fn text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(T::from))
}

/// Reads a value of a string enumeration; `null` and the empty string are absent.
pub(crate) fn word<'de, D, W>(deserializer: D) -> Result<Option<W>, D::Error>
where
    D: Deserializer<'de>,
    W: for<'a> From<&'a str>,
{
    let word = Option::<Text>::deserialize(deserializer)?;
    Ok(word.filter(|word| !word.0.is_empty()).map(|word| W::from(&word.0)))
}

/// A string that is only compared: it is copied only if it contains escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Reads `null` as an empty list, and leaves out elements that are `null`.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer
        .deserialize_option(List(|element: Option<Object<T>>| Some(element?.0), PhantomData))
}

/// Reads `null` as an empty list. Elements that are `null` are errors as others are.
pub(crate) fn records<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(List(|Object(record)| Some(record), PhantomData))
}

/// A list, with the function that converts its elements or leaves them out.
struct List<E, F>(F, PhantomData<E>);

impl<'de, E: Deserialize<'de>, T, F: Fn(E) -> Option<T>> Visitor<'de> for List<E, F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<U>(self) -> Result<Vec<T>, U> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, list: D) -> Result<Vec<T>, D::Error> {
        list.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            if let Some(element) = self.0(element) {
                budget::push(&mut list, element)?;
            }
        }
        Ok(list)
    }
}

/// Reads `null` as an empty map, and leaves out entries that are `null`.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(Map(|value: Option<Object<T>>| Some(value?.0), PhantomData))
}

/// Reads `null` as an empty map of lists, and leaves out entries and elements that are `null`.
pub(crate) fn lists<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(bound = "T: Deserialize<'de>")]
    struct Elements<T>(#[serde(deserialize_with = "list")] Vec<T>);

    deserializer.deserialize_option(Map(|Elements(list)| Some(list), PhantomData))
}

/// Reads `null` as an empty map of strings. An entry that is `null` is an empty string, numbers and
/// booleans are text, and lists and objects are left out.
pub(crate) fn texts<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_option(Map(|Entry::<AnyText, _>(text, _)| text, PhantomData))
}

/// Reads a map of strings as [`texts`] does, and `null` as `None`.
pub(crate) fn optional_texts<'de, D>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    struct Texts(#[serde(deserialize_with = "texts")] BTreeMap<String, String>);

    Ok(Option::deserialize(deserializer)?.map(|Texts(texts)| texts))
}

/// Reads `null` as an empty map of whole numbers, and leaves out entries that are something else.
pub(crate) fn counts<'de, D>(deserializer: D) -> Result<BTreeMap<String, u64>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_option(Map(|Entry::<Number<u64>, _>(count, _)| count, PhantomData))
}

/// A map of times, each of which may be never. Entries that are no string are left out.
pub(crate) mod times {
    use std::collections::BTreeMap;
    use std::marker::PhantomData;

    use serde::{Deserializer, Serialize, Serializer};

    use super::{Entry, Map, or_never};
    use crate::wire::timestamp::{OrNever, Timestamp};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Option<Timestamp>>, D::Error> {
        deserializer.deserialize_option(Map(|Entry::<OrNever, _>(time, _)| time, PhantomData))
    }

    pub(crate) fn serialize<S: Serializer>(
        times: &BTreeMap<String, Option<Timestamp>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(transparent)]
        struct Time(#[serde(with = "or_never")] Option<Timestamp>);

        serializer.collect_map(times.iter().map(|(name, time)| (name, Time(*time))))
    }
}

/// A map, with the function that converts its entries or leaves them out.
struct Map<E, F>(F, PhantomData<E>);

impl<'de, E: Deserialize<'de>, T, F: Fn(E) -> Option<T>> Visitor<'de> for Map<E, F> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_none<U>(self) -> Result<Self::Value, U> {
        Ok(BTreeMap::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, map: D) -> Result<Self::Value, D::Error> {
        map.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            if let Some(value) = self.0(value) {
                budget::insert(&mut map, key, value)?;
            }
        }
        Ok(map)
    }
}

/// An entry of a map, as the visitor `V` reads it. It is `None` if it can't be read.
struct Entry<V, T>(Option<T>, PhantomData<V>);

impl<'de, V: Visitor<'de, Value = T> + Default, T> Deserialize<'de> for Entry<V, T> {
    fn deserialize<D: Deserializer<'de>>(entry: D) -> Result<Self, D::Error> {
        Ok(Self(entry.deserialize_any(Tolerant(V::default()))?, PhantomData))
    }
}

/// Reads `None` where a visitor refuses a value.
struct Tolerant<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Tolerant<V> {
    type Value = Option<V::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.0.visit_bool::<E>(value).ok())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.0.visit_i64::<E>(value).ok())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.0.visit_u64::<E>(value).ok())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(self.0.visit_f64::<E>(value).ok())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.0.visit_str::<E>(value).ok())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.0.visit_unit::<E>().ok())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map).map(|_| None)
    }
}

/// A scalar as text.
#[derive(Default)]
struct AnyText;

impl Visitor<'_> for AnyText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }
}
