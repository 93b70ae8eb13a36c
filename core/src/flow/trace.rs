//! Spans and events of `tracing`, by OpenTelemetry's conventions for HTTP clients.

use tracing::{Span, debug, info, warn};

use super::{Event, EventKind, FlowError};
use crate::error::report;

const TARGET: &str = "cycle_images";

/// The span of a call or of a running flow, at level `info`: named by the operation, of kind
/// `client`. The clients enter it whenever they work on the flow. Feature `tracing`.
///
/// A loop of your own calls [`trace_failure`] with the flow's error.
#[must_use]
pub fn call_span(operation: &str) -> Span {
    use tracing::field::Empty;
    tracing::info_span!(
        target: TARGET,
        "cycle.call",
        otel.name = operation,
        otel.kind = "client",
        otel.status_code = Empty,
        otel.status_description = Empty,
        "error.type" = Empty,
    )
}

/// Records on the span of a call that it failed, and with which error. Feature `tracing`.
pub fn trace_failure(span: &Span, error: &FlowError) {
    let kind = match error.response() {
        Some(response) => response.status().as_str().to_owned(),
        None if error.is_timeout() => "timeout".to_owned(),
        None => "_OTHER".to_owned(),
    };
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", report(error).to_string());
    span.record("error.type", kind);
}

/// An [observer](crate::Hub::with_observer) that writes events to `tracing`, at the target
/// `cycle_images`. The clients' feature `tracing` adds it to each client. Feature `tracing`.
///
/// Each attempt is one event when it has ended, with the names of [OpenTelemetry's conventions for
/// HTTP clients](https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client): at
/// level `debug` with a response, at `warn` without one. So is each retry (`warn`) and each new
/// state of a job (`info`). `cycle.flow` and `url.path` tell which flow, and which job, image or
/// list it is about. No body or key is written.
pub fn trace(event: &Event<'_>) {
    let &Event { flow, operation, path, template, attempt, .. } = event;
    let method = event.method.as_str();
    let (address, port) = event.host.rsplit_once(':').unwrap_or((event.host, ""));
    // Signed, as OpenTelemetry's integers are: others would be exported as texts.
    let port: Option<i64> = port.parse().ok();
    let resend = Some(i64::from(attempt) - 1).filter(|count| *count > 0);
    // What both events of an attempt have. `tracing` wants each event's fields where it is.
    macro_rules! attempt {
        ($level:ident, $what:literal, $($fields:tt)*) => {
            $level!(target: TARGET, {
                cycle.flow = flow,
                cycle.operation = operation,
                http.request.method = method,
                url.template = template,
                url.path = path,
                server.address = address,
                server.port = port,
                http.request.resend_count = resend,
                $($fields)*
            }, $what)
        };
    }
    match event.kind {
        EventKind::Attempt => {}
        EventKind::Response { status, elapsed, request_id } => {
            let is_error = status.is_client_error() || status.is_server_error();
            attempt!(
                debug,
                "response",
                http.response.status_code = i64::from(status.as_u16()),
                "error.type" = is_error.then_some(status.as_str()),
                cycle.request_id = request_id,
                elapsed_ms = millis(elapsed),
            );
        }
        EventKind::NoResponse { elapsed, may_have_arrived, is_timeout, error } => {
            attempt!(warn, "no response",
                "error.type" = if is_timeout { "timeout" } else { "_OTHER" },
                error = %report(error),
                may_have_arrived,
                elapsed_ms = millis(elapsed),
            );
        }
        EventKind::Retry { after, error } => {
            let (after_ms, error) = (millis(after), report(error));
            warn!(target: TARGET, {
                cycle.flow = flow, cycle.operation = operation, url.path = path, attempt, after_ms, %error
            }, "retry");
        }
        EventKind::QuotaEmpty => {
            warn!(target: TARGET, {
                cycle.flow = flow, cycle.operation = operation, url.path = path, attempt
            }, "the retry quota is empty");
        }
        EventKind::JobState { state, done, total } => {
            info!(target: TARGET, {
                cycle.flow = flow, url.path = path, state, done, total
            }, "job state");
        }
    }
}

fn millis(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
