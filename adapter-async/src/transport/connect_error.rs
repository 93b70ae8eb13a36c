//! What went wrong with a connection.

use std::error::Error;
use std::io;

use cycle_images::flow::SendError;

/// A connection that wasn't made. To try again is in vain if the peer speaks no TLS that is ours,
/// or if hyper's plain connector was asked for https, which it tells by its words alone.
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

/// rustls's errors are of this kind, within an error of its connection.
fn is_of_tls(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}
