//! Answers that are no success: what the error says, and to whom.

use std::error::Error as _;

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::{ErrorCode, Hub, ImageId, ResponseErrorKind, SourceId};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_ureq::{Client, Error};

use crate::{client, failure, once, shown};

/// What an error is to say of itself, and what its source is to say.
#[track_caller]
fn says(error: &Error, message: &str, source: &str) {
    assert_eq!(error.to_string(), message);
    assert_eq!(error.source().unwrap().to_string(), source);
    assert!(error.may_have_arrived());
}

#[test]
fn a_wrong_api_key() {
    let sandbox = Sandbox::start().unwrap();
    let hub = Hub::new("another-key", sandbox.hub_id()).unwrap();
    let error = failure(&once(Client::new(hub.with_base_url(sandbox.url()).unwrap())));
    assert!(error.response().unwrap().is_unauthorized());
    says(
        &error,
        "GetImages was answered 401 Unauthorized; check the API key",
        "invalid_client: the API key is not known",
    );
    assert!(!shown(&error).contains("another-key"));
}

#[test]
fn a_missing_capability() {
    let sandbox = Sandbox::start().unwrap();
    let hub = Hub::new(sandbox.view_only_api_key(), sandbox.hub_id()).unwrap();
    let client = once(Client::new(hub.with_base_url(sandbox.url()).unwrap()));
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let error = client.call(&CreateImage::new(source)).unwrap_err();
    let missing = error.response().unwrap().missing_capability();
    assert_eq!(missing, Some("images-manage"));
    says(
        &error,
        "CreateImage was answered 403 Forbidden; give the API key the capability images-manage",
        "You do not have permission to do this.: The key lacks the capability images-manage. \
         (403.permissions)",
    );
}

#[test]
fn an_image_that_is_not_there() {
    let sandbox = Sandbox::start().unwrap();
    let get = GetImage::new(ImageId::new("651586fca6078e98982dbd90").unwrap());
    let error = client(&sandbox).call(&get).unwrap_err();
    let response = error.response().unwrap();
    assert!(response.is_not_found());
    assert_eq!(response.code(), Some(&ErrorCode::from("404.image")));
    let seen = response.headers().get("x-request-id");
    assert!(seen.is_some_and(|id| !id.is_empty()));
    says(
        &error,
        "GetImage was answered 404 Not Found; check the id; what it named may have been deleted",
        "The requested resource could not be found. (404.image)",
    );
}

#[test]
fn an_argument_that_the_platform_refuses() {
    let sandbox = Sandbox::start().unwrap();
    let create = CreateImage::new(SourceId::new("no-such-source").unwrap());
    let error = client(&sandbox).call(&create).unwrap_err();
    let response = error.response().unwrap();
    assert!(response.is_invalid());
    assert_eq!(response.status(), 422);
    let pointer = response.platform().unwrap().pointer.as_deref();
    assert_eq!(pointer, Some("/source_id"));
    let message = error.to_string();
    assert!(message.starts_with("CreateImage was answered 422"), "{message}");
    assert!(message.ends_with("the platform refuses an argument: correct it"));
}

#[test]
fn too_many_requests_and_when_to_come_back() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::too_many_requests("17"));
    let error = failure(&client(&sandbox));
    let response = error.response().unwrap();
    assert!(response.is_rate_limited() && response.is_retryable());
    assert_eq!(response.headers()["retry-after"], "17");
    says(
        &error,
        "GetImages was answered 429 Too Many Requests; too many requests: wait, then try again \
         (Retry-After: 17)",
        "Slow down. (429.rate-limiting)",
    );
}

#[test]
fn proxies_that_answer_in_the_platforms_place() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    sandbox.fault(Fault::bad_gateway());
    let html = failure(&client);
    let response = html.response().unwrap();
    assert!(matches!(response.kind(), ResponseErrorKind::NotJson(_)));
    assert!(response.is_retryable());
    assert!(response.body().as_str().starts_with("<html>"));
    says(
        &html,
        "GetImages was answered 502 Bad Gateway; the platform can't answer now: try again later",
        "not JSON at line 1 column 1",
    );

    sandbox.fault(Fault::unavailable());
    let empty = failure(&client);
    let response = empty.response().unwrap();
    assert!(matches!(response.kind(), ResponseErrorKind::NoBody(_)));
    says(
        &empty,
        "GetImages was answered 503 Service Unavailable; the platform can't answer now: \
         try again later",
        "the body is empty",
    );
}

#[test]
fn a_success_that_is_not_what_was_promised() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    sandbox.fault(Fault::json(200, r#"{"data": {"images": []}}"#));
    let error = failure(&client);
    match error.response().unwrap().kind() {
        ResponseErrorKind::Unexpected(mismatch) => assert_eq!(mismatch.path(), "data"),
        other => panic!("{other:?}"),
    }
    let message = error.to_string();
    assert!(message.starts_with("GetImages was answered 200 OK; this isn't"), "{message}");

    sandbox.fault(Fault::answer(204, &[], ""));
    let empty = failure(&client);
    let kind = empty.response().unwrap().kind();
    assert!(matches!(kind, ResponseErrorKind::NoBody(_)));
}

/// An answer may repeat what it was asked: nothing of the key may come to light by that.
#[test]
fn a_key_that_is_sent_back_is_not_shown() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let key = sandbox.api_key();
    let body = format!(
        r#"{{"error": {{"status": 400, "code": "400.{key}", "title": "got {key}",
            "detail": "Bearer {key}", "source": "/{key}"}}}}"#
    );
    let oauth = format!(r#"{{"error": "{key}", "error_description": "{key}"}}"#);
    sandbox.fault(Fault::json(400, &body));
    sandbox.fault(Fault::json(401, &oauth));
    sandbox.fault(Fault::answer(502, &[], key));
    sandbox.fault(Fault::json(200, &format!(r#"{{"data": "{key}"}}"#)));
    sandbox.fault(Fault::redirect(307, &format!("https://example.com/?{key}")));
    for nth in 0..5 {
        let error = failure(&client);
        assert!(!shown(&error).contains(key), "{nth}: {}", shown(&error));
        let body = error.response().unwrap().body().as_str();
        assert!(!body.contains(key), "{nth}: {body}");
    }
    assert!(!format!("{client:?}").contains(key));
}

#[test]
fn a_key_that_is_sent_back_in_a_header_is_not_shown() {
    let sandbox = Sandbox::start().unwrap();
    let key = sandbox.api_key();
    for name in ["content-type", "date", "retry-after", "x-request-id"] {
        sandbox.fault(Fault::answer(429, &[(name, key)], ""));
        let error = failure(&client(&sandbox));
        assert!(!shown(&error).contains(key), "{name}: {}", shown(&error));
    }
}

#[test]
fn every_error_names_its_operation() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let image = ImageId::new("i").unwrap();
    let source = SourceId::new("s").unwrap();
    for fault in [Fault::unavailable(), Fault::Close] {
        for _ in 0..8 {
            sandbox.fault(fault.clone());
        }
        let errors = [
            ("GetImages ", client.call(&GetImages::new()).err()),
            ("GetImage ", client.call(&GetImage::new(&image)).err()),
            ("CreateImage ", client.call(&CreateImage::new(&source)).err()),
            ("UpdateImage ", client.call(&UpdateImage::new(&image)).err()),
            ("DeleteImage ", client.call(&DeleteImage::new(&image)).err()),
            ("GetImageBuildLog ", client.call(&GetImageBuildLog::new(&image)).err()),
            ("CreateImageJob ", client.call(&CreateImageJob::import(&image)).err()),
            ("CreateImagesJob ", client.call(&CreateImagesJob::prune([&source])).err()),
        ];
        for (name, error) in errors {
            let message = error.unwrap().to_string();
            assert!(message.starts_with(name), "{message}");
        }
    }
}

#[test]
fn an_argument_that_cannot_be_sent_is_not_sent() {
    let sandbox = Sandbox::start().unwrap();
    let error = client(&sandbox).call(&GetImages::new().page_size(0)).unwrap_err();
    assert!(matches!(error, Error::Request(_)));
    assert_eq!(error.to_string(), "GetImages: page[size] is 0; a page holds at least 1");
    assert!(!error.may_have_arrived() && error.response().is_none());
    assert!(sandbox.requests().is_empty());
}
