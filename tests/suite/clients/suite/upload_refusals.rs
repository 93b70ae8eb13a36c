//! Uploads that are refused: what is told of them, and what is not.

use std::error::Error as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::error::ResponseErrorKind;
use cycle_images::images::GetImages;
use cycle_images::model::{Image, ImageStatus};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Sandbox, Settings};

use super::uploads::{state, tar, token, upload, waiting};
use super::{ENOUGH, LONG, Test, shown, status, test};
use crate::driver::Uploads;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Uploads>() -> Vec<Test<D>> {
    vec![
        test(an_expired_token_sends_nothing),
        test(an_image_of_another_origin_sends_nothing),
        test(a_token_that_the_factory_refuses_has_its_message),
        test(a_refusal_of_the_factory_has_its_message),
        test(a_token_that_is_echoed_is_not_shown),
        test(a_redirect_with_the_token_is_neither_shown_nor_followed),
        test(a_response_before_the_end_of_the_tar_is_read),
        test(a_success_before_the_end_of_the_tar_is_an_error),
    ]
}

/// An upload that must fail; its error must not show the token.
#[track_caller]
pub(super) fn refused(client: &impl Uploads, image: &Image, tar: &[u8]) -> Error {
    let error = upload(client, image, tar).unwrap_err();
    assert!(!shown(&error).contains(&token(image)), "{error:?}");
    assert!(error.to_string().starts_with("UploadImage"), "{error}");
    error
}

/// An upload that must be refused before anything of the tar is read.
#[track_caller]
fn refused_unsent(client: &impl Uploads, image: &Image) -> String {
    let skipped = iter::from_fn(|| panic!("nothing of it was to be read"));
    let progress = |sent| panic!("{sent} bytes were sent");
    let error = client.upload_with_progress(image, skipped, 1000, progress).unwrap_err();
    assert!(matches!(error, Error::Request(_)) && !error.may_have_arrived(), "{error:?}");
    error.to_string()
}

fn an_expired_token_sends_nothing<D: Uploads>(make: Make<D>) {
    let settings = Settings::default().upload_expiry(Duration::ZERO);
    let sandbox = Sandbox::with(settings).unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    let error = refused_unsent(&client, &image);
    assert!(error.starts_with("UploadImage: image has an upload token that expired"), "{error}");
    assert!(!error.contains(&token(&image)));
    assert_eq!(sandbox.requests().len(), 1);
}

fn an_image_of_another_origin_sends_nothing<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    for image in client.call(&GetImages::new()).unwrap().data {
        let error = refused_unsent(&client, &image);
        assert!(error.ends_with("is not of a source with the origin cycle-upload"), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 1);
}

/// The client's clock may be behind the factory's.
fn a_token_that_the_factory_refuses_has_its_message<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    sandbox.skip(ENOUGH);
    let error = refused(&client, &image, &tar(1000));
    let response = error.response().unwrap();
    assert_eq!((response.operation(), response.status().as_u16()), ("UploadImage", 403));
    assert_eq!(
        error.source().unwrap().to_string(),
        "Forbidden: The token has expired. (403.expired)"
    );
}

fn a_refusal_of_the_factory_has_its_message<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    let code = |error: Error| error.response().unwrap().code().unwrap().as_str().to_owned();

    let error = refused(&client, &image, b"this is not a tar");
    let platform = error.response().unwrap().platform().unwrap().clone();
    assert_eq!(platform.pointer.as_deref(), Some("/file.tar"));
    assert_eq!(code(error), "422.invalid-argument");
    assert_eq!(code(refused(&client, &image, b"")), "422.invalid-argument");

    let crossed = serde_json::to_string(&image).unwrap();
    let crossed = crossed.replace(&token(&image), "upload-of-another-image");
    let crossed: Image = serde_json::from_str(&crossed).unwrap();
    assert_eq!(code(refused(&client, &crossed, &tar(1000))), "403.mismatch");

    let hub = Hub::new(sandbox.api_key(), "651586fca6078e98982dbd90").unwrap();
    let stranger = make(Setup::of_hub(hub).factory(sandbox.url()));
    assert_eq!(code(refused(&stranger, &image, &tar(1000))), "403.wrong-hub");
    assert_eq!(state(&client, &image), ImageStatus::Uploading);

    upload(&client, &image, &tar(1000)).unwrap();
    assert_eq!(code(refused(&client, &image, &tar(1000))), "403.invalid-state");
}

fn a_token_that_is_echoed_is_not_shown<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    let token = token(&image);
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
    let factory = RawServer::start(answers).unwrap();
    let client = make(Setup::of(&sandbox).factory(&factory.url()));
    for _ in &bodies {
        let error = refused(&client, &image, &tar(1000));
        assert_eq!(status(&error), 403);
        let response = error.response().unwrap();
        assert!(!format!("{:?}", response.headers()).contains(&token));
        assert!(!response.body().as_str().contains(&token), "{}", response.body().as_str());
    }
}

fn a_redirect_with_the_token_is_neither_shown_nor_followed<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    let elsewhere = RawServer::start([]).unwrap();
    let place = |token: &str| format!("{}/upload?token={token}&x=1", elsewhere.url());
    let answer = Answer::new(format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        place(&token(&image))
    ));
    let factory = RawServer::start([answer]).unwrap();
    let client = make(Setup::of(&sandbox).factory(&factory.url()));
    let error = refused(&client, &image, &tar(1000));
    let ResponseErrorKind::Redirect(redirect) = error.response().unwrap().kind() else {
        panic!("{error:?}")
    };
    assert_eq!(redirect.location, Some(place("[redacted]")));
    assert_eq!((elsewhere.connections(), factory.requests().len()), (0, 1));
}

/// The factory may answer before it has read the tar. A client that listens is told, and sends no
/// more than the beginning. One that is held up for longer than it listens sends all of it, and is
/// told then; but no client is held up every time.
fn a_response_before_the_end_of_the_tar_is_read<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    let tar = tar(16 << 20);
    for _ in 0..20 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let factory =
            thread::spawn(move || answer_early(&listener.accept().unwrap().0, "413 Too Large"));
        let client = make(Setup::of(&sandbox).factory(&url));
        assert_eq!(status(&refused(&client, &image, &tar)), 413);
        drop(client);
        if factory.join().unwrap() < 256 << 10 {
            return;
        }
    }
    panic!("the client doesn't listen");
}

/// As a proxy answers that wants somebody to log in.
fn a_success_before_the_end_of_the_tar_is_an_error<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    for _ in 0..20 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let factory = thread::spawn(move || answer_early(&listener.accept().unwrap().0, "200 OK"));
        let client = make(Setup::of(&sandbox).factory(&url));
        let outcome = upload(&client, &image, &tar(16 << 20));
        drop(client);
        let sent = factory.join().unwrap();
        match outcome {
            // Held up for longer than it listens, it has sent all of it.
            Ok(()) => assert!(sent > 16 << 20),
            Err(error) => {
                let Error::Upload { source, sent, .. } = &error else { panic!("{error:?}") };
                assert!(*sent < 16 << 20);
                let early = "the factory responded before the whole tar was sent";
                assert_eq!(source.to_string(), early);
                return;
            }
        }
    }
    panic!("the client doesn't listen");
}

/// Answers a request once its head is there, and says how many bytes of its body came all the same.
fn answer_early(mut stream: &TcpStream, status: &str) -> usize {
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        line.clear();
    }
    // Time for a client that doesn't listen.
    thread::sleep(Duration::from_millis(50));
    let body = r#"{"error": {"code": "413.too-large", "title": "Too large."}}"#;
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let (mut sent, mut buffer) = (0, vec![0; 1 << 16]);
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        sent += count;
    }
    sent
}
