use std::future::Future;

use cycle_images::http::{Request, Response};

/// Carries a request to the platform and its answer back.
///
/// Every async function or closure from a request to a response is one. A transport must not follow
/// redirects, must take no status for an error, and should bound the time and the size of an answer.
/// An empty body is to be sent as none.
///
/// Nothing is boxed, and nothing need be `Send`: a future of [`Client`](crate::Client) is `Send`
/// whenever the transport's is.
pub trait Transport {
    /// Why there is no response.
    type Error: std::error::Error + 'static;
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
    E: std::error::Error + 'static,
{
    type Error = E;
    type Body = B;

    fn send(&self, request: Request<Vec<u8>>) -> impl Future<Output = Result<Response<B>, E>> {
        self(request)
    }
}
