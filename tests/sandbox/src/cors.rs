//! Pages of any origin may use the API.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Responds to preflight requests, and lets pages read all responses.
pub(crate) async fn allow(request: Request, next: Next) -> Response {
    let mut response = if *request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let allowed: [(HeaderName, &str); 4] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, x-hub-id"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "*"),
    ];
    for (name, value) in allowed {
        // A fault may have filled the headers.
        let _ = response.headers_mut().try_insert(name, HeaderValue::from_static(value));
    }
    response
}
