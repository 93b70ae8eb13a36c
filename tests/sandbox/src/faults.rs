//! Faults between a client and the platform.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Frame;

use crate::connection::ConnectionKill;

/// What happens to one request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fault {
    /// This response, without the operation. The body of an upload isn't read.
    Answer {
        /// The status.
        status: u16,
        /// The headers; invalid ones are left out.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection is closed without a response and without the operation.
    Close,
    /// The connection is closed without a response, after the operation.
    CloseAfter,
    /// The connection is closed in the middle of the response's body, after the operation.
    Truncate,
    /// The response is delayed, after the operation.
    Delay(Duration),
}

impl Fault {
    /// A response with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: &str) -> Self {
        Self::answer(status, &[("content-type", "application/json")], body)
    }

    /// 429 in the platform's envelope; `retry_after` is seconds or an HTTP date.
    #[must_use]
    pub fn too_many_requests(retry_after: &str) -> Self {
        let error = r#"{"status":429,"code":"429.rate-limiting","title":"Slow down."}"#;
        let body = format!(r#"{{"error":{error},"data":null}}"#);
        let headers = [("content-type", "application/json"), ("retry-after", retry_after)];
        Self::answer(429, &headers, &body)
    }

    /// 502 in HTML, as of a proxy.
    #[must_use]
    pub fn bad_gateway() -> Self {
        let body = "<html><head><title>502 Bad Gateway</title></head>\r\n\
                    <body><center><h1>502 Bad Gateway</h1></center></body></html>\r\n";
        Self::answer(502, &[("content-type", "text/html")], body)
    }

    /// 503 without a body.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::answer(503, &[], "")
    }

    /// 503 with a Retry-After; `retry_after` is seconds or an HTTP date.
    #[must_use]
    pub fn unavailable_until(retry_after: &str) -> Self {
        Self::answer(503, &[("retry-after", retry_after)], "")
    }

    /// A redirect (301, 302, 307, 308).
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::answer(status, &[("location", location)], "")
    }

    /// Any response.
    #[must_use]
    pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        Self::Answer {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.as_bytes().to_vec(),
        }
    }
}

pub(crate) async fn inject_fault(
    fault: Fault,
    kill: &ConnectionKill,
    request: Request,
    next: Next,
) -> Response {
    match fault {
        Fault::Answer { status, headers, body } => answered(status, &headers, body),
        Fault::Close => {
            kill.cut();
            StatusCode::NO_CONTENT.into_response()
        }
        Fault::CloseAfter => {
            let response = next.run(request).await;
            kill.cut();
            response
        }
        Fault::Truncate => halved(next.run(request).await).await,
        Fault::Delay(time) => {
            let response = next.run(request).await;
            tokio::time::sleep(time).await;
            response
        }
    }
}

fn answered(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            if response.headers_mut().try_append(name, value).is_err() {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    }
    response
}

/// Ends the response before its `Content-Length`.
async fn halved(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if parts.headers.try_insert(header::CONTENT_LENGTH, bytes.len().into()).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let half = Half::Unsent(bytes.slice(..bytes.len() / 2));
    Response::from_parts(parts, Body::new(half))
}

/// Some bytes, and an error at which the server closes the connection.
enum Half {
    Unsent(Bytes),
    /// At an error the server drops what it has not flushed, so this lets it flush first.
    Flushing,
    Sent,
}

impl HttpBody for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match std::mem::replace(&mut *self, Self::Sent) {
            Self::Unsent(bytes) => {
                *self = Self::Flushing;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Flushing => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Sent => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}
