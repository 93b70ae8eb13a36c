//! What went wrong with a connection.

use std::error::Error;

use cycle_images::flow::SendError;

/// A connection that wasn't made. hyper's plain connector tells https that it can't make by its
/// words alone; to try that again would be in vain.
pub(super) fn of_connection(error: impl Error + Send + Sync + 'static, no_tls: &str) -> SendError {
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        if error.to_string().contains("scheme is not http") {
            return SendError::not_sent(no_tls).fatal();
        }
        cause = error.source();
    }
    SendError::not_sent(error)
}
