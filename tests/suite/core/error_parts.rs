//! What errors keep of an answer: headers, the start of the body, and the place of a mismatch.

use std::time::Duration;

use cycle_images::error::{DecodeError, OAuthError, PlatformError, ResponseErrorKind};
use cycle_images::flow::FlowError;
use cycle_images::http::Response;
use cycle_images::images::{DeleteImage, GetImage, GetImages};
use cycle_images::{Hub, ImageId, Operation, ResponseError, Timestamp};
use cycle_images_tests::recording;
use serde_json::json;

const KEY: &str = "the-key-of-the-test";

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

fn get_image() -> GetImage {
    GetImage::new(ImageId::new("x").unwrap())
}

fn error(name: &str) -> ResponseError {
    let response = recording::read(&format!("errors/{name}"));
    hub().response(&get_image(), response).unwrap_err()
}

fn unexpected<O: Operation>(operation: &O, body: impl AsRef<[u8]>) -> DecodeError {
    let error = hub().response(operation, Response::new(body)).err().unwrap();
    mismatch(&error)
}

fn mismatch(error: &ResponseError) -> DecodeError {
    let ResponseErrorKind::Unexpected(mismatch) = error.kind() else {
        unreachable!("{error:?}");
    };
    mismatch.clone()
}

fn platform(name: &str) -> PlatformError {
    error(name).platform().unwrap().clone()
}

#[test]
fn the_whole_envelope_is_kept() {
    let error = platform("422_source");
    assert_eq!(error.status, Some(422));
    assert_eq!(error.title.as_deref(), Some("Missing argument"));
    assert_eq!(error.detail.as_deref(), Some("A source id is needed."));
    assert_eq!(error.pointer.as_deref(), Some("/source_id"));
    assert_eq!(error.capability, None);
    let error = platform("403_permissions");
    assert_eq!(error.detail.as_deref(), Some("Your role may not do this."));
    assert_eq!(error.capability.as_deref(), Some("images-manage"));
    let error = platform("404_underscore");
    assert_eq!((error.detail, error.pointer, error.capability), (None, None, None));
    assert_eq!(platform("contradicting_status").status, Some(500));
    assert_eq!(platform("without_status_and_data").status, None);
}

#[test]
fn oauth_and_redirects_are_kept() {
    let error_of = error("oauth_401");
    let ResponseErrorKind::OAuth(OAuthError { error: code, description, .. }) = error_of.kind()
    else {
        unreachable!("{error_of:?}");
    };
    assert_eq!(code, "invalid_client");
    assert_eq!(description.as_deref(), Some("The client credentials are invalid."));
    let redirect = |response: Response<&str>| {
        let error = hub().response(&get_image(), response).unwrap_err();
        match error.kind() {
            ResponseErrorKind::Redirect(redirect) => redirect.location.clone(),
            _ => unreachable!("{error:?}"),
        }
    };
    let response = || Response::builder().status(307);
    let location = redirect(response().header("location", "/else").body("").unwrap());
    assert_eq!(location.as_deref(), Some("/else"));
    assert_eq!(redirect(response().body("").unwrap()), None);
}

#[test]
fn all_headers_are_kept() {
    for (name, expected) in [
        ("500", vec![("content-type", "application/json"), ("x-request-id", "req-7f3a")]),
        (
            "html_502",
            vec![
                ("content-type", "text/html"),
                ("server", "nginx"),
                ("set-cookie", "lb=sec-proxy-cookie; Path=/; Secure"),
                ("x-request-id", "req-91c0"),
            ],
        ),
        ("429_seconds", vec![("content-type", "application/json"), ("retry-after", "7")]),
        (
            "oauth_401",
            vec![
                ("content-type", "application/json"),
                ("www-authenticate", "Bearer realm=\"cycle\""),
            ],
        ),
        ("redirect_302", vec![("content-type", "text/html; charset=utf-8")]),
        ("empty_503", vec![]),
    ] {
        let error = error(name);
        let headers = error.headers().iter();
        let mut kept: Vec<_> =
            headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        kept.sort_unstable();
        kept.retain(|(name, _)| !matches!(*name, "date" | "content-length" | "location"));
        assert_eq!(kept, expected, "{name}");
        assert_eq!(error.headers()["date"], "Tue, 10 Mar 2026 14:05:09 GMT", "{name}");
    }
}

/// Rate limits have headers of their own, and a cookie is a secret.
#[test]
fn headers_of_rate_limits_are_kept_and_cookies_hidden() {
    let response = Response::builder()
        .status(429)
        .header("x-ratelimit-remaining", "0")
        .header("x-request-id", "req-1")
        .header("set-cookie", "session=secret-cookie")
        .header("x-echo", format!("Bearer {KEY}"))
        .header("retry-after", "7");
    let get = GetImage::new(ImageId::new("1").unwrap());
    let error = hub().response(&get, response.body("").unwrap()).unwrap_err();
    assert_eq!(error.headers()["x-ratelimit-remaining"], "0");
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(error.retry_after(Timestamp::UNIX_EPOCH), Some(Duration::from_secs(7)));
    let shown = format!("{error:?}");
    assert!(!shown.contains("secret-cookie") && !shown.contains(KEY), "{shown}");
    let error = FlowError::from(error);
    assert!(error.is_rate_limited() && error.is_retryable() && !error.is_not_found());
    assert_eq!(error.status().unwrap(), 429);
}

#[test]
fn the_start_of_the_body_is_kept() {
    for name in recording::names("errors") {
        let error = error(name.trim_start_matches("errors/"));
        let body = recording::read(&name).into_body();
        assert_eq!(error.body().as_str().as_bytes(), body, "{name}");
        assert_eq!(error.body().whole_len(), body.len(), "{name}");
    }
}

#[test]
fn no_more_than_4_kib_of_the_body_are_kept() {
    let body = format!("x{}", "é".repeat(50_000));
    let response = Response::builder().status(502).body(&body).unwrap();
    let error = hub().response(&get_image(), response).unwrap_err();
    assert_eq!(error.body().as_str().len(), 4095);
    assert!(body.starts_with(error.body().as_str()));
    assert_eq!(error.body().whole_len(), 100_001);
}

#[test]
fn a_body_that_is_not_utf8_is_kept_as_far_as_it_is() {
    let response = Response::builder().status(502).body(b"bad \xff\xfe gateway").unwrap();
    let error = hub().response(&get_image(), response).unwrap_err();
    assert!(matches!(error.kind(), ResponseErrorKind::NotJson(_)), "{error:?}");
    assert_eq!(error.body().as_str(), "bad \u{fffd}\u{fffd} gateway");
    let mismatch = unexpected(&get_image(), b"{\"data\": \"\xff\"}");
    assert_eq!(mismatch.to_string(), "not UTF-8 at byte 10");
}

#[test]
fn a_decode_error_names_the_path_without_the_value() {
    let wrong = mismatch(&error("wrong_type_200"));
    assert_eq!(wrong.path(), "data.size");
    assert!(!wrong.to_string().contains("150 MB"), "{wrong}");
    assert_eq!(mismatch(&error("html_200")).path(), "");

    let path =
        |body: serde_json::Value| unexpected(&get_image(), body.to_string()).path().to_owned();
    let image = |name: &str, value: serde_json::Value| {
        let mut image = json!({"id": "1", "state": {"current": "live"}});
        image[name] = value;
        json!({"data": image})
    };
    assert_eq!(path(json!({})), "");
    assert_eq!(path(json!({"data": null})), "data");
    assert_eq!(path(json!({"data": {"id": "1"}})), "data");
    assert_eq!(path(image("state", json!({}))), "data.state");
    assert_eq!(
        path(image("config", json!({"ports": [{}, {"host": "x"}]}))),
        "data.config.ports[1].host"
    );
    assert_eq!(path(image("events", json!({"created": 7}))), "data.events.created");
    let (kind, details) = (r#""type": "docker-hub""#, r#""details": {"target": 1}"#);
    let source = |origin: String| {
        let source = format!(r#"{{"type": "direct", "details": {{"origin": {{{origin}}}}}}}"#);
        let image = r#""id": "1", "state": {"current": "live"}"#;
        unexpected(&get_image(), format!(r#"{{"data": {{{image}, "source": {source}}}}}"#))
    };
    let place = "data.source.details.origin";
    let origin = source(format!("{kind}, {details}"));
    assert_eq!(origin.path(), format!("{place}.details.target"));
    // What stands before its type is read once the type is known, as one piece.
    assert_eq!(source(format!("{details}, {kind}")).path(), place);
    let includes = json!({"sources": {"s": {"id": "s", "state": 7}}});
    let mut body = image("name", json!("x"));
    body["includes"] = includes;
    let reply = hub().response(&get_image(), Response::new(body.to_string())).unwrap();
    assert_eq!(reply.data.name, "x");
    assert_eq!(reply.skipped[0].error.path(), "includes.sources.s.state");
    let job = json!({"data": {"job": {"id": "1", "accepted": "yes"}}});
    let delete = DeleteImage::new(ImageId::new("x").unwrap());
    assert_eq!(unexpected(&delete, job.to_string()).path(), "data.job.accepted");
}

#[test]
fn parts_of_a_list_are_set_aside_with_their_place() {
    let good = json!({"id": "1", "state": {"current": "live"}});
    let bad = json!({"id": "2", "state": {"current": "live"}, "config": {"command": [1]}});
    let includes = json!({"stacks": {"a": {"id": "a", "state": null}}});
    let body = json!({"data": [good, bad, null, 5], "includes": includes}).to_string();
    let reply = hub().response(&GetImages::new(), Response::new(body)).unwrap();
    assert_eq!(reply.data.len(), 1);
    let places: Vec<_> = reply.skipped.iter().map(|skipped| skipped.error.path()).collect();
    assert_eq!(
        places,
        ["data[1].config.command[0]", "data[2]", "data[3]", "includes.stacks.a.state"]
    );
}
