//! The API key stands in the `Debug` or `Display` of no error, even where the other side repeats it.

use std::error::Error;

use cycle_images::error::{ErrorCode, ResponseErrorKind};
use cycle_images::http::Response;
use cycle_images::images::{GetImage, GetImages};
use cycle_images::{Hub, ImageId, ResponseError};

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
    let body = format!(r#"{{"data": {{{data}, "config": {{"env": {{"{KEY}": 5}}}}}}}}"#);
    hides_in_error("path", &answered(&hub(), 200, &[], &body));
    let list = body.replace(r#"{"data": "#, r#"{"data": ["#).replace("}}}}", "}}}]}");
    let reply = hub().response(&GetImages::new(), Response::new(list)).unwrap();
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
fn hiding_a_key_that_is_a_common_word_leaves_the_envelope_whole() {
    for key in ["key", "error", "code"] {
        let hub = Hub::new(key, "the-hub").unwrap();
        let body = r#"{"error": {"status": 404, "code": "404.hub.api_key"}, "data": null}"#;
        let error = answered(&hub, 404, &[], body);
        assert_eq!(error.code(), Some(&ErrorCode::NOT_FOUND_HUB_API_KEY), "{key}: {error:?}");
    }
}
