//! The root document of a response: its data, its includes, and what was skipped.

mod decode;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::decode::Skips;
use crate::error::DecodeError;
use crate::wire::json::Json;
use crate::wire::object::Object;

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

/// A record of a list or an included resource that couldn't be decoded. The rest of the document is
/// kept.
///
/// Of each response, the first [`MAX_KEPT`](Self::MAX_KEPT) are kept, as long as they have at most
/// [`MAX_KEPT_BYTES`](Self::MAX_KEPT_BYTES) together. The rest is only counted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Skipped {
    /// The JSON of the record, as sent.
    pub json: Json,
    /// What couldn't be decoded, and its JSON path.
    pub error: DecodeError,
}

impl Skipped {
    /// The most that are kept of one response.
    pub const MAX_KEPT: usize = 100;
    /// The most bytes of JSON that are kept of one response: 1 MiB.
    pub const MAX_KEPT_BYTES: usize = 1 << 20;

    /// The record's `id`, if it has one that is a string.
    ///
    /// ```
    /// # use cycle_images::{Hub, http::Response, images::GetImages};
    /// # let hub = Hub::new("key", "hub")?;
    /// let response = Response::new(r#"{"data": [{"id": "i1", "state": null}]}"#);
    /// let reply = hub.response(&GetImages::new(), response)?;
    /// assert_eq!(reply.skipped[0].id().as_deref(), Some("i1"));
    /// assert_eq!(
    ///     reply.skipped[0].error.to_string(),
    ///     "at data[0].state: expected an object, found null",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Record {
            id: String,
        }

        self.json.parse().ok().map(|Object(Record { id })| id)
    }

    /// Whether it is a record of the list, and not one of the includes.
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.error.path().starts_with("data[")
    }
}

/// The includes of an operation without includes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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
