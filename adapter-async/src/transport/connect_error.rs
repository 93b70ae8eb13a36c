//! Errors of connecting.

use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use cycle_images::flow::SendError;

/// The error of a connection that could not be made. A retry can't help if the peer doesn't speak TLS,
/// or if hyper's plain connector was asked for https, which only the error's text shows.
///
/// The limit of a connect timeout is a setting of the HTTP client, and not known here: it is reported
/// as the time since `started`, in whole milliseconds.
pub(super) fn of_connection(
    error: impl Error + Send + Sync + 'static,
    no_tls: &str,
    mut timed_out: bool,
    started: Instant,
) -> SendError {
    let mut no_handshake = false;
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        if error.to_string().contains("scheme is not http") {
            return SendError::not_sent(no_tls).fatal();
        }
        if error.downcast_ref().is_some_and(is_of_tls) {
            no_handshake = true;
        }
        if error.downcast_ref().is_some_and(is_timeout) {
            timed_out = true;
        }
        cause = error.source();
    }
    let error = SendError::not_sent(error);
    let error = if no_handshake { error.fatal() } else { error };
    if !timed_out {
        return error;
    }
    let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    error.timed_out(Duration::from_millis(elapsed))
}

/// rustls's errors are of this kind, perhaps within another `io::Error`, whose `source()` passes the
/// inner one over.
fn is_of_tls(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::InvalidData || inner.is_some_and(is_of_tls)
}

fn is_timeout(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::TimedOut || inner.is_some_and(is_timeout)
}
