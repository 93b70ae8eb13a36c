//! Errors of connecting.

use std::error::Error;
use std::io;

use cycle_images::flow::SendError;

/// The error of a connection that could not be made. A retry can't help if the peer doesn't speak TLS,
/// or if hyper's plain connector was asked for https, which only the error's text shows.
pub(super) fn of_connection(error: impl Error + Send + Sync + 'static, no_tls: &str) -> SendError {
    let mut no_handshake = false;
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        if error.to_string().contains("scheme is not http") {
            return SendError::not_sent(no_tls).fatal();
        }
        if error.downcast_ref().is_some_and(is_of_tls) {
            no_handshake = true;
        }
        cause = error.source();
    }
    let error = SendError::not_sent(error);
    if no_handshake { error.fatal() } else { error }
}

/// rustls's errors are of this kind, perhaps within another `io::Error`, whose `source()` passes the
/// inner one over.
fn is_of_tls(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::InvalidData || inner.is_some_and(is_of_tls)
}
