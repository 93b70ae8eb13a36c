use std::fmt;

use http::{Request, Response};

use super::har::{self, HarError};
use super::redacted;
use crate::wire::debug::Sent;

/// An exchange: a request and its response.
#[derive(Clone)]
pub struct Entry {
    request: Option<Request<Vec<u8>>>,
    response: Response<Vec<u8>>,
}

impl Entry {
    /// An exchange of this request and this response.
    #[must_use]
    pub fn new(request: Request<Vec<u8>>, response: Response<Vec<u8>>) -> Self {
        Self { request: Some(request), response }
    }

    /// The request, if it is known.
    #[must_use]
    pub fn request(&self) -> Option<&Request<Vec<u8>>> {
        self.request.as_ref()
    }

    /// The response.
    #[must_use]
    pub fn response(&self) -> &Response<Vec<u8>> {
        &self.response
    }
}

/// A response to any request.
impl From<Response<Vec<u8>>> for Entry {
    fn from(response: Response<Vec<u8>>) -> Self {
        Self { request: None, response }
    }
}

/// Shows no body and no header: they may contain secrets.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.request {
            Some(request) => Sent(request, request.body().len()).fmt(f)?,
            None => f.write_str("any request")?,
        }
        write!(f, " -> {}, {} bytes", self.response.status(), self.response.body().len())
    }
}

/// Exchanges in the order in which they were recorded. Feature `har`.
///
/// It is read from [HAR 1.2](http://www.softwareishard.com/blog/har-12-spec/), which browsers, proxies
/// and this crate write. What replay doesn't need is ignored, and entries without a response are left
/// out. To keep a part of it, filter its entries:
///
/// ```
/// use cycle_images::recorded::Recording;
///
/// let har = br#"{"log": {"version": "1.2", "entries": [
///     {"request": {"method": "GET", "url": "https://cdn.example.com/logo.png"},
///      "response": {"status": 200, "content": {}}},
///     {"request": {"method": "GET", "url": "https://api.cycle.io/v1/images"},
///      "response": {"status": 200, "content": {"text": "{\"data\": []}"}}}]}}"#;
/// let recording: Recording = Recording::from_har(har)?
///     .into_iter()
///     .filter(|entry| entry.request().is_some_and(|request| request.uri().path().starts_with("/v1/")))
///     .collect();
/// assert_eq!(recording.entries().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recording {
    entries: Vec<Entry>,
}

impl Recording {
    /// Reads a HAR.
    ///
    /// # Errors
    /// If it isn't JSON, has no entries, or a request or response in it can't be read. The error shows
    /// nothing of the HAR's contents.
    pub fn from_har(har: &[u8]) -> Result<Self, HarError> {
        har::read(har).map(|entries| Self { entries })
    }

    /// Writes a HAR without secrets, the same text for the same exchanges.
    ///
    /// - Of a request's headers, only `Accept` and `Content-Type` are written. So the API key and cookies
    ///   never are. `Set-Cookie` is left out of the responses.
    /// - In URLs, the user info and the values of parameters such as `token` are replaced by
    ///   `[redacted]`. So are, in JSON bodies, tokens, passwords, keys, build arguments, environment
    ///   variables, the URL of a webhook, and the user info and query of URLs. What isn't redacted is
    ///   written byte for byte.
    /// - Wherever else such a text of at least 8 bytes occurs, or the API key, or a header of a request
    ///   that is marked as sensitive, it is replaced as well: in a build log, an error, or a header.
    /// - An upload token is written as one that never expires, so that its upload can be replayed.
    ///
    /// Responses of unknown requests are left out. What can't be recognized as secret remains: look at
    /// a recording before you publish it.
    #[must_use]
    pub fn to_har(&self) -> String {
        har::write(&redacted::entries(&self.entries))
    }

    /// The exchanges.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Appends an exchange.
    pub fn push(&mut self, entry: impl Into<Entry>) {
        self.entries.push(entry.into());
    }
}

impl<E: Into<Entry>> FromIterator<E> for Recording {
    fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
        Self { entries: entries.into_iter().map(Into::into).collect() }
    }
}

impl IntoIterator for Recording {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
