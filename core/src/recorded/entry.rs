use std::fmt;
use std::sync::Arc;

use http::{Request, Response};

use super::known::Known;
use crate::wire::debug::Sent;

/// An exchange: a request and its response.
#[derive(Clone)]
pub struct Entry {
    request: Option<Request<Vec<u8>>>,
    response: Response<Vec<u8>>,
    /// What is secret in the whole recording that it is a part of.
    pub(super) known: Option<Arc<Known>>,
}

impl Entry {
    /// An exchange of this request and this response.
    #[must_use]
    pub fn new(request: Request<Vec<u8>>, response: Response<Vec<u8>>) -> Self {
        Self { request: Some(request), response, known: None }
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
        Self { request: None, response, known: None }
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
