//! The transport trait, and an implementation for each HTTP client behind its feature.

#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod connect_error;
mod dyn_transport;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(any(feature = "reqwest", feature = "hyper", feature = "tower"))]
mod read_body;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tower")]
mod tower;

use std::future::Future;

use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};

pub use self::dyn_transport::{DynBody, DynTransport};
#[cfg(feature = "hyper")]
pub use self::hyper::Hyper;
#[cfg(feature = "reqwest")]
pub use self::reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::tower::Tower;
use crate::Body;

/// Sends a request and returns its response.
///
/// Every async function or closure from a request to a response is a transport. (One whose type is a
/// parameter or that is boxed has to be wrapped: `async move |request| f(request).await`.) A
/// transport must not follow redirects, must not retry, must not make a status an error, and should
/// limit the size of a response. It sends an empty body as no body.
///
/// Nothing is boxed, and nothing has to be `Send`: the futures and streams of a
/// [`Client`](crate::Client) are `Send` if those of its transport and timer are. The compiler knows
/// that only where their types are known: what is generic over a `Transport` can't be spawned. See
/// [`DynTransport`] for a transport without a type parameter.
///
/// ```
/// use cycle_images::http::{Request, Response};
/// use cycle_images_async::Transport;
///
/// struct Echo;
///
/// impl Transport for Echo {
///     type Error = std::io::Error;
///     type Body = Vec<u8>;
///
///     async fn send(&self, request: Request<Vec<u8>>) -> std::io::Result<Response<Vec<u8>>> {
///         Ok(Response::new(request.into_body()))
///     }
/// }
/// ```
pub trait Transport {
    /// Why there is no response. By default the request is taken to have been sent, and a POST isn't
    /// retried; a transport that knows better returns a [`SendError`] that says so. An error that
    /// isn't a `std::error::Error`, such as a boxed one, is converted by
    /// `.map_err(SendError::maybe_sent)`.
    type Error: Into<SendError>;
    /// The body of a response, read in full.
    type Body: AsRef<[u8]>;

    /// Sends a request and waits for the whole response.
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<Self::Body>, Self::Error>>;
}

impl<F, B, E> Transport for F
where
    F: AsyncFn(Request<Vec<u8>>) -> Result<Response<B>, E>,
    B: AsRef<[u8]>,
    E: Into<SendError>,
{
    type Error = E;
    type Body = B;

    fn send(&self, request: Request<Vec<u8>>) -> impl Future<Output = Result<Response<B>, E>> {
        self(request)
    }
}

/// A transport that can stream the body of a request, as an [upload](crate::Client::upload) needs
/// it. A closure isn't one; make a service for `Tower` of it, with [`Body`] as the body of its
/// requests.
pub trait UploadTransport: Transport {
    /// Sends a request whose body is read while it is sent, and waits for the whole response. An error
    /// of the body must be returned as an error. The URI has the image's upload token in it, which no
    /// error may show.
    fn upload(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Self::Body>, Self::Error>>;
}
