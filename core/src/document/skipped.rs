//! Records and includes that couldn't be decoded.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::DecodeError;
use crate::wire::budget;
use crate::wire::json::Json;

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
    /// assert_eq!(reply.skipped[0].error.to_string(), "at data[0]: missing field `state`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Record {
            id: String,
        }

        self.json.parse().ok().map(|Record { id }| id)
    }

    /// Whether it is a record of the list, and not one of the includes.
    #[must_use]
    pub fn is_record(&self) -> bool {
        self.error.path().starts_with("data[")
    }
}

/// The records and includes that were skipped: the first of them, and the number of all.
#[derive(Default)]
pub(super) struct Skips {
    pub(super) kept: Vec<Skipped>,
    pub(super) total: usize,
    bytes: usize,
}

impl Skips {
    /// Skips a value. Past the limits it is only counted: a response of millions of malformed
    /// records must not need an error for each.
    pub(super) fn add(&mut self, value: &RawValue, error: impl FnOnce() -> DecodeError) {
        let json = value.get();
        if budget::take(size_of::<Skipped>()).is_err() {
            return;
        }
        self.total += 1;
        let bytes = self.bytes.saturating_add(json.len());
        if self.kept.len() < Skipped::MAX_KEPT && bytes <= Skipped::MAX_KEPT_BYTES {
            self.bytes = bytes;
            self.kept.push(Skipped { json: Json::keep(value), error: error() });
        }
    }
}
