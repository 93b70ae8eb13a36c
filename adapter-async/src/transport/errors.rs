//! What the errors of HTTP clients mean.

use std::error::Error;
use std::io;
use std::iter::successors;

#[cfg(any(feature = "reqwest", feature = "hyper"))]
use cycle_images::flow::SendFailure;

type Source = Box<dyn Error + Send + Sync>;

/// The error of a connection that could not be made. A retry can't help if the peer doesn't speak
/// TLS, or if hyper's plain connector was asked for https, which only the error's text shows.
#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub(super) fn of_connection(error: Source, no_tls: &str) -> SendFailure {
    if sources(&*error).any(|error| error.to_string().contains("scheme is not http")) {
        return SendFailure::not_sent(no_tls).fatal();
    }
    let no_handshake = sources(&*error).filter_map(|error| error.downcast_ref()).any(is_of_tls);
    let error = SendFailure::not_sent(error);
    if no_handshake { error.fatal() } else { error }
}

/// rustls's errors are of this kind, perhaps within another `io::Error`, whose `source()` passes
/// the inner one over.
#[cfg(any(feature = "reqwest", feature = "hyper"))]
fn is_of_tls(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::InvalidData || inner.is_some_and(is_of_tls)
}

/// Whether HTTP/2's peer says that it didn't process the request: it refused the stream, or closed
/// the connection after an earlier one. Without a dependency on h2, its errors can only be
/// recognized by their texts.
#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub(super) fn is_refused(error: &(dyn Error + 'static)) -> bool {
    const TEXTS: [&str; 2] =
        ["stream error received: refused stream", "connection error received: "];
    sources(error).any(|error| {
        let text = error.to_string();
        TEXTS.iter().any(|refused| text.starts_with(refused))
    })
}

/// The error as one that the core knows as a timeout, whose limit isn't known here.
#[cfg(any(feature = "reqwest", feature = "tower"))]
pub(super) fn timeout(error: Source) -> Source {
    Box::new(io::Error::new(io::ErrorKind::TimedOut, error))
}

pub(super) fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| error.source())
}
