//! The API key stands in the `Debug` or `Display` of no error, even where the other side repeats
//! it.

use std::error::Error;

use cycle_images::error::{ErrorCode, ResponseErrorKind};
use cycle_images::flow::TarSent;
use cycle_images::http::{HeaderValue, Response};
use cycle_images::images::{GetImage, GetImages};
use cycle_images::model::Image;
use cycle_images::sources::{GetImageSource, GetImageSources};
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, ImageId, ResponseError, SourceId};
use std::time::Duration;

const KEY: &str = "sec-the-api-key";

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

#[track_caller]
fn hides(what: &str, text: &str) {
    assert!(!text.contains("sec-"), "{what}: {text}");
}

#[track_caller]
fn hides_in_error(what: &str, error: &(dyn Error + 'static)) {
    hides(what, &format!("{error} {error:?} {error:#?}"));
    if let Some(source) = error.source() {
        hides_in_error(what, source);
    }
}

fn answered(hub: &Hub, status: u16, headers: &[(&str, &str)], body: &str) -> ResponseError {
    let mut response = Response::builder().status(status);
    for &(name, value) in headers {
        response = response.header(name, value);
    }
    let operation = GetImage::new(ImageId::new("x").unwrap());
    hub.response(&operation, response.body(body.to_owned()).unwrap()).unwrap_err()
}

#[test]
fn a_key_that_the_other_side_repeats_in_its_body() {
    for (status, body) in [
        (
            401,
            format!(
                r#"{{"error": {{"title": "No {KEY}", "detail": "{KEY}", "source": "/{KEY}"}}}}"#
            ),
        ),
        (403, format!(r#"{{"error": {{"code": "{KEY}", "extra": {{"capability": "{KEY}"}}}}}}"#)),
        (401, format!(r#"{{"error": "{KEY}", "error_description": "unknown: {KEY}"}}"#)),
        (500, format!(r#"{{"{KEY}": "{KEY}"}}"#)),
        (502, format!("<html>Authorization: Bearer {KEY}</html>")),
        (200, format!("<html>Authorization: Bearer {KEY}</html>")),
        (200, format!(r#"{{"data": "{KEY}"}}"#)),
    ] {
        let error = answered(&hub(), status, &[], &body);
        hides_in_error(&body, &error);
        hides(&body, error.body().as_str());
    }
}

#[test]
fn a_key_that_is_repeated_where_a_redirect_points() {
    let location = format!("https://login.example.com/?token={KEY}");
    let error = answered(&hub(), 302, &[("location", &location)], &location);
    hides_in_error("location", &error);
    let ResponseErrorKind::Redirect(redirect) = error.kind() else {
        unreachable!("{error:?}");
    };
    let location = redirect.location.as_deref().unwrap();
    assert!(location.starts_with("https://login.example.com/?token="), "{location}");
    hides("location", location);
}

#[test]
fn a_key_that_is_repeated_in_headers() {
    for name in ["retry-after", "x-request-id", "content-type", "date", "x-echo"] {
        hides_in_error(name, &answered(&hub(), 503, &[(name, KEY)], ""));
    }
}

#[test]
fn a_key_that_is_repeated_as_the_name_of_a_field() {
    let data = r#""id": "1", "state": {"current": "live"}"#;
    let source = format!(r#"{{{data}, "acl": {{"roles": {{"{KEY}": 5}}}}}}"#);
    let get = GetImageSource::new(SourceId::new("x").unwrap());
    let one = Response::new(format!(r#"{{"data": {source}}}"#));
    hides_in_error("path", &hub().response(&get, one).unwrap_err());
    let list = Response::new(format!(r#"{{"data": [{source}]}}"#));
    let reply = hub().response(&GetImageSources::new(), list).unwrap();
    assert_eq!(reply.skipped.len(), 1);
    hides("path", &format!("{reply:?}"));
}

#[test]
fn a_key_that_is_repeated_as_json_escapes_it() {
    // Go escapes `&`, `<` and `>`, and any JSON a backslash.
    let hub = Hub::new(r"sec-a&b<c>\d", "the-hub").unwrap();
    let key = r"sec-a\u0026b\u003cc\u003e\\d";
    for body in [
        format!(r#"{{"error": {{"title": "No {key}", "detail": "{key}"}}}}"#),
        format!(r#"{{"error": "x", "error_description": "unknown: {key}"}}"#),
    ] {
        hides_in_error(&body, &answered(&hub, 401, &[], &body));
    }
}

#[test]
fn redacting_a_common_word_keeps_the_envelope() {
    for key in ["key", "error", "code"] {
        let hub = Hub::new(key, "the-hub").unwrap();
        let body = r#"{"error": {"status": 404, "code": "404.hub.api_key"}, "data": null}"#;
        let error = answered(&hub, 404, &[], body);
        assert_eq!(error.code(), Some(&ErrorCode::NOT_FOUND_HUB_API_KEY), "{key}: {error:?}");
    }
}

#[test]
fn a_key_that_is_the_name_of_a_field_of_broken_json() {
    for (status, body) in [
        (401, format!(r#"{{"Bearer {KEY}": "#)),
        (502, format!(r#"{{"headers": {{"{KEY}": undefined}}}}"#)),
        (500, format!(r#"{{"error": {{"{KEY}": "#)),
        (200, format!(r#"{{"data": {{"{KEY}": "#)),
        (200, format!(r#"{{"data": {{"id": "1", "config": {{"env": {{"{KEY}": 5"#)),
    ] {
        hides_in_error(&body, &answered(&hub(), status, &[], &body));
    }
}

#[test]
fn an_error_is_bounded() {
    let long = "x".repeat(1 << 20);
    for (status, body) in [
        (
            401,
            format!(r#"{{"error": {{"title": "{long}", "detail": "{long}", "code": "{long}"}}}}"#),
        ),
        (
            401,
            format!(r#"{{"error": {{"source": "{long}", "extra": {{"capability": "{long}"}}}}}}"#),
        ),
        (401, format!(r#"{{"error": "{long}", "error_description": "{long}"}}"#)),
        (302, long.clone()),
        (500, format!(r#"{{"{long}": "#)),
    ] {
        let headers = [("location", long.as_str()), ("x-request-id", "7")];
        let error = answered(&hub(), status, &headers, &body);
        let shown = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(shown.len() < 32_000, "{}: {}", &body[..20], shown.len());
    }
}

/// The ways in which JSON and URIs write a text, mixed ones too.
#[test]
fn a_key_in_any_spelling() {
    let hub = Hub::new("sec-+/=ü&x".replace('ü', "~"), "the-hub").unwrap();
    for spelling in [
        "sec-+/=~&x",
        "sec-%2B%2F%3D%7E%26x",
        "sec-%2b%2f%3d%7e%26x",
        "sec-+%2f=~%26x",
        "%73%65%63%2D+/=~&x",
        r"sec-+\/=~&x",
        r"sec-\u002b\u002F\u003d\u007E\u0026x",
        r"\u0073ec-+\/%3D~\u0026%78",
        r"sec-+\u002f=~&x",
    ] {
        for (status, headers, body) in [
            (502, vec![], format!("<html>{spelling}</html>")),
            (401, vec![], format!(r#"{{"error": {{"title": "{spelling}"}}}}"#)),
            (302, vec![("location", format!("/?key={spelling}"))], String::new()),
            (503, vec![("retry-after", spelling.to_owned())], String::new()),
        ] {
            let headers: Vec<_> =
                headers.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let error = answered(&hub, status, &headers, &body);
            let shown =
                format!("{error} {error:?} {} {}", error.source().unwrap(), error.body().as_str());
            for part in ["sec", "~&x", r"\u0026", "%26", "%78"] {
                assert!(!shown.contains(part), "{spelling}: {shown}");
            }
        }
    }
}

#[test]
fn a_key_across_the_end_of_the_preview() {
    for at in 4096 - KEY.len()..=4096 {
        for body in [
            format!("{}{KEY} and more", "x".repeat(at)),
            format!("{}{}{KEY}{KEY}", KEY, "x".repeat(at - KEY.len())),
        ] {
            let error = answered(&hub(), 502, &[], &body);
            assert!(!error.body().as_str().contains("sec"), "{at}: {}", error.body().as_str());
            let title = format!(r#"{{"error": {{"title": "{body}"}}}}"#);
            let error = answered(&hub(), 500, &[], &title);
            assert!(!error.platform().unwrap().title.as_deref().unwrap().contains("sec"));
        }
    }
}

#[test]
fn a_key_that_is_repeated_in_the_headers_of_a_success() {
    let mut secret = HeaderValue::from_static("a session");
    secret.set_sensitive(true);
    let response = Response::builder()
        .header("x-echo-authorization", format!("Bearer {KEY}"))
        .header("x-session", secret)
        .header("x-request-id", "7")
        .body(r#"{"data": []}"#);
    let reply = hub().response(&GetImages::new(), response.unwrap()).unwrap();
    hides("reply", &format!("{reply:?} {:?}", reply.headers));
    assert_eq!(reply.headers["x-echo-authorization"], "Bearer [redacted]");
    assert!(reply.headers["x-session"].is_sensitive());
    assert_eq!(reply.headers["x-session"], "a session");
    assert!(!reply.headers["x-request-id"].is_sensitive());
}

#[test]
fn a_factory_that_repeats_the_key_or_the_token() {
    let image: Image = serde_json::from_str(
        r#"{"id": "i1", "state": {"current": "uploading"}, "source": {"details": {"origin":
            {"type": "cycle-upload", "details": {"token": "sec-the/token"}}}}}"#,
    )
    .unwrap();
    let upload = UploadImage::new(&image).unwrap();
    let body =
        format!(r#"{{"error": {{"title": "no {KEY}", "detail": "?token=sec-the%2ftoken"}}}}"#);
    let response = Response::builder().status(403).body(body).unwrap();
    let sent = TarSent { sent: 10, size: 10, error: None };
    let outcome = hub().upload_outcome(&upload, Ok(response), sent, Duration::ZERO);
    hides_in_error("factory", &outcome.unwrap_err());
}
