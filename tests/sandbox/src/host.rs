//! Requests for other hosts are refused: otherwise a web page could use the sandbox by a name that
//! resolves to 127.0.0.1.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::auth::only;
use crate::body;

pub(crate) async fn check(request: Request, next: Next) -> Response {
    let host = only(request.headers(), header::HOST.as_str());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let target = request.uri().authority();
    if host.as_ref().is_some_and(is_loopback) && target.is_none_or(is_loopback) {
        return next.run(request).await;
    }
    body::drain(request.into_body()).await;
    let text = "The sandbox answers for localhost and 127.0.0.1 only: see the Host header.\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
