//! Uploads that break off: what became of them, and that none shows the token.

use std::io::{self, ErrorKind};
use std::iter;
use std::net::TcpListener;
use std::time::Duration;

use cycle_images::error::report;
use cycle_images::model::ImageStatus;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;

use super::broken_responses::refusing;
use super::upload_refusals::refused;
use super::uploads::{state, tar, token, upload, waiting};
use super::{LONG, Test, shown, test};
use crate::driver::Uploads;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Uploads>() -> Vec<Test<D>> {
    vec![
        test(a_tar_that_ends_early_is_an_error),
        test(a_tar_that_can_not_be_read_is_an_error),
        test(the_tar_is_sent_while_it_is_read),
        test(an_unreachable_factory_shows_no_token),
        test(a_factory_that_does_not_read_times_out),
        test(an_endless_factory_response_times_out),
    ]
}

fn a_tar_that_ends_early_is_an_error<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    for there in [0, 1000, 70_000] {
        let bytes = Ok(tar(70_000)[..there].to_vec());
        let error = client.upload(&image, [bytes].into_iter(), 80_000).unwrap_err();
        let Error::Upload { sent, size, .. } = error else { panic!("{error:?}") };
        assert_eq!((sent, size), (there as u64, 80_000));
        assert_eq!(
            report(&error).to_string(),
            format!(
                "UploadImage: the upload ended after {there} of 80000 bytes of the tar; upload the \
                 tar to a new image: the tar can't be read: it ended after {there} of 80000 bytes"
            )
        );
        assert!(!shown(&error).contains(&token(&image)));
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
    upload(&client, &image, &tar(1000)).unwrap();
}

fn a_tar_that_can_not_be_read_is_an_error<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    // The head is on its way by then, whatever it was that the reader couldn't connect to.
    for kind in [ErrorKind::PermissionDenied, ErrorKind::TimedOut, ErrorKind::ConnectionRefused] {
        let failing = [Err(io::Error::new(kind, "the disk is on fire"))];
        let error = client.upload(&image, failing.into_iter(), 1000).unwrap_err();
        assert!(matches!(error, Error::Upload { sent: 0, size: 1000, .. }), "{error:?}");
        let said = report(&error).to_string();
        assert!(said.ends_with(": the tar can't be read: the disk is on fire"), "{said}");
        assert!(!error.is_timeout(), "{error:?}");
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
}

/// A tar that was gathered first would never be sent if its end can't be read.
fn the_tar_is_sent_while_it_is_read<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    let pieces = (0..64).map(|_| Ok(vec![b'.'; 1 << 16]));
    let pieces = pieces.chain([Err(io::Error::other("the disk is on fire"))]);
    let error = client.upload(&image, pieces, 1 << 30).unwrap_err();
    assert!(shown(&error).contains("the disk is on fire"), "{error:?}");
    assert!(sandbox.wait_for_requests(2, LONG));
}

fn an_unreachable_factory_shows_no_token<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    let (url, _kept) = refusing();
    let client = make(Setup::of(&sandbox).factory(&url));
    let error = refused(&client, &image, &tar(1000));
    assert_eq!(error.may_have_arrived(), !client.tells_unsent());
    assert!(matches!(cause(error), Error::Transport { .. }));
}

fn a_factory_that_does_not_read_times_out<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    // It accepts by the system alone, and never reads.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = make(Setup::of(&sandbox).factory(&url).timeout(Duration::from_millis(50)));
    // The first is held up while it is sent, the second while its answer is waited for.
    for size in [32 << 20, 1000] {
        let error = refused(&client, &image, &tar(size));
        assert!(error.may_have_arrived());
        assert!(error.is_timeout(), "{error:?}");
        let Error::Timeout { limit, source, .. } = cause(error) else { panic!() };
        assert_eq!(limit, Some(Duration::from_millis(50)));
        assert!(!source.to_string().is_empty());
    }
}

/// The error of an upload that ended before the whole tar was sent, or else the error itself.
fn cause(error: Error) -> Error {
    match error {
        Error::Upload { source, .. } => *source.downcast::<Error>().unwrap(),
        other => other,
    }
}

/// Something comes all the time, but never the end of the answer.
fn an_endless_factory_response_times_out<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    let limit = Duration::from_millis(400);
    let answers = [
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nX-Long: ", "a"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", " "),
    ];
    for (start, piece) in answers {
        // Far longer than the limit, so that whoever waits for the end is told something else.
        let answer = Answer::new(start).slowly(limit / 4, iter::repeat_n(piece, 300)).close();
        let server = RawServer::start([answer]).unwrap();
        let client = make(Setup::of(&sandbox).factory(&server.url()).timeout(limit));
        let error = refused(&client, &image, &tar(100_000));
        assert!(error.may_have_arrived());
        assert!(error.is_timeout(), "{error:?}");
        let Error::Timeout { limit: told, .. } = cause(error) else { panic!("{start:?}") };
        assert_eq!(told, Some(limit));
    }
}
