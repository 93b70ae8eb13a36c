use std::fmt;

use http::Request;

use crate::wire::debug::Sent;

/// An entry of a HAR that a [`Recording`](super::Recording) doesn't have, and why.
///
/// Displayed, it is a line such as "entry 7 was left out: the request was aborted".
#[derive(Clone)]
pub struct LeftOut {
    number: usize,
    request: Option<Request<Vec<u8>>>,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NoRequest,
    NoMethod,
    BadMethod,
    NotHttp,
    BadUrl,
    NoResponse,
    Aborted,
    BadStatus,
    NoBody,
    BadBase64,
}

impl LeftOut {
    pub(super) fn new(number: usize, request: Option<Request<Vec<u8>>>, reason: Reason) -> Self {
        Self { number, request, reason }
    }

    /// Its place among the entries of the HAR, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// The request, if it could be read.
    #[must_use]
    pub fn request(&self) -> Option<&Request<Vec<u8>>> {
        self.request.as_ref()
    }

    /// Why it was left out.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self.reason {
            Reason::NoRequest => "it has no request",
            Reason::NoMethod => "its request has no method",
            Reason::BadMethod => "the method of its request isn't valid",
            Reason::NotHttp => "its URL is not one of HTTP",
            Reason::BadUrl => "its URL isn't valid",
            Reason::NoResponse => "it has no response",
            Reason::Aborted => "the request was aborted",
            Reason::BadStatus => "the status of its response isn't valid",
            Reason::NoBody => "the body of its response isn't in the HAR",
            Reason::BadBase64 => "its body isn't valid base64",
        }
    }

    /// Whether all but the body of the response is known.
    pub(super) fn has_no_body(&self) -> bool {
        matches!(self.reason, Reason::NoBody | Reason::BadBase64)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} was left out: {}", self.number, self.reason())
    }
}

/// Shows no body and no header: they may contain secrets.
impl fmt::Debug for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = &self.request {
            Sent(request, request.body().len()).fmt(f)?;
            f.write_str(": ")?;
        }
        fmt::Display::fmt(self, f)
    }
}
