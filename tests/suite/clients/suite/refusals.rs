//! Answers that are no success: what the error says, and to whom.

use std::error::Error as _;

use cycle_images::error::{ErrorCode, ResponseErrorKind};
use cycle_images::images::{CreateImage, GetImage};
use cycle_images::{ImageId, SourceId};
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{Test, failure, said, shown, status, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(a_wrong_api_key_is_an_error_that_does_not_show_it),
        test(a_missing_capability_is_named),
        test(a_missing_image),
        test(a_refused_argument_has_a_pointer),
        test(a_429_has_its_retry_after),
        test(an_html_page_of_a_proxy),
        test(an_error_without_a_body),
        test(a_success_that_can_not_be_decoded),
        test(an_echoed_key_is_not_shown),
        test(an_echoed_secret_of_the_operation_is_not_shown),
    ]
}

/// What an error is to say of itself, and what its source is to say.
#[track_caller]
fn says(error: &Error, message: &str, source: &str) {
    assert_eq!(said(error), message);
    assert_eq!(error.source().unwrap().to_string(), source);
    assert!(error.may_have_arrived());
}

#[track_caller]
fn kind(error: &Error) -> &ResponseErrorKind {
    error.response().unwrap().kind()
}

fn a_wrong_api_key_is_an_error_that_does_not_show_it<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let error = failure(&make(Setup::with_key(&sandbox, "another-key")));
    assert!(error.response().unwrap().is_unauthorized());
    says(
        &error,
        "GetImages failed with status 401 Unauthorized; check the API key",
        "invalid_client: the API key is not known",
    );
    assert!(!shown(&error).contains("another-key"));
}

fn a_missing_capability_is_named<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::with_key(&sandbox, sandbox.view_only_api_key()));
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let error = client.call(&CreateImage::new(source)).unwrap_err();
    assert_eq!(error.response().unwrap().missing_capability(), Some("images-manage"));
    says(
        &error,
        "CreateImage failed with status 403 Forbidden; give the API key the capability images-manage",
        "You do not have permission to do this: The key lacks the capability images-manage. \
         (403.permissions)",
    );
}

fn a_missing_image<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let get = GetImage::new(ImageId::new("651586fca6078e98982dbd90").unwrap());
    let error = make(Setup::of(&sandbox)).call(&get).unwrap_err();
    let response = error.response().unwrap();
    assert!(response.is_not_found());
    assert_eq!(response.code(), Some(&ErrorCode::NOT_FOUND_IMAGE));
    let seen = response.headers().get("x-request-id");
    assert!(seen.is_some_and(|id| !id.is_empty()));
    says(
        &error,
        "GetImage failed with status 404 Not Found; check the id; the resource may have been deleted",
        "The requested resource could not be found. (404.image)",
    );
}

fn a_refused_argument_has_a_pointer<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let create = CreateImage::new(SourceId::new("no-such-source").unwrap());
    let error = make(Setup::of(&sandbox)).call(&create).unwrap_err();
    let response = error.response().unwrap();
    assert!(response.is_invalid());
    assert_eq!(response.status(), 422);
    assert_eq!(response.platform().unwrap().pointer.as_deref(), Some("/source_id"));
    assert!(error.to_string().ends_with("the platform refuses an argument: correct it"));
}

fn a_429_has_its_retry_after<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::too_many_requests("17"));
    let error = failure(&make(Setup::of(&sandbox)));
    let response = error.response().unwrap();
    assert!(response.is_rate_limited() && response.is_retryable());
    assert_eq!(response.headers()["retry-after"], "17");
    says(
        &error,
        "GetImages failed with status 429 Too Many Requests; too many requests: wait, then send it again \
         (Retry-After: 17)",
        "Slow down. (429.rate-limiting)",
    );
}

fn an_html_page_of_a_proxy<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::bad_gateway());
    let error = failure(&make(Setup::of(&sandbox)));
    assert!(matches!(kind(&error), ResponseErrorKind::NotJson(_)), "{error:?}");
    let response = error.response().unwrap();
    assert!(response.is_retryable());
    assert!(response.body().as_str().starts_with("<html>"));
    says(
        &error,
        "GetImages failed with status 502 Bad Gateway; the platform is unavailable: send it again \
         later",
        "the body is not JSON: <html><head><title>502 Bad Gateway</title></head> \
         <body><center><h1>502 Bad Gateway</h1></center></body></html>",
    );
}

fn an_error_without_a_body<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::unavailable());
    let error = failure(&make(Setup::of(&sandbox)));
    assert!(matches!(kind(&error), ResponseErrorKind::NoBody(_)), "{error:?}");
    says(
        &error,
        "GetImages failed with status 503 Service Unavailable; the platform is unavailable: send it \
         again later",
        "the response has no body",
    );
}

fn a_success_that_can_not_be_decoded<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    sandbox.fault(Fault::json(200, r#"{"data": {"images": []}}"#));
    let error = failure(&client);
    match kind(&error) {
        ResponseErrorKind::Unexpected(mismatch) => assert_eq!(mismatch.path(), "data"),
        other => panic!("{other:?}"),
    }
    let message = said(&error);
    assert!(
        message.starts_with("GetImages failed with status 200 OK; the body can't"),
        "{message}"
    );

    sandbox.fault(Fault::answer(204, &[], ""));
    let error = failure(&client);
    assert!(matches!(kind(&error), ResponseErrorKind::NoBody(_)), "{error:?}");
    assert_eq!(status(&error), 204);

    sandbox.fault(Fault::answer(200, &[("content-type", "text/html")], "<p>Welcome!</p>"));
    let error = failure(&client);
    assert!(matches!(kind(&error), ResponseErrorKind::Unexpected(_)), "{error:?}");
    assert_eq!(error.response().unwrap().body().as_str(), "<p>Welcome!</p>");
}

/// An answer may repeat what it was asked: nothing of the key may come to light by that.
fn an_echoed_key_is_not_shown<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let key = sandbox.api_key();
    let body = format!(
        r#"{{"error": {{"status": 400, "code": "400.{key}", "title": "got {key}",
            "detail": "Bearer {key}", "source": "/{key}"}}}}"#
    );
    sandbox.fault(Fault::json(400, &body));
    let oauth = format!(r#"{{"error": "{key}", "error_description": "{key}"}}"#);
    sandbox.fault(Fault::json(401, &oauth));
    let names = ["content-type", "date", "retry-after", "x-request-id"];
    sandbox.fault(Fault::answer(502, &names.map(|name| (name, key)), key));
    sandbox.fault(Fault::json(200, &format!(r#"{{"data": "{key}"}}"#)));
    sandbox.fault(Fault::redirect(307, &format!("https://example.com/?{key}")));
    for nth in 0..5 {
        let error = failure(&client);
        assert!(!shown(&error).contains(key), "{nth}: {}", shown(&error));
        let body = error.response().unwrap().body().as_str();
        assert!(!body.contains(key), "{nth}: {body}");
    }
}

/// The secrets of an operation are as safe through a client as through the hub.
fn an_echoed_secret_of_the_operation_is_not_shown<D: Driver>(make: Make<D>) {
    const ARGUMENT: &str = "build-argument-secret";
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let create = CreateImage::new(source).build_arg("TOKEN", ARGUMENT);
    let body = format!(r#"{{"error": {{"code": "422.invalid", "title": "got {ARGUMENT}"}}}}"#);
    sandbox.fault(Fault::json(422, &body));
    let error = client.call(&create).unwrap_err();
    assert!(!shown(&error).contains(ARGUMENT), "{}", shown(&error));
    assert!(!error.response().unwrap().body().as_str().contains(ARGUMENT));
}
