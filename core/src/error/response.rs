use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode, response};
use serde::de::IgnoredAny;

use super::platform::fields;
use super::{Attempts, DecodeError, ErrorCode, OAuthError, PlatformError, retry_after};
use crate::wire::plain::plain;
use crate::wire::redact::Secrets;
use crate::wire::timestamp::Timestamp;

/// A response that is not a success, or can't be decoded.
///
/// `Display` shows the operation, the status and what to do next; its [`source()`](Error::source)
/// is the platform's or the decoder's error. Neither repeats the other, and neither shows a secret.
#[derive(Debug)]
pub struct ResponseError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    request: RequestInfo,
    attempts: Option<Attempts>,
    status: StatusCode,
    headers: HeaderMap,
    body: BodyPreview,
    kind: ResponseErrorKind,
}

/// The request of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestInfo {
    pub(crate) operation: &'static str,
    pub(crate) is_idempotent: bool,
    /// Whether it was sent to the factory, which is authorized by an image's token.
    pub(crate) is_upload: bool,
}

/// The most bytes of header values that an error keeps.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// The kind of response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseErrorKind {
    /// The platform's error envelope.
    Platform(PlatformError),
    /// An OAuth error, from the platform's authentication.
    OAuth(OAuthError),
    /// An error status with other JSON.
    OtherJson(DecodeError),
    /// An error status with a body that isn't JSON, usually from a proxy.
    NotJson(DecodeError),
    /// No body, with an error status or with a success that should have one.
    NoBody(DecodeError),
    /// A redirect. It is never followed, as that would send the API key to another host.
    Redirect(Redirect),
    /// A 2xx whose body can't be decoded.
    Unexpected(DecodeError),
}

/// The target of a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redirect {
    /// The `Location` header, if there is one.
    pub location: Option<String>,
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "the response redirects to {location}"),
            None => f.write_str("the response is a redirect without a Location"),
        }
    }
}

impl Error for Redirect {}

/// The beginning of a response's body, as text: at most 4 KiB. `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct BodyPreview {
    text: String,
    whole: usize,
}

impl BodyPreview {
    /// The text. Invalid UTF-8 is replaced, and secrets of the request are redacted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The beginning on one line, at most 200 characters of it.
    fn beginning(&self) -> String {
        const MOST: usize = 200;
        let words: Vec<&str> = self.text.split_whitespace().take(MOST).collect();
        plain(&words.join(" "), MOST)
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
    /// An error for a response with another status than 2xx.
    pub(crate) fn refused(
        request: RequestInfo,
        head: &response::Parts,
        body: &[u8],
        secrets: &Secrets<'_>,
    ) -> Self {
        let kind = if head.status.is_redirection() {
            let location = head.headers.get(LOCATION);
            let location =
                location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            ResponseErrorKind::Redirect(Redirect { location })
        } else if body.trim_ascii().is_empty() {
            ResponseErrorKind::NoBody(DecodeError::empty())
        } else {
            refusal(body)
        };
        Self::new(request, head, body, secrets, kind)
    }

    /// An error for a 2xx that can't be decoded.
    pub(crate) fn unexpected(
        request: RequestInfo,
        head: &response::Parts,
        body: &[u8],
        secrets: &Secrets<'_>,
        error: DecodeError,
    ) -> Self {
        let kind = if body.trim_ascii().is_empty() {
            ResponseErrorKind::NoBody(DecodeError::empty())
        } else {
            ResponseErrorKind::Unexpected(error)
        };
        Self::new(request, head, body, secrets, kind)
    }

    /// The only constructor: every text of the response is redacted and truncated here, so that no
    /// other code can forget to.
    fn new(
        request: RequestInfo,
        head: &response::Parts,
        body: &[u8],
        secrets: &Secrets<'_>,
        kind: ResponseErrorKind,
    ) -> Self {
        let headers = secrets.redacted_headers(&head.headers, MAX_HEADER_BYTES);
        let body = BodyPreview { text: secrets.redact_body(body), whole: body.len() };
        let kind = match kind {
            ResponseErrorKind::NotJson(_) => {
                ResponseErrorKind::NotJson(DecodeError::not_json_but(&body.beginning()))
            }
            other => other.redacted(secrets),
        };
        let status = head.status;
        Self(Box::new(Inner { request, attempts: None, status, headers, body, kind }))
    }

    /// The operation's documented name.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.request.operation
    }

    /// How many attempts were made, and how long they took; `None` if no
    /// [flow](crate::flow) was used.
    #[must_use]
    pub fn attempts(&self) -> Option<Attempts> {
        self.0.attempts
    }

    pub(crate) fn with_attempts(mut self, attempts: Attempts) -> Self {
        self.0.attempts = Some(attempts);
        self
    }

    pub(crate) fn set_empty_quota(&mut self) {
        if let Some(attempts) = &mut self.0.attempts {
            attempts.quota_empty = true;
        }
    }

    pub(super) fn is_idempotent(&self) -> bool {
        self.0.request.is_idempotent
    }

    pub(super) fn asks_to_wait(&self) -> bool {
        self.retry_after(Timestamp::UNIX_EPOCH).is_some()
    }

    /// The HTTP status, whatever status the body has.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers of the response, such as those of rate limits. Secrets are redacted. Values are
    /// truncated to 4 KiB, and at most 16 KiB of them are kept.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The beginning of the body.
    #[must_use]
    pub fn body(&self) -> &BodyPreview {
        &self.0.body
    }

    /// The kind of response.
    #[must_use]
    pub fn kind(&self) -> &ResponseErrorKind {
        &self.0.kind
    }

    /// The platform's error, if the response has one.
    #[must_use]
    pub fn platform(&self) -> Option<&PlatformError> {
        match self.kind() {
            ResponseErrorKind::Platform(error) => Some(error),
            _ => None,
        }
    }

    /// The platform's error code.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.platform()?.code.as_ref()
    }

    /// The id that the platform gave to the request, to quote to its support: the `X-Request-Id`
    /// header.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.headers().get("x-request-id")?.to_str().ok()
    }

    /// How long the response asks to wait before the request is sent again, by its `Retry-After`.
    /// `now` is used if the header is a date and the response has no `Date` of its own.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(self.headers(), now)
    }

    fn advice(&self) -> &'static str {
        let is_upload = self.0.request.is_upload;
        match self.kind() {
            ResponseErrorKind::Redirect(_) if is_upload => {
                "redirects aren't followed, as that would send the token elsewhere: check the \
                 factory URL"
            }
            ResponseErrorKind::Redirect(_) => {
                "redirects aren't followed, as that would send the API key elsewhere: check the \
                 base URL"
            }
            ResponseErrorKind::Unexpected(_) => {
                "the body can't be decoded: check the base URL, then whether there is a newer version \
                 of this crate"
            }
            ResponseErrorKind::NoBody(_) if self.status().is_success() => {
                "the body is missing: check the base URL and any proxy"
            }
            _ if is_upload
                && (self.is_invalid() || self.status() == StatusCode::PAYLOAD_TOO_LARGE) =>
            {
                "the factory refuses the tar: check it, then upload it to a new image"
            }
            _ if is_upload && self.status().is_client_error() => {
                "the factory refuses the upload: upload the tar to a new image, which has a new token"
            }
            _ if self.is_unavailable() && !self.is_retryable() => MAY_HAVE_TAKEN_EFFECT,
            _ => self.meaning().advice,
        }
    }
}

/// The advice after an operation that must not be repeated blindly.
pub(crate) const MAY_HAVE_TAKEN_EFFECT: &str =
    "it may have taken effect: check before sending it again";

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed with status {}", self.operation(), self.status())?;
        if let Some(attempts) = self.attempts() {
            write!(f, " ({attempts})")?;
        }
        if let Some(capability) = self.missing_capability() {
            return write!(f, "; give the API key the capability {capability}");
        }
        write!(f, "; {}", self.advice())?;
        match self.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()) {
            // A date has 29 characters.
            Some(when) if self.is_unavailable() && when.len() < 40 => {
                write!(f, " (Retry-After: {when})")
            }
            _ => Ok(()),
        }
    }
}

impl Error for ResponseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self.kind() {
            ResponseErrorKind::Platform(error) => error,
            ResponseErrorKind::OAuth(error) => error,
            ResponseErrorKind::Redirect(redirect) => redirect,
            ResponseErrorKind::OtherJson(error)
            | ResponseErrorKind::NotJson(error)
            | ResponseErrorKind::NoBody(error)
            | ResponseErrorKind::Unexpected(error) => error,
        })
    }
}

impl ResponseErrorKind {
    fn redacted(self, secrets: &Secrets<'_>) -> Self {
        let redact = |mut error: DecodeError| {
            error.redact(secrets);
            error
        };
        match self {
            Self::Platform(error) => Self::Platform(error.redacted(secrets)),
            Self::OAuth(error) => Self::OAuth(error.redacted(secrets)),
            Self::OtherJson(error) => Self::OtherJson(redact(error)),
            Self::NotJson(error) => Self::NotJson(redact(error)),
            Self::NoBody(error) => Self::NoBody(redact(error)),
            Self::Redirect(Redirect { location }) => {
                let location = location.map(|text| secrets.plain(&text));
                Self::Redirect(Redirect { location })
            }
            Self::Unexpected(error) => Self::Unexpected(redact(error)),
        }
    }
}

/// Reads the body of an error response. Secrets are redacted after parsing, not before: a secret
/// that is a common word would break the JSON.
fn refusal(body: &[u8]) -> ResponseErrorKind {
    // An envelope has a few hundred bytes. A larger body isn't copied to replace invalid UTF-8.
    const ENVELOPE: usize = 64 * 1024;
    let text = match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) if body.len() <= ENVELOPE => String::from_utf8_lossy(body),
        Err(error) => return ResponseErrorKind::NotJson(DecodeError::not_utf8(error)),
    };
    let [error, description] = match fields(&text, ["error", "error_description"]) {
        Some(fields) => fields,
        None => match serde_json::from_str::<IgnoredAny>(&text) {
            Ok(_) => [None; 2],
            Err(error) => return ResponseErrorKind::NotJson(DecodeError::not_json(&error)),
        },
    };
    let platform = error.and_then(PlatformError::read).map(ResponseErrorKind::Platform);
    let oauth = || OAuthError::read(error?, description).map(ResponseErrorKind::OAuth);
    platform
        .or_else(oauth)
        .unwrap_or_else(|| ResponseErrorKind::OtherJson(DecodeError::not_an_error()))
}
