//! The requests as they were received, and their faults.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Frame;

use crate::body;
use crate::connection::ConnectionKill;
use crate::faults;
use crate::server::Shared;

/// A request as it was received.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method: `GET`.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query, as it was sent; empty if there was none.
    pub query: String,
    /// The headers in their order, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty for an upload, and for the oldest requests if all bodies have more than 64
    /// MiB.
    pub body: Vec<u8>,
    /// The received length of the body, of an upload as well.
    pub length: u64,
}

impl RecordedRequest {
    fn new(parts: &Parts) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = parts.headers.iter();
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: Vec::new(),
            length: 0,
        }
    }

    /// The method, path and query, without the values of tokens.
    #[must_use]
    pub fn line(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        let shown = self.query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if name.contains("token") => format!("{name}=[redacted]"),
            _ => pair.to_owned(),
        });
        let query = shown.collect::<Vec<_>>().join("&");
        format!("{} {}{mark}{query}", self.method, self.path)
    }

    /// The value of the first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Keeps each request, and applies the next fault to it.
pub(crate) async fn record_request(
    State(shared): State<Arc<Shared>>,
    Extension(kill): Extension<ConnectionKill>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let place = shared.note(RecordedRequest::new(&parts));
    let body = if parts.uri.path().ends_with("/upload") {
        Body::new(Watched { body, place, shared: Arc::clone(&shared) })
    } else {
        let bytes = match body::read(body, shared.read_timeout).await {
            Ok(bytes) => bytes,
            Err(refusal) => return refusal.into_response(),
        };
        shared.seen().set_body(place, &bytes);
        Body::from(bytes)
    };
    let request = Request::from_parts(parts, body);
    let fault = shared.state().faults.pop_front();
    let response = match fault {
        None => next.run(request).await,
        Some(fault) => faults::inject_fault(fault, &kill, request, next).await,
    };
    shared.responded(place, response.status().as_u16());
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    response
}

/// A body that isn't kept but for its length.
struct Watched {
    body: Body,
    place: usize,
    shared: Arc<Shared>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            let length = frame.data_ref().map_or(0, Bytes::len);
            self.shared.noted(self.place, |seen| seen.length += length as u64);
        }
        frame
    }
}
