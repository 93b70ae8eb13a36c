use cycle_images::flow::SendFailure;
use cycle_images::http::Request;
use hyper_util::client::legacy::{Client, connect::Connect};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{Outcome, errors, read_body};
use crate::target::BoxFuture;
use crate::{Body, Transport};

/// hyper-util's client, with the connector `C`, which also does TLS. Feature `hyper`.
///
/// The time limit of a connection is a setting of the connector.
///
/// ```
/// use cycle_images_async::Hyper;
/// use hyper_util::client::legacy::connect::HttpConnector;
/// use std::time::Duration;
///
/// // For https, a connector of hyper-rustls or hyper-tls around this one.
/// let mut connector = HttpConnector::new();
/// connector.set_connect_timeout(Some(Duration::from_secs(10)));
/// let transport = Hyper::from_connector(connector);
/// ```
#[derive(Clone, Debug)]
pub struct Hyper<C> {
    client: Client<C, Body>,
    body_limit: u64,
}

impl<C: Connect + Clone + Send + Sync + 'static> Hyper<C> {
    /// An existing client, on the executor that it was built with.
    #[must_use]
    pub fn new(client: Client<C, Body>) -> Self {
        Self { client, body_limit: read_body::DEFAULT_LIMIT }
    }

    /// A client on tokio, with hyper-util's default settings.
    #[must_use]
    pub fn from_connector(connector: C) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self::new(client)
    }
}

impl<C> Hyper<C> {
    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }
}

impl<C: Connect + Clone + Send + Sync + 'static> Transport for Hyper<C> {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        self.upload(request.map(Body::from))
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        let (sending, limit) = (self.client.request(request), self.body_limit);
        Box::pin(async move {
            let response = sending.await.map_err(|error| {
                if error.is_connect() {
                    errors::of_connection(error.into(), "https needs a connector that has TLS")
                } else if errors::is_refused(&error) {
                    SendFailure::not_sent(error)
                } else {
                    SendFailure::maybe_sent(error)
                }
            })?;
            read_body::read(response, limit).await
        })
    }
}
