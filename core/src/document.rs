use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
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
    /// Records that couldn't be read and were set aside: see [`Unread`].
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
    /// Records of a list that couldn't be read, or includes that couldn't. Empty, unless the platform
    /// sent something odd: look here wherever a missing record would matter.
    pub unread: Vec<Unread>,
    /// The HTTP status, some 2xx.
    pub status: StatusCode,
    /// All the headers of the response.
    pub headers: HeaderMap,
}

impl<T, I> Reply<T, I> {
    pub(crate) fn new(document: Document<T, I>, status: StatusCode, headers: HeaderMap) -> Self {
        let Document { data, includes, unread } = document;
        Self { data, includes, unread, status, headers }
    }
}

/// A record of a list, or the includes as a whole, set aside so that it doesn't cost the rest.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unread {
    /// The record as it was sent.
    pub json: Json,
    /// Where in the document something isn't as expected, and what.
    pub mismatch: Mismatch,
}

impl Unread {
    /// Whether it is a record of the list, and not the includes.
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.mismatch.path().starts_with("data[")
    }
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
        match serde_json::from_str(body) {
            Ok(Root { data, includes }) => Ok(Self { data, includes, unread: Vec::new() }),
            Err(_) => Salvage::begin(body)?.finish(|data, _| Mismatch::located(data)),
        }
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
            Err(_) => Salvage::begin(body)?.finish(|data, unread| {
                let records: Option<Vec<&RawValue>> = Mismatch::located(data)?;
                let mut list = Vec::new();
                for (index, record) in records.into_iter().flatten().enumerate() {
                    match Mismatch::located::<T>(record.get()) {
                        Ok(record) => list.push(record),
                        Err(mismatch) => {
                            let mismatch = mismatch.within(&format!("data[{index}]"));
                            unread.push(Unread { json: Json::keep(record), mismatch });
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
    fn begin(body: &'a str) -> Result<Self, Mismatch> {
        let salvage: Self = Mismatch::located(body)?;
        match salvage.error {
            // An empty list would hide it.
            Some(_) => Err(Mismatch::an_error()),
            None => Ok(salvage),
        }
    }

    fn finish<T, I: DeserializeOwned + Default>(
        self,
        read: impl FnOnce(&str, &mut Vec<Unread>) -> Result<T, Mismatch>,
    ) -> Result<Document<T, I>, Mismatch> {
        let mut unread = Vec::new();
        let data =
            read(self.data.get(), &mut unread).map_err(|mismatch| mismatch.within("data"))?;
        let mut includes = I::default();
        if let Some(raw) = self.includes {
            match Mismatch::located::<Option<I>>(raw.get()) {
                Ok(read) => includes = read.unwrap_or_default(),
                Err(mismatch) => {
                    let mismatch = mismatch.within("includes");
                    unread.push(Unread { json: Json::keep(raw), mismatch });
                }
            }
        }
        Ok(Document { data, includes, unread })
    }
}
