use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::Mismatch;
use crate::json::Json;
use crate::wire;

/// The root document of a success: the data, and what was included beside it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document<T, I = NoIncludes> {
    /// What the operation promises.
    pub data: T,
    /// The resources that were asked for with `include`.
    pub includes: I,
    /// Parts of a list's document that couldn't be read: see [`Unread`].
    pub unread: Vec<Unread>,
}

/// What [`Hub::response`](crate::Hub::response) gives for a success.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T, I = NoIncludes> {
    /// What the operation promises.
    pub data: T,
    /// The resources that were asked for with `include`, by id.
    pub includes: I,
    /// Records of a list that couldn't be read. Empty, unless the platform sent something odd:
    /// look here wherever a missing record would matter.
    pub unread: Vec<Unread>,
    /// The HTTP status, some 2xx.
    pub status: StatusCode,
    /// All the headers of the response.
    pub headers: HeaderMap,
}

impl<T, I> Reply<T, I> {
    pub(crate) fn new(document: Document<T, I>, status: StatusCode, headers: HeaderMap) -> Self {
        let Document {
            data,
            includes,
            unread,
        } = document;
        Self {
            data,
            includes,
            unread,
            status,
            headers,
        }
    }
}

/// A record that was set aside, so that it doesn't cost the rest of its page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unread {
    /// The record as it was sent.
    pub json: Json,
    /// Where in the document something isn't as expected, and what.
    pub mismatch: Mismatch,
}

/// The includes of an operation that includes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NoIncludes {}

#[derive(Deserialize)]
struct Root<T, I: Default + DeserializeOwned> {
    data: T,
    #[serde(default, deserialize_with = "wire::or_default")]
    includes: I,
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<T, I> {
    /// Reads the document of one record, whole or not at all.
    ///
    /// # Errors
    /// Names the place in the document that isn't as expected.
    pub fn read(body: &str) -> Result<Self, Mismatch> {
        let Root { data, includes } = Mismatch::located(body)?;
        Ok(Self {
            data,
            includes,
            unread: Vec::new(),
        })
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Document<Vec<T>, I> {
    /// Reads the document of a list. `null` is an empty list, and a record that can't be read is
    /// set aside in [`unread`](Self::unread).
    ///
    /// # Errors
    /// If the body isn't JSON, or its `data` isn't a list.
    pub fn read_list(body: &str) -> Result<Self, Mismatch> {
        match serde_json::from_str(body) {
            Ok(Root { data, includes }) => Ok(Self { data, includes, unread: Vec::new() }),
            Err(_) => Self::salvage(body),
        }
    }

    /// The second pass, record by record, once the first has failed.
    fn salvage(body: &str) -> Result<Self, Mismatch> {
        #[derive(Deserialize)]
        struct Raw<'a> {
            #[serde(borrow)]
            data: Option<Vec<&'a RawValue>>,
            #[serde(borrow)]
            includes: Option<&'a RawValue>,
        }

        let raw: Raw<'_> = Mismatch::located(body)?;
        let mut unread = Vec::new();
        let mut set_aside = |raw: &RawValue, mismatch| {
            unread.push(Unread {
                json: Json::keep(raw),
                mismatch,
            });
        };
        let mut data = Vec::new();
        for (index, record) in raw.data.into_iter().flatten().enumerate() {
            match Mismatch::located::<Option<T>>(record.get()) {
                Ok(record) => data.extend(record),
                Err(mismatch) => {
                    set_aside(record, mismatch.within(&format!("data[{index}]")));
                }
            }
        }
        let mut includes = I::default();
        if let Some(raw) = raw.includes {
            match Mismatch::located::<Option<I>>(raw.get()) {
                Ok(read) => includes = read.unwrap_or_default(),
                Err(mismatch) => set_aside(raw, mismatch.within("includes")),
            }
        }
        Ok(Self {
            data,
            includes,
            unread,
        })
    }
}
