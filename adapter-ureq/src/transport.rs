use std::io::Read;
use std::time::Duration;

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};

/// Sends a request and returns its response. A [`Client`](crate::Client) sends over ureq unless it
/// is [given another](crate::Client::from_transport).
///
/// Every function or closure from a request to a response is a transport, for example one that
/// returns recordings in a test:
///
/// ```
/// use cycle_images::{Hub, images::GetImages, recorded};
/// use cycle_images_ureq::Client;
///
/// let client = Client::from_transport(Hub::new("key", "hub")?, |_| {
///     recorded::response(b"HTTP/2 200\n\n{\"data\": []}")
/// });
/// assert!(client.call(&GetImages::new())?.data.is_empty());
/// # Ok::<(), cycle_images_ureq::Error>(())
/// ```
///
/// A transport must not follow redirects, must not retry, and must not make a status an error. It
/// sends an empty body as no body.
pub trait Transport: Send + Sync {
    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    /// If there is no response. By [`SendFailure::not_sent`] and [`SendFailure::maybe_sent`] the
    /// error says whether the request may have been sent; after the latter, a POST isn't retried.
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure>;

    /// Sends a request with a body that is read while it is sent, as an
    /// [upload](crate::Client::upload) needs it. An error of the body must be returned as an
    /// error. The URI has the image's upload token in it, which no error may show.
    ///
    /// # Errors
    /// As [`send`](Self::send); by default, that the transport can't upload.
    fn upload(
        &self,
        request: Request<()>,
        body: &mut dyn Read,
        limits: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        let _ = (request, body, limits);
        Err(SendFailure::not_sent("the transport can't upload").fatal())
    }
}

/// The limits of one request: the settings of its [`Client`](crate::Client), which a transport is
/// to apply as far as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The time limit of making a connection.
    pub connect_timeout: Duration,
    /// The time limit of a request, its response included. For an upload, the limit for each piece
    /// and for the response after the last one.
    pub timeout: Duration,
    /// The size limit of a response's body, in bytes.
    pub body_limit: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            body_limit: 64 << 20,
        }
    }
}

impl<F, B, E> Transport for F
where
    F: Fn(Request<Vec<u8>>) -> Result<Response<B>, E> + Send + Sync,
    B: Into<Vec<u8>>,
    E: Into<SendFailure>,
{
    fn send(
        &self,
        request: Request<Vec<u8>>,
        _: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        self(request).map(|response| response.map(Into::into)).map_err(Into::into)
    }
}
