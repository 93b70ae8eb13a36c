use std::error::Error;
use std::fmt;

use http::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use super::{DecodeError, ErrorCode, OAuthError, PlatformError};
use crate::wire::secret::Secret;

/// An answer that is not the success that its operation promises.
///
/// Displayed, it tells the operation, the status and what to do next; its
/// [`source()`](Error::source) tells what the other side said. Neither repeats the other, and
/// neither shows a secret.
#[derive(Debug)]
pub struct ResponseError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    status: StatusCode,
    headers: HeaderMap,
    body: BodyPreview,
    kind: ResponseErrorKind,
}

/// What kind of answer it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseErrorKind {
    /// The platform's error envelope.
    Platform(PlatformError),
    /// An error in OAuth's form, from the platform's authentication.
    OAuth(OAuthError),
    /// An error status with JSON of neither form.
    OtherJson(DecodeError),
    /// An error status with a body that is not JSON: usually from a proxy.
    NotJson(DecodeError),
    /// No body at all, with an error status or with a success that promises one.
    NoBody(DecodeError),
    /// A 3xx. It is never followed: that would carry the API key to wherever it points.
    Redirect(Redirect),
    /// A 2xx whose body isn't what the operation promises.
    Unexpected(DecodeError),
}

/// Where a 3xx points.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redirect {
    /// The `Location` header, if there was one.
    pub location: Option<String>,
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "the answer points to {location}"),
            None => f.write_str("the answer points elsewhere, without a Location"),
        }
    }
}

impl Error for Redirect {}

/// How a response's body begins, as text: at most 4 KiB. `Debug` tells its length alone.
#[derive(Clone, PartialEq, Eq)]
pub struct BodyPreview {
    text: String,
    whole: usize,
}

impl BodyPreview {
    const LIMIT: usize = 4096;

    fn new(text: &str, whole: usize) -> Self {
        let end = (0..=Self::LIMIT).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        Self { text: text.get(..end).unwrap_or(text).to_owned(), whole }
    }

    /// The text; what wasn't UTF-8 is replaced, and so is the API key, should it be repeated.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The length of the whole body in bytes.
    #[must_use]
    pub fn whole_len(&self) -> usize {
        self.whole
    }
}

impl fmt::Debug for BodyPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyPreview(of {} bytes)", self.whole)
    }
}

impl ResponseError {
    /// Reads an answer with another status than 2xx.
    pub(crate) fn refused(
        operation: &'static str,
        response: &Response<&[u8]>,
        secret: &Secret,
    ) -> Self {
        let body = String::from_utf8_lossy(response.body());
        let kind = if response.status().is_redirection() {
            let location = response.headers().get(LOCATION);
            let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()));
            let location = location.map(|location| secret.redact(&location));
            ResponseErrorKind::Redirect(Redirect { location })
        } else if body.trim_ascii().is_empty() {
            ResponseErrorKind::NoBody(DecodeError::empty())
        } else {
            refusal(&body, secret)
        };
        Self::new(operation, response, secret, kind)
    }

    /// Makes an error of a 2xx that isn't what the operation promises.
    pub(crate) fn unexpected(
        operation: &'static str,
        response: &Response<&[u8]>,
        secret: &Secret,
        mut error: DecodeError,
    ) -> Self {
        error.redact(secret);
        let kind = if response.body().trim_ascii().is_empty() {
            ResponseErrorKind::NoBody(DecodeError::empty())
        } else {
            ResponseErrorKind::Unexpected(error)
        };
        Self::new(operation, response, secret, kind)
    }

    fn new(
        operation: &'static str,
        response: &Response<&[u8]>,
        secret: &Secret,
        kind: ResponseErrorKind,
    ) -> Self {
        const KEPT: [HeaderName; 4] =
            [CONTENT_TYPE, DATE, RETRY_AFTER, HeaderName::from_static("x-request-id")];
        let kept = |name| {
            let value = response.headers().get(&name)?;
            Some((name, secret.redact_header(value)))
        };
        let body = secret.redact(&String::from_utf8_lossy(response.body()));
        Self(Box::new(Inner {
            operation,
            status: response.status(),
            headers: KEPT.into_iter().filter_map(kept).collect(),
            body: BodyPreview::new(&body, response.body().len()),
            kind,
        }))
    }

    /// The operation's documented name.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The HTTP status, whatever the body says.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Those of the headers that help to understand an error: `Content-Type`, `Date`,
    /// `Retry-After` and `X-Request-Id`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// How the body begins.
    #[must_use]
    pub fn body(&self) -> &BodyPreview {
        &self.0.body
    }

    /// What kind of answer it was.
    #[must_use]
    pub fn kind(&self) -> &ResponseErrorKind {
        &self.0.kind
    }

    /// The platform's own words, if it was the platform that answered.
    #[must_use]
    pub fn platform(&self) -> Option<&PlatformError> {
        match self.kind() {
            ResponseErrorKind::Platform(error) => Some(error),
            _ => None,
        }
    }

    /// The platform's code for what went wrong.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.platform()?.code.as_ref()
    }
}

/// Reads the body of a refusal. The secret is taken out of what was read and not of what is yet to
/// be read: JSON can write it in many ways, and it might be a common word.
fn refusal(body: &str, secret: &Secret) -> ResponseErrorKind {
    let json: Value = match DecodeError::located(body) {
        Ok(json) => json,
        Err(error) => return ResponseErrorKind::NotJson(error),
    };
    let platform = json.get("error").and_then(|error| PlatformError::read(error, secret));
    match (platform, OAuthError::read(&json, secret)) {
        (Some(error), _) => ResponseErrorKind::Platform(error),
        (None, Some(error)) => ResponseErrorKind::OAuth(error),
        (None, None) => ResponseErrorKind::OtherJson(DecodeError::not_an_error()),
    }
}
