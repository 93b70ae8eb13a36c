//! The transport trait, and an implementation for each HTTP client behind its feature.

#[cfg(any(feature = "reqwest", feature = "hyper", feature = "tower"))]
mod errors;
#[cfg(all(feature = "fetch", any(docsrs, all(target_arch = "wasm32", target_os = "unknown"))))]
mod fetch;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(any(feature = "reqwest", feature = "hyper", feature = "tower"))]
mod read_body;
#[cfg(all(feature = "reqwest", not(target_arch = "wasm32")))]
mod reqwest;
#[cfg(feature = "tower")]
mod tower;

use std::future::{Future, ready};

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};

#[cfg(all(
    feature = "fetch",
    any(docsrs, all(target_arch = "wasm32", target_os = "unknown"))
))]
pub use self::fetch::Fetch;
#[cfg(feature = "hyper")]
pub use self::hyper::Hyper;
#[cfg(all(feature = "reqwest", not(target_arch = "wasm32")))]
pub use self::reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::tower::Tower;
use crate::Body;
use crate::target::{BoxFuture, MaybeSend, MaybeSync};

/// The response to a request, or why there is none.
pub(crate) type Outcome = Result<Response<Vec<u8>>, SendFailure>;

/// Sends a request and returns its response.
///
/// Every function or closure from a request to a future is a transport. By default its errors are
/// taken to mean that the request may have been sent, and a POST isn't retried; one that knows
/// better returns a [`SendFailure`] that says so. An error that isn't a `std::error::Error`, such
/// as a boxed one, is mapped by [`SendFailure::maybe_sent`].
///
/// ```
/// use cycle_images::flow::SendFailure;
/// use cycle_images::http::{Request, Response};
/// use cycle_images_async::Transport;
///
/// fn is_transport(_: impl Transport) {}
/// let body = String::from(r#"{"data": []}"#);
/// is_transport(move |request: Request<Vec<u8>>| {
///     let body = body.clone(); // the future owns what it needs
///     async move { Ok::<_, SendFailure>(Response::new(body)) }
/// });
/// ```
///
/// An async closure that captures something isn't a transport, as its future borrows from it: rustc
/// says that it "does not implement `Fn`". Return an `async move` block as above. Nor is a closure
/// that isn't `Send`, such as one with an `Rc`: use [`drive`](crate::drive). To choose a transport
/// at run time, make a [`Client`](crate::Client) in each branch: it is one type over all of them.
///
/// A transport must not follow redirects, must not retry, must not make a status an error, and
/// should limit the size of a response. It sends an empty body as no body. If its own time limit
/// ends a request, it says so by [`SendFailure::timed_out`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transport",
    label = "needs a transport",
    note = "pass `Reqwest::new()?`, or a closure from `Request<Vec<u8>>` to a future of \
            `Result<Response<impl Into<Vec<u8>>>, impl Into<SendFailure>>`",
    note = "map an error that isn't a `std::error::Error` by `SendFailure::maybe_sent`",
    note = "the closure and its future are `Send` and `'static`: clone what the future needs into it"
)]
pub trait Transport: MaybeSend + MaybeSync {
    /// Sends a request and waits for the whole response. The future is dropped if its time limit
    /// ends or its caller stops.
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> BoxFuture<'static, Result<Response<Vec<u8>>, SendFailure>>;

    /// Sends a request whose body is read while it is sent, as an [upload](crate::Client::upload)
    /// needs it, and waits for the whole response. An error of the body must be returned as an
    /// error. The URI has the image's upload token in it, which no error may show. By default, the
    /// transport can't upload.
    fn upload(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'static, Result<Response<Vec<u8>>, SendFailure>> {
        let _ = request;
        Box::pin(ready(Err(SendFailure::not_sent("the transport can't upload").fatal())))
    }
}

impl<F, R, B, E> Transport for F
where
    F: Fn(Request<Vec<u8>>) -> R + MaybeSend + MaybeSync,
    R: Future<Output = Result<Response<B>, E>> + MaybeSend + 'static,
    B: Into<Vec<u8>>,
    E: Into<SendFailure>,
{
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        let sending = self(request);
        Box::pin(async { Ok(sending.await.map_err(Into::into)?.map(Into::into)) })
    }
}
