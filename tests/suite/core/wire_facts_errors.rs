//! What the wire really carries, errors: one test for each fact, named for it.

use cycle_images::error::{ErrorCode, PlatformError, ResponseErrorKind};
use cycle_images::http::Response;
use cycle_images::images::GetImages;
use cycle_images::{Hub, ResponseError};
use serde_json::{Value, json};

fn answered(response: Response<String>) -> ResponseError {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    hub.response(&GetImages::new(), response).unwrap_err()
}

fn error(status: u16, body: &str) -> ResponseError {
    answered(Response::builder().status(status).body(body.to_owned()).unwrap())
}

fn platform(status: u16, body: Value) -> PlatformError {
    error(status, &body.to_string()).platform().unwrap().clone()
}

#[test]
fn the_envelope_has_status_code_title_detail_and_source() {
    let body = json!({
        "error": {
            "status": 422,
            "code": "422.invalid-argument",
            "title": "Invalid argument",
            "detail": "This is no name.",
            "source": "/name"
        },
        "data": null
    });
    let error = platform(422, body);
    assert_eq!(error.status, Some(422));
    assert_eq!(error.code, Some(ErrorCode::INVALID_INVALID_ARGUMENT));
    assert_eq!(error.title.as_deref(), Some("Invalid argument"));
    assert_eq!(error.detail.as_deref(), Some("This is no name."));
    assert_eq!(error.pointer.as_deref(), Some("/name"));
    assert_eq!(error.capability, None);
}

#[test]
fn status_and_data_and_the_rest_of_the_envelope_are_not_always_there() {
    let bare = platform(404, json!({"error": {"code": "404.image"}}));
    assert_eq!(bare.code, Some(ErrorCode::NOT_FOUND_IMAGE));
    assert_eq!((bare.status, bare.title, bare.detail), (None, None, None));
    assert_eq!((bare.pointer, bare.capability), (None, None));
    assert_eq!(platform(500, json!({"error": {}})).code, None);
    let odd = json!({"error": {"status": "404", "code": 404, "title": null, "extra": [1]}});
    assert_eq!(platform(404, odd), platform(500, json!({"error": {}})));
}

#[test]
fn an_absent_text_of_the_envelope_is_empty() {
    let error = json!({"code": "404.image", "title": "", "detail": "", "source": ""});
    let error = platform(404, json!({"error": error}));
    assert_eq!((error.title, error.detail, error.pointer), (None, None, None));
}

#[test]
fn undocumented_codes_are_kept() {
    let error = error(418, r#"{"error": {"code": "418.teapot.short"}}"#);
    let code = error.code().unwrap();
    assert_eq!((code.as_str(), code.status()), ("418.teapot.short", Some(418)));
}

#[test]
fn a_token_of_another_image_is_a_mismatch() {
    let error = error(403, r#"{"error": {"code": "403.mismatch"}}"#);
    assert_eq!(error.code(), Some(&ErrorCode::FORBIDDEN_MISMATCH));
}

#[test]
fn codes_with_underscores_equal_those_with_hyphens() {
    let error = error(404, r#"{"error": {"code": "404.hub.api_key"}}"#);
    assert_eq!(error.code(), Some(&ErrorCode::NOT_FOUND_HUB_API_KEY));
    assert_eq!(error.code().unwrap().as_str(), "404.hub.api_key");
    assert_ne!(error.code(), Some(&ErrorCode::NOT_FOUND_HUB));
}

#[test]
fn missing_permissions_name_the_capability() {
    let body = r#"{"error": {"code": "403.permissions", "extra": {"capability": "images-view"}}}"#;
    let error = error(403, body);
    assert_eq!(error.missing_capability(), Some("images-view"));
    assert!(error.is_forbidden());
    assert!(error.to_string().contains("images-view"), "{error}");
}

#[test]
fn authentication_failures_can_be_oauth_shaped() {
    for (body, description) in [
        (r#"{"error": "invalid_client", "error_description": "Who?"}"#, Some("Who?")),
        (r#"{"error": "invalid_client"}"#, None),
    ] {
        let error = error(401, body);
        let ResponseErrorKind::OAuth(oauth) = error.kind() else {
            unreachable!("{error:?}");
        };
        assert_eq!(oauth.error, "invalid_client");
        assert_eq!(oauth.description.as_deref(), description);
        assert!(error.is_unauthorized());
        assert_eq!(error.code(), None);
    }
}

#[test]
fn proxies_return_html_or_nothing() {
    for status in [502, 503, 504] {
        let html = error(status, "<html><h1>Bad</h1></html>");
        assert!(matches!(html.kind(), ResponseErrorKind::NotJson(_)), "{html:?}");
        let empty = error(status, "");
        assert!(matches!(empty.kind(), ResponseErrorKind::NoBody(_)), "{empty:?}");
        assert!(html.is_retryable() && empty.is_retryable());
        assert_eq!((html.status().as_u16(), empty.status().as_u16()), (status, status));
    }
}

#[test]
fn retry_after_is_kept_in_seconds_or_as_a_date() {
    for when in ["120", "Fri, 31 Dec 2027 23:59:59 GMT"] {
        let response = Response::builder().status(429).header("Retry-After", when);
        let error = answered(response.body("slow down".to_owned()).unwrap());
        assert_eq!(error.headers()["retry-after"], when);
        assert!(error.is_rate_limited() && error.is_retryable());
        assert!(error.to_string().contains(when), "{error}");
    }
}

#[test]
fn the_http_status_takes_precedence() {
    let error = error(503, r#"{"error": {"status": 404, "title": "Gone"}}"#);
    assert_eq!(error.status(), 503);
    assert!(error.is_retryable() && !error.is_not_found());
    assert_eq!(error.platform().unwrap().status, Some(404));
}

#[test]
fn a_success_of_another_form_is_an_error_even_where_a_list_is_promised() {
    for body in [r#"{}"#, r#"{"message": "hello"}"#, r#"{"data": {}}"#, r#"[]"#, r#""x""#] {
        let hub = Hub::new("the-key", "the-hub").unwrap();
        let result = hub.response(&GetImages::new(), Response::new(body));
        let error = result.map(|reply| reply.data).expect_err(body);
        assert!(matches!(error.kind(), ResponseErrorKind::Unexpected(_)), "{error:?}");
    }
}
