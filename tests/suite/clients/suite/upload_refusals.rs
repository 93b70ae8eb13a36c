//! Uploads that are refused: what the error says, and that it does not show the token.

use std::error::Error as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::error::ResponseErrorKind;
use cycle_images::images::GetImages;
use cycle_images::model::Image;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Settings;
use cycle_images_tests::uploads::{tar_bytes, token, waiting_image};

use super::uploads::{upload, waiting};
use super::{ENOUGH, LONG, Test, once, shown, status, with};
use crate::driver::Client;
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        expired_token_or_another_origin_sends_nothing,
        refusal_of_the_factory_has_its_message,
        redirect_with_the_token_is_neither_shown_nor_followed,
        response_before_the_end_of_the_tar_is_read,
    ]
}

/// An upload that must fail, and its error, which must not show the token.
#[track_caller]
pub(super) fn refused(client: &Client, image: &Image, tar: &[u8]) -> Error {
    let error = upload(client, image, tar).unwrap_err();
    assert!(!shown(&error).contains(&token(image)), "{error:?}");
    assert!(error.to_string().starts_with("UploadImage"), "{error}");
    error
}

fn expired_token_or_another_origin_sends_nothing(make: Make) {
    let settings = Settings::default().upload_expiry(Duration::ZERO);
    let (sandbox, client) = with(make, settings, |setup| setup);
    let mut images = client.call(&GetImages::new()).unwrap().data;
    let expired = waiting(&sandbox, &client);
    images.push(expired.clone());
    for image in images {
        let unread = iter::from_fn(|| panic!("nothing of it was to be read"));
        let progress = |sent| panic!("{sent} bytes were sent");
        let error = client.upload(&image, unread, 1000, progress).unwrap_err();
        assert!(matches!(error, Error::Request(_)) && !error.may_have_arrived(), "{error:?}");
        let problem = match image.id == expired.id {
            true => "UploadImage: image has an upload token that expired",
            false => "not of a source with the origin cycle-upload",
        };
        assert!(error.to_string().contains(problem), "{error}");
        assert!(!error.to_string().contains(&token(&expired)));
    }
    assert_eq!(sandbox.requests().len(), 2);
}

fn refusal_of_the_factory_has_its_message(make: Make) {
    let (sandbox, client) = once(make);
    let (image, tar) = (waiting(&sandbox, &client), tar_bytes(1000));
    let crossed = serde_json::to_string(&image).unwrap();
    let crossed = crossed.replace(&token(&image), "upload-of-another-image");
    let crossed: Image = serde_json::from_str(&crossed).unwrap();
    let hub = Hub::new(sandbox.api_key(), "651586fca6078e98982dbd90").unwrap();
    let stranger = make(Setup::of_hub(hub).factory(sandbox.url()));
    let is_refused = |client, image, tar: &[u8], code: &str| {
        let error = refused(client, image, tar);
        let response = error.response().unwrap();
        assert_eq!(
            (response.operation(), response.code().unwrap().as_str()),
            ("UploadImage", code)
        );
        error
    };
    let no_tar = is_refused(&client, &image, b"this is not a tar", "422.invalid-argument");
    let pointer = no_tar.response().unwrap().platform().unwrap().pointer.clone();
    assert_eq!(pointer.as_deref(), Some("/file.tar"));
    is_refused(&client, &image, b"", "422.invalid-argument");
    is_refused(&client, &crossed, &tar, "403.mismatch");
    is_refused(&stranger, &image, &tar, "403.wrong-hub");
    upload(&client, &image, &tar).unwrap();
    is_refused(&client, &image, &tar, "403.invalid-state");
    // The client's clock may be behind the factory's.
    let late = waiting(&sandbox, &client);
    sandbox.skip(ENOUGH);
    let expired = is_refused(&client, &late, &tar, "403.expired");
    let source = expired.source().unwrap().to_string();
    assert_eq!(source, "Forbidden: The token has expired. (403.expired)");
}

fn redirect_with_the_token_is_neither_shown_nor_followed(make: Make) {
    let elsewhere = RawServer::start([]).unwrap();
    let place = |token: &str| format!("{}/upload?token={token}&x=1", elsewhere.url());
    let head = "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: ";
    let answer = Answer::new(format!("{head}{}\r\n\r\n", place("sec-token")));
    let factory = RawServer::start([answer]).unwrap();
    let client = make(Setup::at(&factory.url()).factory(&factory.url()));
    let error = refused(&client, &waiting_image("sec-token"), &tar_bytes(1000));
    let ResponseErrorKind::Redirect(redirect) = error.response().unwrap().kind() else {
        panic!("{error:?}")
    };
    assert_eq!(redirect.location, Some(place("[redacted]")));
    assert_eq!((elsewhere.connections(), factory.requests().len()), (0, 1));
}

/// The factory may respond before it has read the tar. A client that awaits that sends no more than
/// the beginning. One that is held up for longer than it waits sends all of it, and reads the
/// response then; but no client is held up every time.
fn response_before_the_end_of_the_tar_is_read(make: Make) {
    let (image, tar) = (waiting_image("sec-token"), tar_bytes(16 << 20));
    for response in ["413 Too Large", "200 OK"] {
        let has_waited = (0..20).any(|_| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let respond = move || respond_early(&listener.accept().unwrap().0, response);
            let factory = thread::spawn(respond);
            let client = make(Setup::at(&url).factory(&url));
            let outcome = upload(&client, &image, &tar);
            drop(client);
            let read = factory.join().unwrap();
            match &outcome {
                // As a proxy responds that wants somebody to log in.
                Err(Error::Upload { source, sent, .. }) => {
                    let early = "the factory responded before the whole tar was sent";
                    assert_eq!(source.to_string(), early);
                    assert!(*sent < 16 << 20 && response == "200 OK");
                }
                Err(error) => assert_eq!((status(error), response), (413, "413 Too Large")),
                Ok(()) => assert!(read > 16 << 20 && response == "200 OK"),
            }
            read < 256 << 10
        });
        assert!(has_waited, "the client sends the tar without waiting");
    }
}

/// Responds to a request after its head, and returns how many bytes of its body came nevertheless.
fn respond_early(mut stream: &TcpStream, status: &str) -> usize {
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        line.clear();
    }
    // Time for a client that doesn't wait.
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
