//! How each type of a model's fields is read.
//!
//! The service is written in Go: it sends `null` for an empty list or map, and an empty string or
//! the zero time for an absent value.

use std::collections::BTreeMap;
use std::mem::take;

use serde::de::{DeserializeSeed, Deserializer};

use crate::wire::budget;
use crate::wire::json::Json;
use crate::wire::value::{Fail, Fields, Sink, Slot, Value};

/// The type of a field.
pub(crate) trait Field: Sized {
    /// Reads a value that isn't absent.
    fn of(value: Value<'_>) -> Result<Self, Fail>;

    /// Reads a value that may be absent: `null` or an empty string.
    fn optional(value: Value<'_>) -> Result<Option<Self>, Fail> {
        match value {
            Value::Null | Value::Text("") => Ok(None),
            value => Self::of(value).map(Some),
        }
    }

    /// Reads an entry of a map. `None` is left out.
    fn entry(value: Value<'_>) -> Result<Option<Self>, Fail> {
        match value {
            Value::Null => Ok(None),
            value => Self::of(value).map(Some),
        }
    }

    /// Where the value of a field goes.
    fn slot(slot: &mut Option<Self>) -> Slot<'_> {
        Slot::Value(slot)
    }

    /// As [`slot`](Self::slot), of a field that is an `Option`.
    fn slot_of_option(slot: &mut Option<Option<Self>>) -> Slot<'_> {
        Slot::Value(slot)
    }

    /// Whether there is something to write.
    fn is_written(&self) -> bool {
        true
    }
}

/// `null` is the same as a missing value.
impl<T: Field> Sink for Option<T> {
    fn take(&mut self, value: Value<'_>) -> Result<(), Fail> {
        if !matches!(value, Value::Null) {
            *self = Some(T::of(value)?);
        }
        Ok(())
    }
}

/// Reads a value, for an implementation of `Deserialize`.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Field,
{
    let mut value = None;
    Slot::Value(&mut value).deserialize(deserializer)?;
    match value {
        Some(value) => Ok(value),
        None => T::of(Value::Null).map_err(|fail| fail.into_error(None)),
    }
}

impl Field for String {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        match value {
            Value::Text(text) => Ok(text.to_owned()),
            other => Err(other.unexpected("a string")),
        }
    }

    /// `null` is an empty string, numbers and booleans are text, lists and objects are left out.
    fn entry(value: Value<'_>) -> Result<Option<Self>, Fail> {
        Ok(match value.or_number()? {
            Value::Null => Some(Self::new()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Unsigned(number) => Some(number.to_string()),
            Value::Signed(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Text(text) => Some(text.to_owned()),
            Value::List(_) | Value::Object(_) => None,
        })
    }
}

impl Field for bool {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        match value {
            Value::Bool(value) => Ok(value),
            other => Err(other.unexpected("a boolean")),
        }
    }
}

impl Field for u64 {
    /// In any notation: `1024`, `1024.0` or `1.024e3`.
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        // 2^50. Below it, floats are dense enough that a rounding error of serde_json can't turn a
        // fraction into a whole number.
        const EXACT: f64 = 1_125_899_906_842_624.0;
        match value.or_number()? {
            Value::Unsigned(number) => Ok(number),
            Value::Float(number) if number.fract() == 0.0 && (0.0..=EXACT).contains(&number) =>
            {
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "whole, and in range"
                )]
                Ok(number as u64)
            }
            Value::Signed(_) | Value::Float(_) => Err(Fail::invalid("a whole number")),
            other => Err(other.unexpected("a whole number")),
        }
    }

    /// What is no whole number is left out.
    fn entry(value: Value<'_>) -> Result<Option<Self>, Fail> {
        Ok(Self::of(value).ok())
    }
}

impl Field for u32 {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        Self::try_from(u64::of(value)?).map_err(|_| Fail::invalid("a smaller number"))
    }
}

impl Field for Json {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        Err(value.unexpected("JSON as text"))
    }

    fn slot_of_option(slot: &mut Option<Option<Self>>) -> Slot<'_> {
        Slot::Json(slot.get_or_insert_default())
    }
}

impl<T: Field> Field for Option<T> {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        T::optional(value)
    }

    /// What is no string is left out.
    fn entry(value: Value<'_>) -> Result<Option<Self>, Fail> {
        match value {
            Value::Null | Value::Text(_) => T::optional(value).map(Some),
            _ => Ok(None),
        }
    }

    fn slot(slot: &mut Option<Self>) -> Slot<'_> {
        T::slot_of_option(slot)
    }

    fn is_written(&self) -> bool {
        self.is_some()
    }
}

impl<T: Field> Field for Vec<T> {
    /// Elements that are `null` are left out.
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        let mut list = Elements(Self::new());
        match value {
            Value::List(elements) => elements.read(&mut list).map(|()| list.0),
            other => Err(other.unexpected("a list")),
        }
    }

    fn is_written(&self) -> bool {
        !self.is_empty()
    }
}

struct Elements<T>(Vec<T>);

impl<T: Field> Sink for Elements<T> {
    fn take(&mut self, value: Value<'_>) -> Result<(), Fail> {
        match value {
            Value::Null => Ok(()),
            value => Ok(budget::push(&mut self.0, T::of(value)?)?),
        }
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        let mut entries = Entries { map: Self::new(), key: String::new() };
        value.fields(&mut entries)?;
        Ok(entries.map)
    }

    fn is_written(&self) -> bool {
        !self.is_empty()
    }
}

struct Entries<T> {
    map: BTreeMap<String, T>,
    /// The key of the next value.
    key: String,
}

impl<T: Field> Fields for Entries<T> {
    fn slot(&mut self, key: &str) -> Slot<'_> {
        key.clone_into(&mut self.key);
        Slot::Value(self)
    }
}

impl<T: Field> Sink for Entries<T> {
    fn take(&mut self, value: Value<'_>) -> Result<(), Fail> {
        match T::entry(value)? {
            Some(entry) => Ok(budget::insert(&mut self.map, take(&mut self.key), entry)?),
            None => Ok(()),
        }
    }
}
