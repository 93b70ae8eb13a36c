use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};
use futures_core::Stream;
use reqwest::Client;
use std::future::poll_fn;
use std::pin::Pin;

use super::{Outcome, errors, read_body};
use crate::target::BoxFuture;
use crate::{Body, Transport};

/// reqwest 0.13 over the browser's `fetch`. Feature `reqwest`.
///
/// | elsewhere | in a browser |
/// |---|---|
/// | redirects aren't followed | `fetch` follows them; the response to one is an error |
/// | a time limit of 10 s for a connection | none: the limit of an attempt holds for it, too |
/// | the body of an upload is streamed | it is read into memory |
/// | too large a body isn't read | it is read, and refused, unless its announced length is too large |
/// | after a failed connection, a POST is sent again | it isn't: `fetch` doesn't say whether it was sent |
#[derive(Clone, Debug)]
pub struct Reqwest {
    client: Client,
    body_limit: u64,
}

impl Reqwest {
    /// A client with default settings.
    ///
    /// # Errors
    /// None in a browser.
    pub fn new() -> reqwest::Result<Self> {
        Ok(Self::with_client(Client::new()))
    }

    /// An existing client.
    #[must_use]
    pub fn with_client(client: Client) -> Self {
        Self { client, body_limit: read_body::DEFAULT_LIMIT }
    }

    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }
}

impl Transport for Reqwest {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        let Self { client, body_limit } = self.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request);
            let request = request.map_err(|error| send_error(error).fatal())?;
            let url = request.url().clone();
            let response = client.execute(request).await.map_err(send_error)?;
            if *response.url() != url {
                return Err(SendError::maybe_sent("the browser followed a redirect").fatal());
            }
            if response.content_length().is_some_and(|length| length > body_limit) {
                return Err(SendError::too_large(body_limit));
            }
            let mut read = Response::new(Vec::new());
            *read.status_mut() = response.status();
            *read.headers_mut() = response.headers().clone();
            *read.body_mut() = response.bytes().await.map_err(send_error)?.into();
            if read.body().len() as u64 > body_limit {
                return Err(SendError::too_large(body_limit));
            }
            Ok(read)
        })
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        let this = self.clone();
        Box::pin(async move {
            let (head, mut body) = request.into_parts();
            let mut bytes = Vec::new();
            while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await
            {
                bytes.extend(piece?);
            }
            this.send(Request::from_parts(head, bytes)).await
        })
    }
}

fn send_error(error: reqwest::Error) -> SendError {
    // The URL of an upload holds its token.
    let error = error.without_url();
    let is_timeout = error.is_timeout();
    SendError::maybe_sent(if is_timeout { errors::timeout(error.into()) } else { error.into() })
}
