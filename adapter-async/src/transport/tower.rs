use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;

use bytes::Bytes;
use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};
use tower_service::Service;

use super::read_body::{self, BoxError};
use crate::{Body, Transport, UploadTransport};

/// Any tower service from an `http::Request<B>` to an `http::Response`, with its layers. Feature
/// `tower`.
///
/// The service must not follow redirects and should not retry. After any error of its `call` the
/// request is taken to have been sent. The service is cloned for each request. To use the client on
/// several threads, it must be `Sync`: use tower's `BoxCloneSyncService`, not `BoxCloneService`. For
/// uploads, `B` must be `From<Body>`, as [`Body`] itself is.
///
/// ```
/// use cycle_images_async::{Body, Tower};
/// use hyper_util::client::legacy::Client;
/// use hyper_util::rt::TokioExecutor;
///
/// let service = Client::builder(TokioExecutor::new()).build_http::<Body>();
/// let transport = Tower::<_, Body>::new(service);
/// ```
pub struct Tower<S, B> {
    service: S,
    body_limit: u64,
    body: PhantomData<fn(B)>,
}

impl<S, B> Tower<S, B> {
    /// Sends requests by this service.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self { service, body_limit: read_body::DEFAULT_LIMIT, body: PhantomData }
    }

    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }

    pub(super) fn run<R>(
        &self,
        request: Request<B>,
    ) -> impl Future<Output = Result<Response<Bytes>, SendError>> + use<S, B, R>
    where
        S: Service<Request<B>, Response = Response<R>> + Clone,
        S::Error: Into<BoxError>,
        R: http_body::Body,
        R::Error: Into<BoxError>,
    {
        let (mut service, limit) = (self.service.clone(), self.body_limit);
        async move {
            poll_fn(|context| service.poll_ready(context)).await.map_err(SendError::not_sent)?;
            let response = service.call(request).await.map_err(SendError::maybe_sent)?;
            read_body::read(response, limit).await
        }
    }
}

impl<S, B, R> Transport for Tower<S, B>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
    B: From<Vec<u8>>,
    R: http_body::Body,
    R::Error: Into<BoxError>,
{
    type Error = SendError;
    type Body = Bytes;

    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<Bytes>, SendError>> {
        self.run(request.map(B::from))
    }
}

impl<S, B, R> UploadTransport for Tower<S, B>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
    B: From<Vec<u8>> + From<Body>,
    R: http_body::Body,
    R::Error: Into<BoxError>,
{
    fn upload(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Bytes>, SendError>> {
        self.run(request.map(B::from))
    }
}

impl<S: Clone, B> Clone for Tower<S, B> {
    fn clone(&self) -> Self {
        Self { service: self.service.clone(), body_limit: self.body_limit, body: PhantomData }
    }
}

impl<S: fmt::Debug, B> fmt::Debug for Tower<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tower").field("service", &self.service).finish_non_exhaustive()
    }
}
