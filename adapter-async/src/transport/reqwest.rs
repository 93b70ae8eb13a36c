use std::time::Duration;

use bytes::Bytes;
use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy, retry};

use super::{body, connect_error};
use crate::{Body, Transport, UploadTransport};

/// reqwest 0.13. Feature `reqwest`, and `rustls` or `native-tls` for https.
#[derive(Clone, Debug)]
pub struct Reqwest {
    client: Client,
    body_limit: u64,
    /// Whether it is sure that the client follows no redirects.
    stays: bool,
}

impl Reqwest {
    /// A client with our defaults: ten seconds for a connection, and a proxy from the environment
    /// (`HTTPS_PROXY` and its kin) for https alone: over plain http, the proxy could read the API
    /// key.
    ///
    /// # Errors
    /// If TLS can't be set up, or a proxy's address is none. Without any TLS, it is https that fails.
    pub fn new() -> reqwest::Result<Self> {
        let builder = Client::builder().connect_timeout(Duration::from_secs(10)).no_proxy();
        let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let address = names.into_iter().find_map(|name| std::env::var(name).ok());
        Self::build(match address.filter(|address| !address.is_empty()) {
            Some(address) => builder.proxy(Proxy::https(address)?.no_proxy(NoProxy::from_env())),
            None => builder,
        })
    }

    /// A client that the caller has configured but for its redirects and retries: it follows none,
    /// and sends nothing again by itself.
    ///
    /// # Errors
    /// If the client can't be built.
    pub fn build(builder: ClientBuilder) -> reqwest::Result<Self> {
        // Over HTTP/2, reqwest would send what a server has refused up to three times.
        let client = builder.redirect(Policy::none()).retry(retry::never()).build()?;
        Ok(Self { stays: true, ..Self::with_client(client) })
    }

    /// A client of the caller's own, with its connections. It should follow no redirects; the answer
    /// to one that it followed is an error. As it can't be known whether it did when a connection
    /// failed, a request is taken to have arrived after any error of it.
    ///
    /// It should send nothing again by itself either: build it with
    /// `retry(reqwest::retry::never())`. Otherwise reqwest sends a request up to three times over
    /// HTTP/2, a POST as well and whatever the client's policy says, as long as the server refuses
    /// the stream or closes the connection without having looked at it.
    #[must_use]
    pub fn with_client(client: Client) -> Self {
        Self { client, body_limit: body::DEFAULT_LIMIT, stays: false }
    }

    /// Sets how many bytes the body of an answer may have; 64 MiB if it isn't called. A build log
    /// may need more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }

    async fn run<B: Into<reqwest::Body>>(
        &self,
        request: Request<B>,
    ) -> Result<Response<Bytes>, SendError> {
        let last_reported = |error| told(error, self.stays);
        let request = reqwest::Request::try_from(request).map_err(last_reported)?;
        let url = request.url().clone();
        let response = self.client.execute(request).await.map_err(last_reported)?;
        if *response.url() != url {
            let followed = "the client followed a redirect: build it with none";
            return Err(SendError::maybe_sent(followed).fatal());
        }
        body::read(Response::from(response), self.body_limit).await
    }
}

impl Transport for Reqwest {
    type Error = SendError;
    type Body = Bytes;

    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, SendError> {
        self.run(request).await
    }
}

impl UploadTransport for Reqwest {
    async fn upload(&self, request: Request<Body>) -> Result<Response<Bytes>, SendError> {
        self.run(request.map(reqwest::Body::wrap_stream)).await
    }
}

fn told(error: reqwest::Error, stays: bool) -> SendError {
    // The URL of an upload holds its token.
    let error = error.without_url();
    let is_fatal = error.is_builder();
    let error = if !stays {
        // What can't be had may be what a redirect led to.
        SendError::maybe_sent(error)
    } else if error.is_connect() {
        connect_error::of_connection(error, "https needs the feature `rustls` or `native-tls`")
    } else if is_fatal {
        SendError::not_sent(error)
    } else {
        SendError::maybe_sent(error)
    };
    if is_fatal { error.fatal() } else { error }
}
