use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

use crate::error::DecodeError;
use crate::wire::json::Json;
use crate::wire::lenient;

/// The root document of a success: the data, and what was included beside it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document<T, I = NoIncludes> {
    /// What the operation promises.
    pub data: T,
    /// The resources that were asked for with `include`.
    pub includes: I,
    /// Records that couldn't be read and were set aside: see [`Skipped`].
    pub skipped: Vec<Skipped>,
}

/// What [`Hub::response`](crate::Hub::response) gives for a success.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T, I = NoIncludes> {
    /// What the operation promises.
    pub data: T,
    /// The resources that were asked for with `include`, by id.
    pub includes: I,
    /// Records of a list that couldn't be read, or includes that couldn't. Empty, unless the platform
    /// sent something odd: look here wherever a missing record would matter.
    pub skipped: Vec<Skipped>,
    /// The HTTP status, some 2xx.
    pub status: StatusCode,
    /// All the headers of the response.
    pub headers: HeaderMap,
}

impl<T, I> Reply<T, I> {
    pub(crate) fn new(document: Document<T, I>, status: StatusCode, headers: HeaderMap) -> Self {
        let Document { data, includes, skipped } = document;
        Self { data, includes, skipped, status, headers }
    }
}

/// A record of a list, or the includes as a whole, set aside so that it doesn't cost the rest.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Skipped {
    /// The record as it was sent.
    pub json: Json,
    /// Where in the document something isn't as expected, and what.
    pub error: DecodeError,
}

impl Skipped {
    /// Whether it is a record of the list, and not the includes.
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.error.path().starts_with("data[")
    }
}

/// The includes of an operation that includes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NoIncludes {}

#[derive(Deserialize)]
struct Root<T, I: Default + DeserializeOwned> {
    data: T,
    #[serde(default, deserialize_with = "lenient::or_default")]
    includes: I,
}

impl<T, I: Default> Document<T, I> {
    /// A document with nothing included and nothing skipped.
    #[must_use]
    pub fn new(data: T) -> Self {
        Self { data, includes: I::default(), skipped: Vec::new() }
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<T, I> {
    /// Reads the document of one record, whole or not at all.
    ///
    /// # Errors
    /// Names the place in the document that isn't as expected.
    pub fn read(body: &str) -> Result<Self, DecodeError> {
        match serde_json::from_str(body) {
            Ok(Root { data, includes }) => Ok(Self { data, includes, skipped: Vec::new() }),
            Err(_) => Salvage::begin(body)?.finish(|data, _| DecodeError::located(data)),
        }
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<Vec<T>, I> {
    /// Reads the document of a list. `null` is an empty list, and a record that can't be read is
    /// set aside in [`skipped`](Self::skipped).
    ///
    /// # Errors
    /// If the body isn't JSON, or its `data` isn't a list.
    pub fn read_list(body: &str) -> Result<Self, DecodeError> {
        match serde_json::from_str(body) {
            Ok(Root { data, includes }) => Ok(Self { data, includes, skipped: Vec::new() }),
            Err(_) => Salvage::begin(body)?.finish(|data, skipped| {
                let records: Option<Vec<&RawValue>> = DecodeError::located(data)?;
                let mut list = Vec::new();
                for (index, record) in records.into_iter().flatten().enumerate() {
                    match DecodeError::located::<T>(record.get()) {
                        Ok(record) => list.push(record),
                        Err(error) => {
                            let error = error.within(&format!("data[{index}]"));
                            skipped.push(Skipped { json: Json::keep(record), error });
                        }
                    }
                }
                Ok(list)
            }),
        }
    }
}

/// The second pass, part by part, once the first has failed.
#[derive(Deserialize)]
struct Salvage<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    includes: Option<&'a RawValue>,
    error: Option<IgnoredAny>,
}

impl<'a> Salvage<'a> {
    fn begin(body: &'a str) -> Result<Self, DecodeError> {
        let salvage: Self = DecodeError::located(body)?;
        match salvage.error {
            // An empty list would hide it.
            Some(_) => Err(DecodeError::an_error()),
            None => Ok(salvage),
        }
    }

    fn finish<T, I: DeserializeOwned + Default>(
        self,
        read: impl FnOnce(&str, &mut Vec<Skipped>) -> Result<T, DecodeError>,
    ) -> Result<Document<T, I>, DecodeError> {
        let mut skipped = Vec::new();
        let data = read(self.data.get(), &mut skipped).map_err(|error| error.within("data"))?;
        let mut includes = I::default();
        if let Some(raw) = self.includes {
            match DecodeError::located::<Option<I>>(raw.get()) {
                Ok(read) => includes = read.unwrap_or_default(),
                Err(error) => {
                    let error = error.within("includes");
                    skipped.push(Skipped { json: Json::keep(raw), error });
                }
            }
        }
        Ok(Document { data, includes, skipped })
    }
}
