use std::time::Duration;

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy, retry};

use super::{Outcome, errors, read_body};
use crate::target::BoxFuture;
use crate::{Body, Transport};

/// reqwest 0.13. Feature `reqwest`, and `rustls` or `native-tls` for https.
#[derive(Clone, Debug)]
pub struct Reqwest {
    client: Client,
    body_limit: u64,
    /// Whether the client is known to follow no redirects.
    no_redirects: bool,
}

impl Reqwest {
    /// A client with a time limit of 10 s for a connection. A proxy is taken from the environment
    /// (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) for https only: over plain http, the proxy could
    /// read the API key.
    ///
    /// # Errors
    /// If TLS can't be set up, or the proxy's address is invalid. Without a TLS feature, requests
    /// over https fail.
    pub fn new() -> reqwest::Result<Self> {
        let builder = Client::builder().connect_timeout(Duration::from_secs(10)).no_proxy();
        let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let address = names.into_iter().find_map(|name| std::env::var(name).ok());
        Self::build(match address.filter(|address| !address.is_empty()) {
            Some(address) => builder.proxy(Proxy::https(address)?.no_proxy(NoProxy::from_env())),
            None => builder,
        })
    }

    /// A client of the caller's configuration, with reqwest's own redirects and retries turned
    /// off. A proxy of the caller's is used for plain http as well: it can then read the API key,
    /// and the token of an upload.
    ///
    /// # Errors
    /// If the client can't be built.
    pub fn build(builder: ClientBuilder) -> reqwest::Result<Self> {
        // Over HTTP/2, reqwest sends a request that a server refused up to three times by default.
        let client = builder.redirect(Policy::none()).retry(retry::never()).build()?;
        Ok(Self { no_redirects: true, ..Self::from_client(client) })
    }

    /// An existing client, with its connection pool. It should follow no redirects: the response
    /// to a redirect that it followed is an error. When a connection fails, it isn't known whether
    /// it was to the platform or to where a redirect led; so a request is taken to have been sent
    /// after any error.
    ///
    /// It should not retry either: build it with `retry(reqwest::retry::never())`. By default,
    /// reqwest sends a request up to three times over HTTP/2, a POST too, if the server refuses
    /// the stream or closes the connection before it has processed the request.
    #[must_use]
    pub fn from_client(client: Client) -> Self {
        Self { client, body_limit: read_body::DEFAULT_LIMIT, no_redirects: false }
    }

    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }

    fn run<B: Into<reqwest::Body>>(&self, request: Request<B>) -> BoxFuture<'static, Outcome> {
        let request = reqwest::Request::try_from(request);
        let Self { client, body_limit, no_redirects } = self.clone();
        Box::pin(async move {
            let failed = |error| send_failure(error, no_redirects);
            let request = request.map_err(failed)?;
            let url = request.url().clone();
            let response = client.execute(request).await.map_err(failed)?;
            if *response.url() != url {
                let followed = "the client followed a redirect: build it with none";
                return Err(SendFailure::maybe_sent(followed).fatal());
            }
            read_body::read(Response::from(response), body_limit).await
        })
    }
}

impl Transport for Reqwest {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        self.run(request)
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        self.run(request.map(reqwest::Body::wrap_stream))
    }
}

fn send_failure(error: reqwest::Error, no_redirects: bool) -> SendFailure {
    // The URL of an upload holds its token.
    let error = error.without_url();
    let (is_connect, is_fatal) = (error.is_connect(), error.is_builder());
    let (is_timeout, is_refused) = (error.is_timeout(), errors::is_refused(&error));
    let error = if is_timeout { errors::timeout(error.into()) } else { error.into() };
    let error = if !no_redirects {
        // The connection that failed may be one to where a redirect led.
        SendFailure::maybe_sent(error)
    } else if is_connect {
        errors::of_connection(error, "https needs the feature `rustls` or `native-tls`")
    } else if is_fatal || is_refused {
        SendFailure::not_sent(error)
    } else {
        SendFailure::maybe_sent(error)
    };
    if is_fatal { error.fatal() } else { error }
}
