//! Responses that are no success: what the error says, and that it shows no secret.

use std::error::Error as _;

use cycle_images::error::{ErrorCode, ResponseErrorKind};
use cycle_images::images::GetImage;
use cycle_images::{Hub, ImageId};
use cycle_images_tests::sandbox::Fault;

use super::{Test, failure, once, shown, text};
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        wrong_api_key_is_an_error_that_does_not_show_it,
        missing_image_has_its_code_and_headers,
        unusual_error_bodies_are_named,
    ]
}

fn wrong_api_key_is_an_error_that_does_not_show_it(make: Make) {
    let (sandbox, _) = once(make);
    let hub = Hub::new("another-key", sandbox.hub_id()).unwrap();
    let error = failure(&make(Setup::of_hub(hub.with_base_url(sandbox.url()).unwrap())));
    assert!(error.is_unauthorized());
    assert_eq!(text(&error), "GetImages failed with status 401 Unauthorized; check the API key");
    let source = error.source().unwrap().to_string();
    assert_eq!(source, "invalid_client: the API key is not known");
    assert!(!shown(&error).contains("another-key"));
}

fn missing_image_has_its_code_and_headers(make: Make) {
    let (_sandbox, client) = once(make);
    let get = GetImage::new(ImageId::new("651586fca6078e98982dbd90").unwrap());
    let error = client.call(&get).unwrap_err();
    assert!(error.is_not_found() && error.may_have_arrived());
    let response = error.response().unwrap();
    assert_eq!(response.code(), Some(&ErrorCode::NOT_FOUND_IMAGE));
    assert!(!response.headers()["x-request-id"].is_empty());
    let start = "GetImage failed with status 404 Not Found; check the id;";
    assert!(text(&error).starts_with(start), "{error}");
}

fn unusual_error_bodies_are_named(make: Make) {
    let (sandbox, client) = once(make);
    let html = [("content-type", "text/html")];
    type IsKind = fn(&ResponseErrorKind) -> bool;
    let cases: [(_, _, _, IsKind); 5] = [
        (Fault::bad_gateway(), 502, "the platform is unavailable", |kind| {
            matches!(kind, ResponseErrorKind::NotJson(_))
        }),
        (Fault::unavailable(), 503, "the platform is unavailable", |kind| {
            matches!(kind, ResponseErrorKind::NoBody(_))
        }),
        (Fault::answer(204, &[], ""), 204, "", |kind| matches!(kind, ResponseErrorKind::NoBody(_))),
        (
            Fault::json(200, r#"{"data": {"images": []}}"#),
            200,
            "the body can't",
            |kind| matches!(kind, ResponseErrorKind::Unexpected(mismatch) if mismatch.path() == "data"),
        ),
        (Fault::answer(200, &html, "<p>Welcome!</p>"), 200, "the body can't", |kind| {
            matches!(kind, ResponseErrorKind::Unexpected(_))
        }),
    ];
    for (fault, status, advice, is_kind) in cases {
        sandbox.fault(fault);
        let error = failure(&client);
        let text = text(&error);
        assert!(text.starts_with(&format!("GetImages failed with status {status} ")), "{text}");
        assert!(text.contains(&format!("; {advice}")), "{text}");
        assert!(is_kind(error.response().unwrap().kind()), "{error:?}");
    }
}
