//! The root document of an answer: its data, what it includes, and what was skipped.

mod includes;
mod reading;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::reading::{List, One, Reading};
use crate::error::DecodeError;
use crate::wire::json::Json;
pub use crate::wire::lenient::MAX_RECORDS;

/// The root document of a success: the data, and what was included beside it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document<T, I = NoIncludes> {
    /// What the operation promises.
    pub data: T,
    /// The resources that were asked for with `include`.
    pub includes: I,
    /// Records and includes that couldn't be read and were set aside, in the order of the document:
    /// at most [`Skipped::MAX_KEPT`] of them. See [`Skipped`].
    pub skipped: Vec<Skipped>,
    /// How many were set aside in all, those that weren't kept among them.
    pub skipped_total: usize,
}

/// What [`Hub::response`](crate::Hub::response) gives for a success.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T, I = NoIncludes> {
    /// What the operation promises.
    pub data: T,
    /// The resources that were asked for with `include`, by id.
    pub includes: I,
    /// Records of a list that couldn't be read, and includes that couldn't. Empty, unless the platform
    /// sent something odd: look here wherever a missing record would matter. At most
    /// [`Skipped::MAX_KEPT`] of them are kept.
    pub skipped: Vec<Skipped>,
    /// How many were set aside in all, those that weren't kept among them.
    pub skipped_total: usize,
    /// The HTTP status, some 2xx.
    pub status: StatusCode,
    /// All the headers of the response.
    pub headers: HeaderMap,
}

impl<T, I> Reply<T, I> {
    pub(crate) fn new(document: Document<T, I>, status: StatusCode, headers: HeaderMap) -> Self {
        let Document { data, includes, skipped, skipped_total } = document;
        Self { data, includes, skipped, skipped_total, status, headers }
    }
}

/// A record of a list or a resource among the includes, set aside so that it doesn't cost the rest.
///
/// Only so much is kept of an answer: the first [`MAX_KEPT`](Self::MAX_KEPT), as far as they have
/// [`MAX_KEPT_BYTES`](Self::MAX_KEPT_BYTES) together. The rest is counted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Skipped {
    /// The record as it was sent.
    pub json: Json,
    /// Where in the document something isn't as expected, and what.
    pub error: DecodeError,
}

impl Skipped {
    /// The most that are kept of one answer.
    pub const MAX_KEPT: usize = 100;
    /// The most bytes of JSON that are kept of them, together: 1 MiB.
    pub const MAX_KEPT_BYTES: usize = 1 << 20;

    /// Whether it is a record of the list, and not one of the includes.
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.error.path().starts_with("data[")
    }
}

/// The includes of an operation that includes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NoIncludes {}

impl<T, I: Default> Document<T, I> {
    /// A document with nothing included and nothing skipped.
    #[must_use]
    pub fn new(data: T) -> Self {
        Self { data, includes: I::default(), skipped: Vec::new(), skipped_total: 0 }
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<T, I> {
    /// Reads the document of one record, whole or not at all.
    ///
    /// # Errors
    /// Names the place in the document that isn't as expected.
    pub fn read(body: &str) -> Result<Self, DecodeError> {
        let (One(data), includes, aside) = Reading::read(body)?;
        let data = data.ok_or_else(|| DecodeError::missing("data"))?;
        Ok(Self { data, includes, skipped: aside.kept, skipped_total: aside.total })
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<Vec<T>, I> {
    /// Reads the document of a list. `null` is an empty list, and a record that can't be read is
    /// set aside in [`skipped`](Self::skipped).
    ///
    /// # Errors
    /// If the body isn't JSON, its `data` isn't a list, or it has more than [`MAX_RECORDS`].
    pub fn read_list(body: &str) -> Result<Self, DecodeError> {
        let (List(data), includes, aside) = Reading::read(body)?;
        Ok(Self { data, includes, skipped: aside.kept, skipped_total: aside.total })
    }
}
