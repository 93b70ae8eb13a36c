use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;

use bytes::Bytes;
use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};
use tower_service::Service;

use super::body::{self, BoxError};
use crate::{Body, Transport, UploadTransport};

/// Any tower service from an `http::Request<B>` to an `http::Response`, with whatever layers are
/// around it. Feature `tower`.
///
/// The service must not follow redirects. After any error of its `call` a request is taken to have
/// arrived. It is cloned for each request, and shared between threads only if it is `Sync`: take
/// tower's `BoxCloneSyncService`, not `BoxCloneService`. An upload needs a `B` that is made of a [`Body`], which is one itself.
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
    /// Has requests carried by this service.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self { service, body_limit: body::DEFAULT_LIMIT, body: PhantomData }
    }

    /// Sets how many bytes the body of an answer may have; 64 MiB if it isn't called. A build log
    /// may need more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }

    fn run<R>(
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
            body::read(response, limit).await
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
