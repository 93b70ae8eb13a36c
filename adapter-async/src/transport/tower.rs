use std::fmt;
use std::future::poll_fn;

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};
use tower_service::Service;

use super::read_body::{self, BoxError};
use super::{Outcome, errors};
use crate::target::{BoxFuture, MaybeSend, MaybeSync};
use crate::{Body, Transport};

/// Any tower service from an `http::Request<Body>` to an `http::Response`, with its layers. Feature
/// `tower`.
///
/// The service must not follow redirects and should not retry. After any error of its `call` the
/// request is taken to have been sent. The service is cloned for each request, and shared by
/// threads: box it by tower's `BoxCloneSyncService`, not by `BoxCloneService`. A layer that isn't
/// `Clone`, such as tower's `RateLimit`, goes below its `Buffer`. For a service with a body of its
/// own, convert ours by tower's `map_request`.
///
/// ```
/// use cycle_images_async::{Body, Tower};
/// use hyper_util::client::legacy::Client;
/// use hyper_util::rt::TokioExecutor;
///
/// let service = Client::builder(TokioExecutor::new()).build_http::<Body>();
/// let transport = Tower::new(service);
/// ```
#[derive(Clone)]
pub struct Tower<S> {
    service: S,
    body_limit: u64,
}

impl<S> Tower<S> {
    /// Sends requests by this service.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self { service, body_limit: read_body::DEFAULT_LIMIT }
    }

    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }
}

impl<S, R> Transport for Tower<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone + MaybeSend + MaybeSync + 'static,
    S::Error: Into<BoxError> + MaybeSend,
    S::Future: MaybeSend,
    R: http_body::Body + MaybeSend + 'static,
    R::Data: MaybeSend,
    R::Error: Into<BoxError>,
{
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        self.upload(request.map(Body::from))
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        let (mut service, limit) = (self.service.clone(), self.body_limit);
        Box::pin(async move {
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.map_err(|error| SendFailure::not_sent(source(error.into())))?;
            let response = service.call(request).await;
            let response =
                response.map_err(|error| SendFailure::maybe_sent(source(error.into())))?;
            read_body::read(response, limit).await
        })
    }
}

/// The error of tower's own timeout can only be recognized by its text.
fn source(error: BoxError) -> BoxError {
    let mut sources = errors::sources(&*error).map(ToString::to_string);
    let is_timeout = sources.any(|text| text == "request timed out");
    drop(sources);
    if is_timeout { errors::timeout(error) } else { error }
}

impl<S: fmt::Debug> fmt::Debug for Tower<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tower").field("service", &self.service).finish_non_exhaustive()
    }
}
