//! Lenient reading. The service is written in Go: it sends `null` for an empty list or map, and an
//! empty string or the zero time for an absent value. Each function is used as a field's
//! `deserialize_with`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::wire::id::Id;
use crate::wire::object::Object;

/// The most records of a response, and the most entries of any list or map in it: 100,000, far more
/// than on any page. A response with more is refused: decoded, a response of a few megabytes could
/// need gigabytes of memory.
pub const MAX_RECORDS: usize = 100_000;

/// Reads `null` as the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    let value = Option::deserialize(deserializer)?;
    Ok(value.map_or_else(T::default, |Object(value)| value))
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

/// Refuses more entries than a list or a map may have.
fn bounded<E: Error>(count: usize) -> Result<(), E> {
    if count < MAX_RECORDS { Ok(()) } else { Err(E::invalid_length(count, &"fewer entries")) }
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
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_none<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_some<D: Deserializer<'de>>(self, list: D) -> Result<Vec<T>, D::Error> {
            list.deserialize_seq(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(element) = seq.next_element::<Option<Object<T>>>()? {
                if let Some(Object(element)) = element {
                    bounded(list.len())?;
                    list.push(element);
                }
            }
            Ok(list)
        }
    }

    deserializer.deserialize_option(List(PhantomData))
}

/// Reads `null` as an empty map, and leaves out entries that are `null`.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(Map(|value: Option<Object<T>>| Some(value?.0)))
}

/// Reads `null` as an empty map of strings, and an entry that is `null` as an empty string.
pub(crate) fn texts<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_option(Map(|text: Option<String>| Some(text.unwrap_or_default())))
}

/// Reads `null` as an empty map of whole numbers, and leaves out entries that are `null`.
pub(crate) fn counts<'de, D>(deserializer: D) -> Result<BTreeMap<String, u64>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_option(Map(|count: Option<Whole>| Some(count?.0)))
}

/// A map of times, each of which may be never.
pub(crate) mod times {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Map, or_never};
    use crate::wire::timestamp::Timestamp;

    #[derive(Deserialize, Serialize)]
    #[serde(transparent)]
    struct Time(#[serde(with = "or_never")] Option<Timestamp>);

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Option<Timestamp>>, D::Error> {
        deserializer.deserialize_option(Map(|Time(time)| Some(time)))
    }

    pub(crate) fn serialize<S: Serializer>(
        times: &BTreeMap<String, Option<Timestamp>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(times.iter().map(|(name, time)| (name, Time(*time))))
    }
}

/// A map, with the function that converts its entries or leaves them out.
struct Map<E, T>(fn(E) -> Option<T>);

impl<'de, E: Deserialize<'de>, T> Visitor<'de> for Map<E, T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
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
                bounded(map.len())?;
                map.insert(key, value);
            }
        }
        Ok(map)
    }
}
