//! Decoding of the root document. The first pass decodes it as what it should be, at no extra cost.
//! If that fails, a second pass decodes it part by part, to skip what is malformed; parts that the
//! first pass has decoded are not decoded again.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::value::RawValue;

use crate::document::Skipped;
use crate::document::includes::Part;
use crate::error::{DecodeError, JsonPath};
use crate::wire::json::Json;
use crate::wire::lenient::MAX_RECORDS;
use crate::wire::object::{Object, Seed};

/// The records that were skipped: the first of them, and the number of all.
#[derive(Default)]
pub(crate) struct SkippedParts {
    pub(crate) kept: Vec<Skipped>,
    pub(crate) total: usize,
    bytes: usize,
}

impl SkippedParts {
    /// Skips a value that can't be decoded. Past the limits it is only counted: a response of
    /// millions of malformed records must not cost an error for each.
    pub(crate) fn add(
        &mut self,
        value: &RawValue,
        error: &serde_json::Error,
        path: &dyn Fn() -> JsonPath,
    ) {
        self.total += 1;
        let bytes = self.bytes.saturating_add(value.get().len());
        if self.kept.len() < Skipped::MAX_KEPT && bytes <= Skipped::MAX_KEPT_BYTES {
            self.bytes = bytes;
            let error = DecodeError::of(value.get(), error).within(&path());
            self.kept.push(Skipped { json: Json::keep(value), error });
        }
    }
}

/// The parts of a document that have been decoded.
pub(crate) struct Reading<D, I> {
    data: D,
    includes: Option<I>,
    /// Whether this is the second pass.
    again: bool,
    /// Where it is.
    path: JsonPath,
    skips: SkippedParts,
    /// Why the document is refused although it is valid JSON.
    refused: Option<DecodeError>,
}

impl<D: Data, I: DeserializeOwned + Default> Reading<D, I> {
    pub(crate) fn read(body: &str) -> Result<(D, I, SkippedParts), DecodeError> {
        let mut reading = Self {
            data: D::default(),
            includes: None,
            again: false,
            path: JsonPath::default(),
            skips: SkippedParts::default(),
            refused: None,
        };
        if reading.pass(body).is_err() && reading.refused.is_none() {
            reading.again = true;
            let result = reading.pass(body);
            let Self { path, refused, .. } = &mut reading;
            result.map_err(|error| {
                refused.take().unwrap_or_else(|| DecodeError::new(path, &error))
            })?;
        }
        match reading.refused {
            Some(error) => Err(error),
            None => Ok((reading.data, reading.includes.unwrap_or_default(), reading.skips)),
        }
    }

    fn pass(&mut self, body: &str) -> Result<(), serde_json::Error> {
        self.path = JsonPath::default();
        let mut deserializer = serde_json::Deserializer::from_str(body);
        deserializer.deserialize_map(&mut *self)?;
        deserializer.end()
    }
}

/// The value of `data`: one record or a list of them.
pub(crate) trait Data: Default {
    /// Decodes it in the first pass, and keeps what could be decoded if it fails.
    fn read<'de, D: Deserializer<'de>>(&mut self, value: D) -> Result<(), D::Error>;

    /// Decodes what the first pass didn't.
    fn read_again<'de, D: Deserializer<'de>>(
        &mut self,
        value: D,
        path: &mut JsonPath,
        skips: &mut SkippedParts,
    ) -> Result<Result<(), DecodeError>, D::Error>;

    /// The value if `data` is missing.
    fn absent<E: Error>(&mut self) -> Result<(), E>;
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Data,
    Includes,
    Error,
    #[serde(other)]
    Other,
}

impl<'de, D: Data, I: DeserializeOwned + Default> Visitor<'de> for &mut Reading<D, I> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut data, mut includes) = (false, false);
        while let Some(key) = map.next_key()? {
            match key {
                Key::Data if data => return Err(A::Error::duplicate_field("data")),
                Key::Includes if includes => return Err(A::Error::duplicate_field("includes")),
                Key::Data => {
                    data = true;
                    map.next_value_seed(DataOf(self))?;
                }
                Key::Includes => {
                    includes = true;
                    map.next_value_seed(IncludesOf(self))?;
                }
                // An error envelope in a 2xx response: an empty list beside it must not hide it.
                Key::Error => {
                    if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                        self.refused = Some(DecodeError::an_error());
                    }
                }
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if data { Ok(()) } else { self.data.absent() }
    }
}

struct DataOf<'r, D, I>(&'r mut Reading<D, I>);

impl<'de, D: Data, I> DeserializeSeed<'de> for DataOf<'_, D, I> {
    type Value = ();

    fn deserialize<T: Deserializer<'de>>(self, value: T) -> Result<(), T::Error> {
        let reading = self.0;
        if !reading.again {
            return reading.data.read(value);
        }
        reading.path = JsonPath::default().key("data");
        let Reading { data, path, skips, .. } = reading;
        if let Err(error) = data.read_again(value, path, skips)? {
            // If there is an error envelope, that is the better error.
            reading.refused.get_or_insert(error);
        }
        reading.path = JsonPath::default();
        Ok(())
    }
}

struct IncludesOf<'r, D, I>(&'r mut Reading<D, I>);

impl<'de, D, I: DeserializeOwned + Default> DeserializeSeed<'de> for IncludesOf<'_, D, I> {
    type Value = ();

    fn deserialize<T: Deserializer<'de>>(self, value: T) -> Result<(), T::Error> {
        let reading = self.0;
        if !reading.again {
            let includes = Option::<Object<I>>::deserialize(value)?;
            reading.includes = Some(includes.map_or_else(I::default, |Object(includes)| includes));
            return Ok(());
        }
        if reading.includes.is_some() {
            return IgnoredAny::deserialize(value).map(drop);
        }
        reading.path = JsonPath::default().key("includes");
        let value = <&RawValue>::deserialize(value)?;
        let part = Part { value, path: &reading.path, skips: &mut reading.skips };
        let includes = match Option::<I>::deserialize(part) {
            Ok(includes) => includes,
            Err(error) => {
                reading.skips.add(value, &error, &|| reading.path.clone());
                None
            }
        };
        reading.includes = Some(includes.unwrap_or_default());
        reading.path = JsonPath::default();
        Ok(())
    }
}

/// One record: it is decoded whole, or the document is refused.
pub(crate) struct One<T>(pub(crate) Option<T>);

impl<T> Default for One<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: DeserializeOwned> Data for One<T> {
    fn read<'de, D: Deserializer<'de>>(&mut self, value: D) -> Result<(), D::Error> {
        let Object(record) = Object::deserialize(value)?;
        self.0 = Some(record);
        Ok(())
    }

    fn read_again<'de, D: Deserializer<'de>>(
        &mut self,
        value: D,
        path: &mut JsonPath,
        _aside: &mut SkippedParts,
    ) -> Result<Result<(), DecodeError>, D::Error> {
        if self.0.is_some() {
            return IgnoredAny::deserialize(value).map(|_| Ok(()));
        }
        let value = <&RawValue>::deserialize(value)?;
        Ok(match serde_json::from_str(value.get()) {
            Ok(Object(record)) => {
                self.0 = Some(record);
                Ok(())
            }
            Err(error) => Err(DecodeError::of(value.get(), &error).within(path)),
        })
    }

    /// As serde does for a missing field: an `Option` is `None`.
    fn absent<E: Error>(&mut self) -> Result<(), E> {
        #[derive(Deserialize)]
        struct Absent<T> {
            data: T,
        }
        let nothing = std::iter::empty::<(&str, ())>();
        let nothing = serde::de::value::MapDeserializer::<_, E>::new(nothing);
        let Absent { data } = Absent::deserialize(nothing)?;
        self.0 = Some(data);
        Ok(())
    }
}

/// A list, record by record.
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: DeserializeOwned> Data for List<T> {
    fn read<'de, D: Deserializer<'de>>(&mut self, value: D) -> Result<(), D::Error> {
        value.deserialize_option(Records(&mut self.0))
    }

    fn read_again<'de, D: Deserializer<'de>>(
        &mut self,
        value: D,
        path: &mut JsonPath,
        skips: &mut SkippedParts,
    ) -> Result<Result<(), DecodeError>, D::Error> {
        value.deserialize_option(LenientRecords { records: &mut self.0, path, skips }).map(Ok)
    }

    fn absent<E: Error>(&mut self) -> Result<(), E> {
        Err(E::missing_field("data"))
    }
}

/// Refuses more records than a response may have.
fn bounded<E: Error>(count: usize) -> Result<(), E> {
    if count < MAX_RECORDS { Ok(()) } else { Err(E::invalid_length(count, &Bounded)) }
}

struct Bounded;

impl serde::de::Expected for Bounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at most {MAX_RECORDS} records")
    }
}

struct Records<'r, T>(&'r mut Vec<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Records<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element_seed(Seed(PhantomData))? {
            bounded(self.0.len())?;
            self.0.push(record);
        }
        Ok(())
    }
}

struct LenientRecords<'r, T> {
    records: &'r mut Vec<T>,
    path: &'r mut JsonPath,
    skips: &'r mut SkippedParts,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for LenientRecords<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for _ in 0..self.records.len() {
            seq.next_element::<IgnoredAny>()?;
        }
        let mut index = self.records.len();
        let place = |path: &JsonPath, index| path.clone().index(index);
        loop {
            let record = seq
                .next_element::<&RawValue>()
                .inspect_err(|_| *self.path = place(self.path, index))?;
            let Some(record) = record else { return Ok(()) };
            bounded(index)?;
            match serde_json::from_str(record.get()) {
                Ok(Object(record)) => self.records.push(record),
                Err(error) => self.skips.add(record, &error, &|| place(self.path, index)),
            }
            index += 1;
        }
    }
}
