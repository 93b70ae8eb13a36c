//! What carries requests: the trait, and one for each client that is ready, behind its feature.

#[cfg(any(feature = "reqwest", feature = "hyper", feature = "tower"))]
mod body;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod connect_error;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tower")]
mod tower;

use std::future::Future;

use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};

#[cfg(feature = "hyper")]
pub use self::hyper::Hyper;
#[cfg(feature = "reqwest")]
pub use self::reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::tower::Tower;
use crate::Body;

/// Carries a request to the platform and its answer back.
///
/// Every async function or closure from a request to a response is one. (One whose type is a
/// parameter, or that is boxed, is wrapped: `async move |request| f(request).await`.) A transport
/// must not follow redirects, must send nothing again by itself, must take no status for an error,
/// and should bound the size of an answer. An empty body is to be sent as none.
///
/// The trait boxes nothing, and nothing need be `Send`: what a [`Client`](crate::Client) gives is
/// `Send` whenever the transport's and the timer's futures are and both are `Sync`. That is known
/// where their types are: a function that is generic over them can't spawn.
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
    /// Why there is no response. After any error the request is taken to have arrived, and a POST is
    /// not sent again; a transport that can tell makes a [`SendError`] of what it knows. What is no
    /// `Error` itself, such as a boxed one, becomes one by `.map_err(SendError::maybe_sent)`.
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

/// A transport that can send a body piece by piece, as an
/// [upload](crate::Client::upload) needs it. A closure can't; what is sent by one can be a service
/// for `Tower`, with [`Body`] as its requests' body.
pub trait UploadTransport: Transport {
    /// Sends a request with its body as it is read, and waits for the whole response. What goes
    /// wrong with the body must come out as an error. The URI holds the image's token, which no
    /// error may show.
    fn upload(
        &self,
        request: Request<Body>,
    ) -> impl Future<Output = Result<Response<Self::Body>, Self::Error>>;
}
