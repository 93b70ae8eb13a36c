use tracing::{Span, debug, info, warn};

use super::Event;
use crate::error::report;

/// An [observer](crate::Hub::with_observer) that writes events to `tracing`, at the target
/// `cycle_images`: attempts and responses at level `debug`, states of jobs at `info`, retries and
/// missing responses at `warn`. The clients' feature `tracing` adds it to each client. Feature
/// `tracing`.
///
/// It records `operation`, `method`, `path`, `attempts` and `status` on the current span, if that has
/// such fields; the clients' span `cycle.call` has. No body or key is written.
pub fn trace(event: &Event<'_>) {
    const TARGET: &str = "cycle_images";
    let span = Span::current();
    match event {
        Event::Attempt { operation, attempt, method, path } => {
            span.record("operation", operation).record("method", method.as_str());
            span.record("path", path).record("attempts", attempt);
            debug!(target: TARGET, operation, attempt, method = method.as_str(), path, "attempt");
        }
        Event::Response { operation, attempt, status, elapsed, request_id } => {
            let (status, elapsed) = (status.as_u16(), millis(*elapsed));
            span.record("status", status);
            debug!(target: TARGET, operation, attempt, status, elapsed, request_id, "response");
        }
        Event::NoResponse { operation, attempt, elapsed, may_have_arrived, error } => {
            let (elapsed, error) = (millis(*elapsed), report(*error));
            warn!(target: TARGET, operation, attempt, elapsed, may_have_arrived, %error, "no response");
        }
        Event::Retry { operation, attempt, after, error } => {
            let (after, error) = (millis(*after), report(*error));
            warn!(target: TARGET, operation, attempt, after, %error, "retry");
        }
        Event::QuotaEmpty { operation, attempt } => {
            warn!(target: TARGET, operation, attempt, "the retry quota is empty");
        }
        Event::JobState { state, done, total } => {
            info!(target: TARGET, state, done, total, "job state");
        }
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
