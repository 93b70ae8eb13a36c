//! Each recorded error, read through the hub: what kind it is, what it means, what it tells.

use std::error::Error;

use cycle_images::error::{ErrorCode, ResponseErrorKind, report};
use cycle_images::http::Response;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::{ImageId, Operation, ResponseError, SourceId};
use cycle_images_tests::recording;
use cycle_images_tests::support::hub;

fn image() -> ImageId {
    ImageId::new("x").unwrap()
}

fn error(name: &str) -> ResponseError {
    let response = recording::read(&format!("errors/{name}"));
    let result = hub().response(&GetImage::new(image()), response);
    result.map(|reply| reply.data).expect_err(name)
}

fn refused(status: u16, body: impl AsRef<[u8]>) -> ResponseError {
    let response = Response::builder().status(status).body(body).unwrap();
    hub().response(&GetImages::new(), response).unwrap_err()
}

fn kind(error: &ResponseError) -> &'static str {
    match error.kind() {
        ResponseErrorKind::Platform(_) => "platform",
        ResponseErrorKind::OAuth(_) => "oauth",
        ResponseErrorKind::OtherJson(_) => "other json",
        ResponseErrorKind::NotJson(_) => "not json",
        ResponseErrorKind::NoBody(_) => "no body",
        ResponseErrorKind::Redirect(_) => "redirect",
        ResponseErrorKind::Unexpected(_) => "unexpected",
        _ => "another kind",
    }
}

fn predicates(error: &ResponseError) -> String {
    let all = [
        (error.is_not_found(), "not found"),
        (error.is_unauthorized(), "unauthorized"),
        (error.is_forbidden(), "forbidden"),
        (error.is_conflict(), "conflict"),
        (error.is_invalid(), "invalid"),
        (error.is_rate_limited(), "rate limited"),
        (error.is_retryable(), "retryable"),
    ];
    let holding: Vec<_> = all.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
    holding.join(", ")
}

/// For each recording: kind, status, code, what it means, and a part of the advice.
const ERRORS: &str = "
400                     | platform   | 400 Bad Request           | 400.invalid-syntax   | invalid                 | newer version of this crate
401                     | platform   | 401 Unauthorized          | 401.auth-invalid     | unauthorized            | check the API key
403_permissions         | platform   | 403 Forbidden             | 403.permissions      | forbidden               | images-manage
404_image               | platform   | 404 Not Found             | 404.image            | not found               | check the id
404_underscore          | platform   | 404 Not Found             | 404.hub.api_key      | not found               | check the id
409                     | platform   | 409 Conflict              | 409.duplicate-found  | conflict                | the resource exists
422_source              | platform   | 422 Unprocessable Entity  | 422.missing-argument | invalid                 | correct
429_date                | platform   | 429 Too Many Requests     | 429.rate-limiting    | rate limited, retryable | Retry-After: Tue, 10 Mar 2026 14:05:39 GMT
429_seconds             | platform   | 429 Too Many Requests     | 429.rate-limiting    | rate limited, retryable | Retry-After: 7
500                     | platform   | 500 Internal Server Error | 500.database         |                         | status page
503                     | platform   | 503 Service Unavailable   | 503.not-ready        | retryable               | Retry-After: 2
contradicting_status    | platform   | 404 Not Found             | 404.image            | not found               | check the id
empty_200               | no body    | 200 OK                    |                      |                         | check the base URL
empty_503               | no body    | 503 Service Unavailable   |                      | retryable               | send it again later
html_200                | unexpected | 200 OK                    |                      |                         | check the base URL
html_502                | not json   | 502 Bad Gateway           |                      | retryable               | send it again later
null_error              | other json | 500 Internal Server Error |                      |                         | status page
oauth_401               | oauth      | 401 Unauthorized          |                      | unauthorized            | check the API key
other_json_500          | other json | 500 Internal Server Error |                      |                         | status page
redirect_302            | redirect   | 302 Found                 |                      |                         | check the base URL
truncated_200           | unexpected | 200 OK                    |                      |                         | check the base URL
without_status_and_data | platform   | 404 Not Found             | 404.image            | not found               | check the id
wrong_type_200          | unexpected | 200 OK                    |                      |                         | newer version of this crate
";

fn rows() -> impl Iterator<Item = [&'static str; 6]> {
    let cells = |row: &'static str| row.split('|').map(str::trim).collect::<Vec<_>>();
    ERRORS.trim().lines().map(move |row| cells(row).try_into().unwrap())
}

#[test]
fn each_recording_has_its_row() {
    let rows: Vec<String> = rows().map(|[name, ..]| format!("errors/{name}")).collect();
    assert_eq!(recording::names("errors"), rows);
}

#[test]
fn kinds_and_predicates_of_errors() {
    for [name, expected, status, code, means, _] in rows() {
        let error = error(name);
        assert_eq!(kind(&error), expected, "{name}");
        assert_eq!(error.status().to_string(), status, "{name}");
        assert_eq!(error.code().map_or("", ErrorCode::as_str), code, "{name}");
        assert_eq!(predicates(&error), means, "{name}");
        let capability = (name == "403_permissions").then_some("images-manage");
        assert_eq!(error.missing_capability(), capability, "{name}");
        let pointer = error.platform().and_then(|error| error.pointer.as_deref());
        assert_eq!(pointer, (name == "422_source").then_some("/source_id"), "{name}");
        assert_eq!(error.platform().is_some(), expected == "platform", "{name}");
    }
}

#[test]
fn display_has_operation_status_and_advice() {
    for [name, _, status, _, _, advice] in rows() {
        let sentence = error(name).to_string();
        let start = format!("GetImage failed with status {status}; ");
        assert!(sentence.starts_with(&start), "{name}: {sentence}");
        assert!(sentence.contains(advice), "{name}: {sentence}");
    }
}

#[test]
fn each_error_has_a_source_that_it_does_not_repeat() {
    for [name, ..] in rows() {
        let error = error(name);
        let mut error: &dyn Error = &error;
        assert!(error.source().is_some(), "{name}");
        while let Some(source) = error.source() {
            let (outer, inner) = (error.to_string(), source.to_string());
            assert!(!inner.is_empty() && !outer.contains(&inner), "{name}: {outer} {inner}");
            error = source;
        }
    }
}

#[test]
fn the_source_has_the_platforms_message() {
    for (name, said) in [
        ("400", "Invalid syntax: The body is not JSON: unexpected end of input at byte 17."),
        ("404_underscore", "API key not found (404.hub.api_key)"),
        ("422_source", "/source_id"),
        ("429_date", "Too many requests (429.rate-limiting)"),
        ("oauth_401", "invalid_client: The client credentials are invalid."),
        ("redirect_302", "https://portal.example.com/sign-in?next=%2Fv1%2Fimages"),
        ("html_502", "the body is not JSON: <html> <head><title>502 Bad Gateway</title></head>"),
        ("empty_503", "the response has no body"),
        ("truncated_200", "ends too early"),
        ("wrong_type_200", "at data.size: expected "),
    ] {
        let error = error(name);
        let source = error.source().unwrap().to_string();
        assert!(source.contains(said), "{name}: {source}");
    }
}

#[test]
fn every_operation_reads_errors_alike() {
    fn check(operation: &impl Operation) {
        for [name, expected, ..] in rows().filter(|row| row[0] != "wrong_type_200") {
            let response = recording::read(&format!("errors/{name}"));
            let error = hub().response(operation, response).err().unwrap();
            assert_eq!(kind(&error), expected, "{name}");
            assert_eq!(error.operation(), name_of(operation), "{name}");
        }
    }
    fn name_of<O: Operation>(_: &O) -> &'static str {
        O::NAME
    }
    let source = SourceId::new("x").unwrap();
    check(&GetImages::new());
    check(&CreateImage::new(&source));
    check(&GetImage::new(image()));
    check(&UpdateImage::new(image()));
    check(&DeleteImage::new(image()));
    check(&GetImageBuildLog::new(image()));
    check(&CreateImagesJob::prune([source]));
    check(&CreateImageJob::import(image()));
}

#[test]
fn a_503_that_is_not_enabled_is_not_retried() {
    for (code, retryable) in [
        ("503.not-ready", true),
        ("503.not-enabled", false),
        ("503.dependency-not-enabled", false),
        ("504.not-available", true),
    ] {
        let error = refused(503, format!(r#"{{"error": {{"code": "{code}"}}}}"#));
        assert_eq!(error.is_retryable(), retryable, "{code}");
    }
}

#[test]
fn a_capability_is_missing_where_something_is_forbidden() {
    let envelope = |code| {
        format!(r#"{{"error": {{"code": "{code}", "extra": {{"capability": "images-view"}}}}}}"#)
    };
    for (status, code, missing) in [
        (403, "403.permissions", Some("images-view")),
        (400, "403.permissions", Some("images-view")),
        (403, "", Some("images-view")),
        (404, "404.image", None),
        (500, "", None),
        (429, "429.rate-limiting", None),
    ] {
        let error = refused(status, envelope(code));
        assert_eq!(error.missing_capability(), missing, "{status} {code}");
        assert_eq!(
            error.to_string().contains("capability images-view"),
            missing.is_some(),
            "{error}"
        );
    }
}

#[test]
fn a_malformed_field_of_the_envelope_costs_only_itself() {
    let whole = r#""status": 422, "code": "422.missing-argument", "title": "No", "detail": "d""#;
    for odd in [
        r#""status": "422""#,
        r#""status": {"a": [1]}, "status": 70000"#,
        r#""detail": ["a", {"b": null}]"#,
        r#""source": {"pointer": "/a"}, "source": 7"#,
        r#""extra": [{"capability": "x"}]"#,
        r#""extra": {"capability": {"name": "x"}}"#,
        r#""more": [[[[{}]]]], "": 1e999"#,
        r#""title": "\ud800", "title": "No""#,
    ] {
        for body in [
            format!(r#"{{"error": {{{whole}, {odd}}}}}"#),
            format!(
                r#"{{"error": {{{odd}, "code": "422.missing-argument", "title": "No"}}, "error_description": 7, "data": [1]}}"#
            ),
        ] {
            let error = refused(422, &body);
            let platform = error.platform().unwrap_or_else(|| panic!("{body}: {error:?}"));
            assert_eq!(error.code(), Some(&ErrorCode::from("422.missing-argument")), "{body}");
            assert_eq!(platform.title.as_deref(), Some("No"), "{body}");
            assert_eq!(platform.capability, None, "{body}");
        }
    }
    let last_counts = refused(404, r#"{"error": "x", "error": {"code": "404.image"}}"#);
    assert_eq!(last_counts.code(), Some(&ErrorCode::from("404.image")));
    for other in
        [r#"[{"code": "404.image"}]"#, r#"{"error": [["404.image"]]}"#, "[[0]]", "7", "null"]
    {
        assert_eq!(kind(&refused(404, other)), "other json", "{other}");
    }
    for broken in
        [r#"{"error": {"code": "404.image"}} {}"#, r#"{"error": {"code": "404.image"}"#, "[0,"]
    {
        assert_eq!(kind(&refused(404, broken)), "not json", "{broken}");
    }
    let not_utf8 = refused(404, b"{\"error\": {\"code\": \"404.image\", \"title\": \"\xff\"}}");
    assert_eq!(not_utf8.code(), Some(&ErrorCode::from("404.image")));
}

#[test]
fn display_of_rare_responses() {
    let teapot = refused(418, "short and stout").to_string();
    assert!(teapot.ends_with("; the request was refused"), "{teapot}");
    let response = Response::builder().status(404).header("retry-after", "7").body("").unwrap();
    let gone = hub().response(&GetImages::new(), response).unwrap_err().to_string();
    assert!(!gone.contains("Retry-After"), "{gone}");
}

#[test]
fn a_report_has_every_source() {
    let body = r#"{"data": {"id": "1", "size": "x", "state": {"current": "live"}}}"#;
    let error = hub().response(&GetImage::new(image()), Response::new(body)).unwrap_err();
    let source = error.source().unwrap();
    assert_eq!(report(&error).to_string(), format!("{error}: {source}"));
    assert_eq!(format!("{:#}", report(&error)), format!("{error}\n  caused by: {source}"));
}
