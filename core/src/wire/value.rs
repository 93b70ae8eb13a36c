//! JSON values, as a deserializer reads them.
//!
//! Models are read through these traits, which have no type parameters: so the reading of a model
//! is compiled once, and serde's part once for each deserializer.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::wire::json::Json;

/// A value. What isn't read of a list or an object is skipped.
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'a str),
    List(&'a mut dyn List),
    Object(&'a mut dyn Object),
}

/// Why a value can't be read: a message in the form of serde's, from which a `DecodeError` takes
/// what was expected, or nothing if the deserializer has the error. It is small, as every value is
/// returned with it.
#[derive(Debug)]
#[allow(clippy::box_collection, reason = "one word")]
pub(crate) struct Fail(Option<Box<String>>);

impl Fail {
    const DESERIALIZER: Self = Self(None);

    #[cold]
    pub(crate) fn new(message: String) -> Self {
        Self(Some(Box::new(message)))
    }

    #[cold]
    pub(crate) fn invalid(expected: &str) -> Self {
        Self::new(format!("invalid value, expected {expected}"))
    }

    #[cold]
    pub(crate) fn missing(field: &str) -> Self {
        Self::new(format!("missing field `{field}`"))
    }

    /// The error of a deserializer, which is `error` if it is its own.
    #[cold]
    pub(crate) fn into_error<E: Error>(self, error: Option<E>) -> E {
        match (self.0, error) {
            (Some(message), _) => E::custom(message),
            (None, Some(error)) => error,
            (None, None) => E::custom("unexpected value"),
        }
    }
}

impl Value<'_> {
    /// The error of a value of another type than expected.
    #[cold]
    pub(crate) fn unexpected(&self, expected: &str) -> Fail {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Unsigned(_) | Self::Signed(_) | Self::Float(_) => "integer",
            Self::Text(_) => "string",
            Self::List(_) => "sequence",
            Self::Object(_) => "map",
        };
        Fail::new(format!("invalid type: {found}, expected {expected}"))
    }

    /// Reads a number that is an object of its text: serde_json has it so, but for small integers,
    /// if any crate of the program has its feature `arbitrary_precision`.
    pub(crate) fn or_number(self) -> Result<Self, Fail> {
        let Self::Object(object) = self else { return Ok(self) };
        let mut number = Number(None);
        object.read(&mut number)?;
        Ok(number.0.map_or(Self::Object(object), Self::Float))
    }

    /// Reads the fields of an object.
    pub(crate) fn fields(self, fields: &mut dyn Fields) -> Result<(), Fail> {
        match self {
            Self::Object(object) => object.read(fields),
            other => Err(other.unexpected("an object")),
        }
    }
}

/// Takes a value.
pub(crate) trait Sink {
    fn take(&mut self, value: Value<'_>) -> Result<(), Fail>;
}

/// Where the value of a field goes.
pub(crate) enum Slot<'a> {
    Value(&'a mut dyn Sink),
    /// It is kept as text; `null` is `None`.
    Json(&'a mut Option<Json>),
    Skip,
}

/// The fields of an object.
pub(crate) trait Fields {
    fn slot(&mut self, key: &str) -> Slot<'_>;
}

struct Number(Option<f64>);

impl Fields for Number {
    fn slot(&mut self, key: &str) -> Slot<'_> {
        if key == "$serde_json::private::Number" { Slot::Value(self) } else { Slot::Skip }
    }
}

impl Sink for Number {
    fn take(&mut self, value: Value<'_>) -> Result<(), Fail> {
        if let Value::Text(text) = value {
            self.0 = serde_json::from_str(text).ok();
        }
        Ok(())
    }
}

/// The elements of a list that were not read yet.
pub(crate) trait List {
    fn read(&mut self, sink: &mut dyn Sink) -> Result<(), Fail>;
}

/// The fields of an object that were not read yet.
pub(crate) trait Object {
    fn read(&mut self, fields: &mut dyn Fields) -> Result<(), Fail>;
}

/// Reads a value from a deserializer.
impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Self::Value(sink) => deserializer.deserialize_any(Take(sink)),
            Self::Json(json) => Deserialize::deserialize_in_place(deserializer, json),
            Self::Skip => IgnoredAny::deserialize(deserializer).map(drop),
        }
    }
}

struct Take<'a>(&'a mut dyn Sink);

impl Take<'_> {
    fn take<E: Error>(self, value: Value<'_>) -> Result<(), E> {
        self.0.take(value).map_err(|fail| fail.into_error(None))
    }
}

impl<'de> Visitor<'de> for Take<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.take(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.take(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.take(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.take(Value::Unsigned(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.take(u64::try_from(number).map_or(Value::Signed(number), Value::Unsigned))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.take(Value::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.take(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<(), A::Error> {
        let mut list = Access { access, error: None, ended: false };
        let read = self.0.take(Value::List(&mut list));
        list.finish(read, |list| list.next_element::<IgnoredAny>().map(|next| next.is_some()))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<(), A::Error> {
        let mut object = Access { access, error: None, ended: false };
        let read = self.0.take(Value::Object(&mut object));
        object.finish(read, |object| {
            object.next_entry::<IgnoredAny, IgnoredAny>().map(|next| next.is_some())
        })
    }
}

/// serde's access to a list or an object, and the error in it.
struct Access<A, E> {
    access: A,
    error: Option<E>,
    /// Whether the end was reached.
    ended: bool,
}

impl<A, E: Error> Access<A, E> {
    /// Skips what wasn't read, also after an error: so its position is that of the value's end.
    fn finish(
        mut self,
        read: Result<(), Fail>,
        skip: impl Fn(&mut A) -> Result<bool, E>,
    ) -> Result<(), E> {
        if let Some(error) = self.error {
            return Err(read.err().unwrap_or(Fail::DESERIALIZER).into_error(Some(error)));
        }
        let mut skipped = Ok(!self.ended);
        while let Ok(true) = skipped {
            skipped = skip(&mut self.access);
        }
        read.map_err(|fail| fail.into_error(None)).and(skipped).map(drop)
    }

    fn keep<T>(&mut self, result: Result<T, E>) -> Result<T, Fail> {
        result.map_err(|error| {
            self.error = Some(error);
            Fail::DESERIALIZER
        })
    }
}

impl<'de, A: SeqAccess<'de>> List for Access<A, A::Error> {
    fn read(&mut self, sink: &mut dyn Sink) -> Result<(), Fail> {
        loop {
            let next = self.access.next_element_seed(Slot::Value(sink));
            if self.keep(next)?.is_none() {
                self.ended = true;
                return Ok(());
            }
        }
    }
}

impl<'de, A: MapAccess<'de>> Object for Access<A, A::Error> {
    fn read(&mut self, fields: &mut dyn Fields) -> Result<(), Fail> {
        loop {
            let slot = self.access.next_key_seed(Key(fields));
            let Some(slot) = self.keep(slot)? else {
                self.ended = true;
                return Ok(());
            };
            let value = self.access.next_value_seed(slot);
            self.keep(value)?;
        }
    }
}

/// Reads a key as the slot of its value.
struct Key<'a>(&'a mut dyn Fields);

impl<'de, 'a> DeserializeSeed<'de> for Key<'a> {
    type Value = Slot<'a>;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Slot<'a>, D::Error> {
        key.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Slot<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Slot<'a>, E> {
        Ok(self.0.slot(key))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error, MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
    use serde_json::json;

    use super::*;
    use crate::model::{ImagePort, JobTask};

    /// As many entries or elements, after whose end nothing may be read.
    struct Once(Option<usize>);

    impl Once {
        fn next(&mut self) -> bool {
            let left = self.0.expect("it was read after its end");
            self.0 = left.checked_sub(1);
            self.0.is_some()
        }
    }

    impl<'de> MapAccess<'de> for Once {
        type Error = Error;

        fn next_key_seed<K: DeserializeSeed<'de>>(
            &mut self,
            seed: K,
        ) -> Result<Option<K::Value>, Error> {
            self.next().then(|| seed.deserialize(StrDeserializer::new("type"))).transpose()
        }

        fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
            seed.deserialize(StrDeserializer::new("tcp"))
        }
    }

    impl<'de> SeqAccess<'de> for Once {
        type Error = Error;

        fn next_element_seed<T: DeserializeSeed<'de>>(
            &mut self,
            seed: T,
        ) -> Result<Option<T::Value>, Error> {
            self.next().then(|| seed.deserialize(StrDeserializer::new("tcp"))).transpose()
        }
    }

    /// As serde_json reads any number with a fraction or an exponent with that feature.
    #[test]
    fn a_number_of_arbitrary_precision_is_a_number() {
        let number = |text: &str| json!({"$serde_json::private::Number": text});
        for (text, host) in [("1024.0", Some(1024)), ("1.024e3", Some(1024)), ("0.5", None)] {
            let port: Result<ImagePort, _> = serde_json::from_value(json!({"host": number(text)}));
            assert_eq!(port.ok().map(|port| port.host), host, "{text}");
        }
        let output = json!({"a": number("1.5"), "b": number("1e999"), "c": {"d": 1}});
        let task: JobTask = serde_json::from_value(json!({"output": output})).unwrap();
        assert_eq!(task.output, Some([("a".to_owned(), "1.5".to_owned())].into()));
    }

    #[test]
    fn nothing_is_read_after_the_end() {
        for length in 0..3 {
            let port =
                ImagePort::deserialize(MapAccessDeserializer::new(Once(Some(length)))).unwrap();
            assert_eq!(port.kind, if length == 0 { "" } else { "tcp" });
            let list = SeqAccessDeserializer::new(Once(Some(length)));
            let list: Vec<String> = crate::wire::field::deserialize(list).unwrap();
            assert_eq!(list.len(), length);
            // It is skipped as it isn't what is expected.
            let list = SeqAccessDeserializer::new(Once(Some(length)));
            assert!(ImagePort::deserialize(list).is_err());
        }
    }
}
