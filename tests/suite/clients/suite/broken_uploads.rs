//! Uploads that end early, and none of which shows the token.

use std::io::{self, ErrorKind};
use std::iter;
use std::net::TcpListener;
use std::ops::ControlFlow;
use std::time::Duration;

use cycle_images::error::report;
use cycle_images::model::ImageStatus;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::uploads::{tar_bytes, token, waiting_image};

use super::no_response::refusing;
use super::upload_refusals::refused;
use super::uploads::{state, upload, waiting};
use super::{LONG, Test, once, shown};
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        tar_that_ends_early_is_an_error,
        tar_that_cannot_be_read_is_an_error,
        tar_is_sent_while_it_is_read,
        unreachable_factory_is_an_error_without_the_token,
        factory_that_does_not_read_times_out,
        endless_factory_response_times_out,
    ]
}

const CONTINUE: fn(u64) -> ControlFlow<()> = |_| ControlFlow::Continue(());

fn tar_that_ends_early_is_an_error(make: Make) {
    let (sandbox, client) = once(make);
    let image = waiting(&sandbox, &client);
    for there in [0, 1000, 70_000] {
        let bytes = Ok(tar_bytes(70_000)[..there].to_vec());
        let error = client.upload(&image, [bytes].into_iter(), 80_000, CONTINUE).unwrap_err();
        let Error::Upload { sent, size, .. } = error else { panic!("{error:?}") };
        assert_eq!((sent, size), (there as u64, 80_000));
        assert_eq!(
            report(&error).to_string(),
            format!(
                "UploadImage: the upload ended after {there} of 80000 bytes of the tar; upload the \
                 tar to a new image: the tar can't be read: it ended after {there} of 80000 bytes"
            )
        );
        assert!(error.may_have_arrived() && !shown(&error).contains(&token(&image)));
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
    upload(&client, &image, &tar_bytes(1000)).unwrap();
}

fn tar_that_cannot_be_read_is_an_error(make: Make) {
    let (sandbox, client) = once(make);
    let image = waiting(&sandbox, &client);
    // The head was sent by then, whatever it was that the reader couldn't connect to.
    for kind in [ErrorKind::PermissionDenied, ErrorKind::TimedOut, ErrorKind::ConnectionRefused] {
        let failing = [Err(io::Error::new(kind, "the disk is on fire"))];
        let error = client.upload(&image, failing.into_iter(), 1000, CONTINUE).unwrap_err();
        assert!(matches!(error, Error::Upload { sent: 0, size: 1000, .. }), "{error:?}");
        let text = report(&error).to_string();
        assert!(text.ends_with(": the tar can't be read: the disk is on fire"), "{text}");
        assert!(!error.is_timeout(), "{error:?}");
    }
}

/// A tar that was gathered first would never be sent if its end can't be read.
fn tar_is_sent_while_it_is_read(make: Make) {
    let (sandbox, client) = once(make);
    let image = waiting(&sandbox, &client);
    let pieces = (0..64).map(|_| Ok(vec![b'.'; 1 << 16]));
    let pieces = pieces.chain([Err(io::Error::other("the disk is on fire"))]);
    let error = client.upload(&image, pieces, 1 << 30, CONTINUE).unwrap_err();
    assert!(shown(&error).contains("the disk is on fire"), "{error:?}");
    assert!(sandbox.wait_for_requests(2, LONG));
}

fn unreachable_factory_is_an_error_without_the_token(make: Make) {
    let (url, _kept) = refusing();
    let client = make(Setup::at(&url).factory(&url));
    let error = refused(&client, &waiting_image("sec-token"), &tar_bytes(1000));
    assert_eq!(error.may_have_arrived(), !client.tells_unsent());
    assert!(matches!(cause(error), Error::Transport { .. }));
}

/// The error of an upload that ended before the whole tar was sent, or else the error itself.
fn cause(error: Error) -> Error {
    match error {
        Error::Upload { source, .. } => *source.downcast::<Error>().unwrap(),
        other => other,
    }
}

#[track_caller]
fn times_out(make: Make, factory: &str, limit: Duration, size: usize) {
    let client = make(Setup::at(factory).factory(factory).timeout(limit));
    let error = refused(&client, &waiting_image("sec-token"), &tar_bytes(size));
    assert!(error.may_have_arrived() && error.is_timeout(), "{error:?}");
    let Error::Timeout { operation, limit: within, source, .. } = cause(error) else { panic!() };
    assert_eq!((operation, within), ("UploadImage", Some(limit)));
    assert!(!source.to_string().is_empty());
}

fn factory_that_does_not_read_times_out(make: Make) {
    // The system accepts connections, and nobody reads from them.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // The first is held up while it is sent, the second while its response is awaited.
    for size in [32 << 20, 1000] {
        times_out(make, &url, Duration::from_millis(50), size);
    }
}

fn endless_factory_response_times_out(make: Make) {
    let limit = Duration::from_millis(200);
    let answers = [
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nX-Long: ", "a"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", " "),
    ];
    for (start, piece) in answers {
        // Far longer than the limit: a client that waits for the end gets another error.
        let answer = Answer::new(start).slowly(limit / 4, iter::repeat_n(piece, 300)).close();
        let server = RawServer::start([answer]).unwrap();
        times_out(make, &server.url(), limit, 100_000);
    }
}
