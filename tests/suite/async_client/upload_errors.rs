//! Uploads that come to nothing: what is told of them, and that none shows the token.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use cycle_images::images::GetImage;
use cycle_images::model::{Image, ImageStatus};
use cycle_images_async::{Client, Error, Tar, Tokio, Transport};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use futures_util::stream;

use crate::cancelled::has_no_task;
use crate::clients::{hyper, reqwest, tower};
use crate::streams::Served;
use crate::upload_fixtures::{bytes, image, made, of, token, waiting};
use crate::uploads::uploader;
use crate::{hub, runtime, shown};

/// An upload that must fail; its error must not show the token.
async fn refused(
    sandbox: &Sandbox,
    transport: impl Transport + 'static,
    image: &Image,
    tar: Tar,
) -> Error {
    let client = Client::new(hub(sandbox), transport, Tokio);
    let error = client.upload(image, tar).await.unwrap_err();
    assert!(!shown(&error).contains(&token(image)), "{error:?}");
    assert!(error.to_string().starts_with("UploadImage"), "{error}");
    error
}

fn state(sandbox: &Sandbox, image: &Image) -> ImageStatus {
    let client = cycle_images_ureq::Client::new(hub(sandbox));
    client.call(&GetImage::new(&image.id)).unwrap().data.state.current
}

/// The first of an error's sources that is of the program's own making.
fn cause(error: &Error) -> Option<&io::Error> {
    let first: &(dyn std::error::Error + 'static) = error;
    let mut sources = std::iter::successors(Some(first), |error| error.source());
    sources.find_map(|error| error.downcast_ref::<io::Error>())
}

async fn breaks_off<T: Transport + 'static>(transport: fn() -> T) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox);
    for there in [0, 1000, 70_000] {
        let pieces = [Ok(bytes(70_000)[..there].to_vec())];
        let tar = Tar::new(stream::iter(pieces), 80_000);
        let error = refused(&sandbox, transport(), &image, tar).await;
        assert!(matches!(error, Error::Upload { size: 80_000, .. }), "{error:?}");
        assert!(error.may_have_arrived());
        let cause = cause(&error).unwrap();
        assert_eq!(cause.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(cause.to_string(), format!("it ended after {there} of 80000 bytes"));
    }
    // The head is on its way by then, whatever it was that the reader couldn't connect to.
    for kind in [ErrorKind::PermissionDenied, ErrorKind::TimedOut, ErrorKind::ConnectionRefused] {
        let failing = io::Error::new(kind, "the disk is on fire");
        let pieces = stream::iter([Ok(bytes(1000)), Err(failing)]);
        let error = refused(&sandbox, transport(), &image, Tar::new(pieces, 2000)).await;
        let cause = cause(&error).unwrap();
        assert_eq!((cause.kind(), cause.to_string()), (kind, "the disk is on fire".to_owned()));
        assert!(matches!(error, Error::Upload { .. }) && !error.is_timeout(), "{error:?}");
    }
    assert_eq!(state(&sandbox, &image), ImageStatus::Uploading);
    let client = Client::new(hub(&sandbox), transport(), Tokio);
    client.upload(&image, of(&bytes(1000), 100)).await.unwrap();
}

#[test]
fn an_error_of_the_tar_is_the_source() {
    runtime().block_on(breaks_off(reqwest));
    runtime().block_on(breaks_off(hyper));
    runtime().block_on(breaks_off(tower));
}

#[test]
fn a_file_that_was_truncated_after_it_was_opened_is_an_error() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("truncated.tar");
    runtime().block_on(async {
        let sandbox = Sandbox::start().unwrap();
        let image = waiting(&sandbox);
        std::fs::write(&file, bytes(200_000)).unwrap();
        let tar = Tar::open(&file).await.unwrap();
        OpenOptions::new().write(true).open(&file).unwrap().set_len(1000).unwrap();
        let error = refused(&sandbox, reqwest(), &image, tar).await;
        let cause = cause(&error).unwrap();
        assert_eq!(cause.to_string(), "it ended after 1000 of 200000 bytes");
    });
    std::fs::remove_file(file).unwrap();
}

/// A factory that answers after the first few bytes, and takes in what comes all the same.
fn answering_early() -> Served<u64> {
    let factory = Served::by(|mut stream, _| {
        let mut first = [0; 4096];
        stream.read_exact(&mut first).unwrap();
        let body = r#"{"error": {"code": "413.too-large", "title": "Too large."}}"#;
        let head = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 59\r\n\r\n";
        stream.write_all([head, body].concat().as_bytes()).unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or_default()
    });
    factory.unwrap()
}

/// The future has ended, and nothing of the upload goes on behind it.
async fn lets_go(transport: impl Transport + 'static) {
    let factory = answering_early();
    let client = uploader(&factory.url(), transport);
    let (tar, pulled) = made(1 << 30, 1 << 16);
    client.upload(&image(), tar).await.unwrap_err();
    drop(client);
    has_no_task().await;
    let pulled = pulled.load(Ordering::SeqCst);
    assert!(pulled < 1 << 29, "{pulled} bytes were read for nothing");
}

#[test]
fn after_a_response_the_tar_is_not_read_further() {
    runtime().block_on(lets_go(reqwest()));
    runtime().block_on(lets_go(hyper()));
    runtime().block_on(lets_go(tower()));
}

/// One that closes the connection at once has to be heard before that is noticed.
async fn hears_the_last_word(transport: impl Transport + 'static) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox);
    let body = r#"{"error": {"code": "413.too-large", "title": "Too large."}}"#;
    sandbox.fault(Fault::json(413, body));
    let error = refused(&sandbox, transport, &image, of(&bytes(64 << 20), 1 << 16)).await;
    assert_eq!(error.response().map(|answer| answer.status().as_u16()), Some(413), "{error:?}");
}

#[test]
fn a_response_that_closes_the_connection_is_read() {
    runtime().block_on(hears_the_last_word(reqwest()));
    runtime().block_on(hears_the_last_word(hyper()));
}
