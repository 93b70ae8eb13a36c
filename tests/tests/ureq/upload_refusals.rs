//! Uploads that come to nothing: what is told of them, and what is not.

use std::error::Error as _;
use std::time::Duration;

use cycle_images::images::GetImages;
use cycle_images::model::{Image, ImageStatus};
use cycle_images::{Hub, ResponseErrorKind};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox, Settings};
use cycle_images_ureq::{Client, Error, Tar};

use crate::uploads::{Reading, of, state, tar, token, uploader, waiting};
use crate::{hub, once, shown};

/// An upload that must fail; its error must not show the token.
#[track_caller]
pub(crate) fn refused(client: &Client, image: &Image, tar: Tar<'_>) -> Error {
    let error = client.upload(image, tar, |_| {}).unwrap_err();
    assert!(!shown(&error).contains(&token(image)), "{error:?}");
    assert!(error.to_string().starts_with("UploadImage"), "{error}");
    error
}

/// An upload that must be refused before anything of the tar is read.
#[track_caller]
fn refused_unsent(client: &Client, image: &Image) -> String {
    let unread = Reading(|_: &mut [u8]| panic!("nothing of it was to be read"));
    let tar = Tar::reader(unread, 1000);
    let error = client.upload(image, tar, |sent| panic!("{sent} bytes were sent")).unwrap_err();
    assert!(matches!(error, Error::Request(_)) && !error.may_have_arrived(), "{error:?}");
    error.to_string()
}

#[test]
fn a_token_that_has_ended_sends_nothing() {
    let settings = Settings::default().upload_expiry(Duration::ZERO);
    let sandbox = Sandbox::with(settings).unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let error = refused_unsent(&client, &image);
    assert!(error.starts_with("UploadImage: image has an upload token that ended"), "{error}");
    assert!(!error.contains(&token(&image)));
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn an_image_of_another_origin_sends_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    for image in client.call(&GetImages::new()).unwrap().data {
        let error = refused_unsent(&client, &image);
        assert!(error.ends_with("is not of a source with the origin cycle-upload"), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 1);
}

/// The client's clock may be behind the factory's.
#[test]
fn a_token_that_ends_at_the_factory_alone_is_told_in_its_words() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    sandbox.skip(Duration::from_secs(3600));
    let error = refused(&client, &image, of(&tar(1000)));
    let response = error.response().unwrap();
    assert_eq!((response.operation(), response.status().as_u16()), ("UploadImage", 403));
    assert_eq!(response.code().unwrap().as_str(), "403.expired");
    assert_eq!(
        error.source().unwrap().to_string(),
        "Forbidden.: The token has expired. (403.expired)"
    );
}

#[test]
fn a_factory_that_refuses_is_told_in_its_words() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let code = |error: Error| error.response().unwrap().code().unwrap().as_str().to_owned();

    let error = refused(&client, &image, of(b"this is not a tar"));
    let platform = error.response().unwrap().platform().unwrap().clone();
    assert_eq!(platform.pointer.as_deref(), Some("/file.tar"));
    assert_eq!(code(error), "422.invalid-argument");
    assert_eq!(code(refused(&client, &image, of(b""))), "422.invalid-argument");

    let crossed = serde_json::to_string(&image).unwrap();
    let crossed = crossed.replace(&token(&image), "upload-of-another-image");
    let crossed: Image = serde_json::from_str(&crossed).unwrap();
    assert_eq!(code(refused(&client, &crossed, of(&tar(1000)))), "403.mismatch");

    let hub = Hub::new(sandbox.api_key(), "651586fca6078e98982dbd90").unwrap();
    let stranger = once(Client::new(hub.with_factory_url(sandbox.url()).unwrap()));
    assert_eq!(code(refused(&stranger, &image, of(&tar(1000)))), "403.wrong-hub");
    assert_eq!(state(&client, &image), ImageStatus::Uploading);

    client.upload(&image, of(&tar(1000)), |_| {}).unwrap();
    assert_eq!(code(refused(&client, &image, of(&tar(1000)))), "403.invalid-state");
}

/// A factory that reads every upload to its end, and then says these things.
fn factory(sandbox: &Sandbox, answers: Vec<Answer>) -> (RawServer, Client) {
    let factory = RawServer::start(answers).unwrap();
    let hub = hub(sandbox).with_factory_url(&factory.url()).unwrap();
    (factory, once(Client::new(hub)))
}

#[test]
fn a_token_that_is_echoed_is_not_shown() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    let token = token(&image);
    assert!(!format!("{image:?}{:?}", of(b"")).contains(&token));
    // JSON may write a character as its number.
    let spelled = token.replace('u', "\\u0075");
    let envelope = |token: &str| {
        let more = format!(r#""detail": "?token={token}", "code": "403.{token}""#);
        format!(r#"{{"error": {{"title": "{token}?", {more}}}}}"#)
    };
    let bodies = [
        envelope(&token),
        envelope(&spelled),
        format!(r#"{{"error": "{token}", "error_description": "{token}"}}"#),
        format!(r#"{{"token": "{token}"}}"#),
        format!("<html>no such page: /upload?hub-id=1&token={token}</html>"),
    ];
    let answers = bodies.iter().map(|body| {
        let length = body.len();
        Answer::new(format!(
            "HTTP/1.1 403 Forbidden\r\nContent-Type: application/{token}\r\n\
             X-Request-Id: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    });
    let (_factory, client) = factory(&sandbox, answers.collect());
    for _ in &bodies {
        let error = refused(&client, &image, of(&tar(1000)));
        let response = error.response().unwrap();
        assert_eq!(response.status(), 403);
        assert!(!format!("{:?}", response.headers()).contains(&token));
        assert!(!response.body().as_str().contains(&token), "{}", response.body().as_str());
    }
}

#[test]
fn a_redirect_with_the_token_is_neither_shown_nor_followed() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    let elsewhere = RawServer::start([]).unwrap();
    let place = |token: &str| format!("{}/upload?token={token}&x=1", elsewhere.url());
    let answer = Answer::new(format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        place(&token(&image))
    ));
    let (factory, client) = factory(&sandbox, vec![answer]);
    let error = refused(&client, &image, of(&tar(1000)));
    let ResponseErrorKind::Redirect(redirect) = error.response().unwrap().kind() else {
        panic!("{error:?}")
    };
    assert_eq!(redirect.location, Some(place("[redacted]")));
    assert_eq!((elsewhere.connections(), factory.requests().len()), (0, 1));
}

/// The factory may answer before it has read the tar, and close the connection.
#[test]
fn an_answer_before_the_end_of_the_tar_is_told() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let body = r#"{"error": {"code": "413.too-large", "title": "Too large."}}"#;
    sandbox.fault(Fault::json(413, body));
    let error = refused(&client, &image, of(&tar(64 << 20)));
    let response = error.response().unwrap();
    assert_eq!(response.status(), 413);
}
