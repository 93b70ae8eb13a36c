//! The root document of a response: its data, its includes, and what was skipped.

mod decode;
mod skipped;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use self::skipped::Skipped;
use self::skipped::Skips;
use crate::error::DecodeError;

/// The root document of a success: the data and the included resources.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document<T, I = NoIncludes> {
    /// The operation's result.
    pub data: T,
    /// The resources that the request asked for with `include`.
    pub includes: I,
    /// Records and includes that couldn't be decoded, records first: at most
    /// [`Skipped::MAX_KEPT`] of them. See [`Skipped`].
    pub skipped: Vec<Skipped>,
    /// The number of all skipped records and includes, also those beyond [`Skipped::MAX_KEPT`].
    pub skipped_total: usize,
}

/// The result of [`Hub::response`](crate::Hub::response) for a success.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T, I = NoIncludes> {
    /// The operation's result.
    pub data: T,
    /// The resources that the request asked for with `include`, by id.
    pub includes: I,
    /// Records of a list and includes that couldn't be decoded. It is empty unless the platform
    /// sent something unexpected; check it where a missing record would matter. At most
    /// [`Skipped::MAX_KEPT`] of them are kept.
    pub skipped: Vec<Skipped>,
    /// The number of all skipped records and includes, also those beyond [`Skipped::MAX_KEPT`].
    pub skipped_total: usize,
    /// How many attempts it took; 1 if no [flow](crate::flow) was used.
    pub attempts: u32,
    /// The HTTP status, a 2xx.
    pub status: StatusCode,
    /// All the headers of the response.
    pub headers: HeaderMap,
}

impl<T, I> Reply<T, I> {
    pub(crate) fn new(document: Document<T, I>, status: StatusCode, headers: HeaderMap) -> Self {
        let Document { data, includes, skipped, skipped_total } = document;
        Self { data, includes, skipped, skipped_total, attempts: 1, status, headers }
    }
}

/// The includes of an operation without includes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct NoIncludes {}

impl<T, I: Default> Document<T, I> {
    /// A document with nothing included and nothing skipped.
    #[must_use]
    pub fn new(data: T) -> Self {
        Self::of((data, I::default(), Skips::default()))
    }
}

impl<T, I> Document<T, I> {
    fn of((data, includes, skips): (T, I, Skips)) -> Self {
        Self { data, includes, skipped: skips.kept, skipped_total: skips.total }
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<T, I> {
    /// Decodes the document of one record.
    ///
    /// # Errors
    /// Names the JSON path that can't be decoded.
    pub fn read(body: &str) -> Result<Self, DecodeError> {
        decode::one(body).map(Self::of)
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<Vec<T>, I> {
    /// Decodes the document of a list. `null` is an empty list, and a record that can't be decoded
    /// is added to [`skipped`](Self::skipped).
    ///
    /// # Errors
    /// If the body isn't JSON, its `data` isn't a list, or it needs too much memory.
    pub fn read_list(body: &str) -> Result<Self, DecodeError> {
        decode::list(body).map(Self::of)
    }
}
