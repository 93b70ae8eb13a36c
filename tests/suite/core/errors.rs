//! What errors keep of a response and say of it, beside the snapshots of `responses` and
//! `errors/*.snap`.

use std::time::Duration;

use cycle_images::error::{ErrorCode, ResponseErrorKind, report};
use cycle_images::flow::{FlowError, SendFailure, TarSent};
use cycle_images::http::Response;
use cycle_images::images::{GetImage, GetImages};
use cycle_images::upload::UploadImage;
use cycle_images::{ResponseError, Timestamp};
use cycle_images_tests::support::{hub, image};

fn refused(status: u16, body: impl AsRef<[u8]>) -> ResponseError {
    let response = Response::builder().status(status).body(body).unwrap();
    hub().response(&GetImages::new(), response).unwrap_err()
}

#[test]
fn headers_of_a_rate_limit_are_kept() {
    let response = Response::builder()
        .status(429)
        .header("x-ratelimit-remaining", "0")
        .header("x-request-id", "req-1")
        .header("retry-after", "7");
    let error = hub().response(&GetImages::new(), response.body("").unwrap()).unwrap_err();
    assert_eq!(error.headers()["x-ratelimit-remaining"], "0");
    assert_eq!(error.request_id(), Some("req-1"));
    assert_eq!(error.retry_after(Timestamp::UNIX_EPOCH), Some(Duration::from_secs(7)));
    let error = FlowError::from(error);
    assert!(error.is_rate_limited() && error.is_retryable() && !error.is_not_found());
    assert_eq!(error.status().unwrap(), 429);
}

#[test]
fn at_most_4_kib_of_a_body_are_kept() {
    let body = format!("x{}", "é".repeat(50_000));
    let error = refused(502, &body);
    assert_eq!(error.body().as_str().len(), 4095);
    assert!(body.starts_with(error.body().as_str()));
    assert_eq!(error.body().whole_len(), 100_001);
}

#[test]
fn texts_of_an_error_are_bounded() {
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
        let response = Response::builder().status(status).header("location", &long);
        let response = response.header("x-request-id", "7").body(&body).unwrap();
        let error = hub().response(&GetImages::new(), response).unwrap_err();
        let shown = format!("{error:?} {:#}", report(&error));
        assert!(shown.len() < 32_000, "{}: {}", &body[..20], shown.len());
    }
}

#[test]
fn invalid_utf8_is_replaced_in_the_body_and_named_in_a_success() {
    let error = refused(502, b"bad \xff\xfe gateway");
    assert!(matches!(error.kind(), ResponseErrorKind::NotJson(_)), "{error:?}");
    assert_eq!(error.body().as_str(), "bad \u{fffd}\u{fffd} gateway");
    let error = refused(404, b"{\"error\": {\"code\": \"404.image\", \"title\": \"\xff\"}}");
    assert_eq!(error.code(), Some(&ErrorCode::NOT_FOUND_IMAGE));
    let error = report(&refused(200, b"{\"data\": \"\xff\"}")).to_string();
    assert!(error.ends_with("not UTF-8 at byte 10"), "{error}");
}

#[test]
fn a_report_has_every_source() {
    let body = r#"{"data": {"id": "1", "size": "x", "state": {"current": "live"}}}"#;
    let error = hub().response(&GetImage::new(image()), Response::new(body)).unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(report(&error).to_string(), format!("{error}: {source}"));
    assert_eq!(format!("{:#}", report(&error)), format!("{error}\n  caused by: {source}"));
}

/// The factory isn't sent the API key, and the same tar isn't accepted twice.
#[test]
fn advice_of_a_failed_upload_depends_on_what_was_sent() {
    let image = r#"{"id": "i1", "state": {"current": "uploading"}, "source": {"type": "direct",
        "details": {"origin": {"type": "cycle-upload", "details": {"token": "t0ken"}}}}}"#;
    let upload = UploadImage::new(&serde_json::from_str(image).unwrap()).unwrap();
    let outcome = |outcome: Result<Response<&str>, SendFailure>, sent| {
        let sent = TarSent { sent, size: 10, error: None };
        let outcome = hub().upload_outcome(&upload, outcome, sent, Duration::from_millis(1500));
        outcome.unwrap_err().to_string()
    };
    let refused = |status: u16, code: &str| {
        let body = format!(r#"{{"error": {{"code": "{code}"}}}}"#);
        Ok(Response::builder().status(status).body(&*body.leak()).unwrap())
    };
    let tar = "the factory refuses the tar: check it, then upload it to a new image";
    for (error, said) in [
        (
            outcome(refused(403, "403.expired"), 0),
            "UploadImage failed with status 403 Forbidden (1 attempt in 1.5 s); the factory refuses \
             the upload: upload the tar to a new image, which has a new token",
        ),
        (outcome(refused(413, ""), 10), tar),
        (outcome(refused(422, "422.invalid-argument"), 10), tar),
        (
            outcome(Err(SendFailure::not_sent("no such host")), 0),
            "UploadImage could not connect to factory.cycle.io:9414 (1 attempt in 1.5 s); nothing \
             was sent: check the network and the factory URL",
        ),
        (
            outcome(Err(SendFailure::maybe_sent("reset")), 3),
            "UploadImage: the upload ended after 3 of 10 bytes of the tar; upload the tar to a new \
             image",
        ),
        (
            outcome(Err(SendFailure::maybe_sent("reset")), 10),
            "UploadImage: the whole tar was sent; read the image's state before uploading it again",
        ),
    ] {
        assert!(error.ends_with(said), "{error}");
    }
    assert_eq!(FlowError::Cancelled.to_string(), "cancelled by the program");
}
