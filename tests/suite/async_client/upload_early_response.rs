//! Responses that come before the tar was sent.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use cycle_images_async::{Body, Client, Error, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use futures_util::StreamExt;
use http::Request;

use crate::manual_transport::{Bell, Sending, answer, poll_once};
use crate::upload_fixtures::{
    LIMIT, LISTEN, image, made, of, slow_client, tar_bytes, timed_out, unread,
};
use crate::{block_on, hub_of, hyper, uploader};

/// More than is sent without waiting for an early response.
const LARGE: u64 = 1 << 20;

#[test]
fn early_response_is_awaited_after_the_head_of_a_large_upload() {
    let (client, slow, bell) = slow_client();
    let (image, (tar, pulled)) = (image(), made(LARGE, 1 << 10));
    let mut upload = Box::pin(client.upload(&image, tar));
    assert!(poll_once(&mut upload).is_pending());
    slow.permits.add_permits(1); // the head of the form
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.asked(), [LIMIT]);
    slow.permits.add_permits(5); // pieces of the tar
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!((bell.asked(), bell.running()), (vec![LIMIT, LISTEN], vec![LISTEN]));
    assert_eq!(pulled.load(Ordering::SeqCst), 0);
    bell.ring();
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.running(), [LIMIT]);
    assert_eq!(pulled.load(Ordering::SeqCst), 5 << 10);
}

#[test]
fn head_of_a_large_upload_that_is_not_read_times_out() {
    let (client, _, bell) = slow_client();
    let image = image();
    let mut upload = Box::pin(client.upload(&image, unread(LARGE)));
    assert!(poll_once(&mut upload).is_pending());
    bell.ring();
    timed_out(poll_once(&mut upload));
}

#[test]
fn early_response_is_awaited_no_longer_than_the_limit_of_the_client() {
    let (client, slow, bell) = slow_client();
    let brief = Duration::from_millis(100);
    let (client, image) = (client.with_attempt_timeout(brief), image());
    let mut upload = Box::pin(client.upload(&image, unread(LARGE)));
    slow.permits.add_permits(2);
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.asked(), [brief]);
}

/// Responds after the head of the form, or before, and takes nothing of the tar.
#[derive(Clone, Copy)]
struct Curt {
    status: u16,
    takes_the_head: bool,
}

impl Transport for Curt {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        panic!("it is for uploads alone")
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        let Self { status, takes_the_head } = *self;
        Box::pin(async move {
            let mut body = request.into_body();
            if takes_the_head {
                body.next().await.unwrap()?;
            }
            answer(status, &[], "")
        })
    }
}

fn curt(status: u16, takes_the_head: bool, size: u64) -> Result<(), Error> {
    let hub = hub_of("http://core.invalid");
    let client = Client::new(hub, Curt { status, takes_the_head }, Bell::default());
    let (image, (tar, pulled)) = (image(), made(size, 1 << 10));
    let Poll::Ready(uploaded) = poll_once(&mut Box::pin(client.upload(&image, tar))) else {
        panic!("it waits")
    };
    assert_eq!(pulled.load(Ordering::SeqCst), 0);
    assert_eq!(Arc::strong_count(&pulled), 1, "the tar isn't dropped");
    uploaded
}

#[test]
fn early_refusal_is_read_and_the_tar_dropped() {
    for takes_the_head in [false, true] {
        for size in [1000, LARGE] {
            let error = curt(403, takes_the_head, size).unwrap_err();
            assert_eq!(error.response().unwrap().status(), 403, "{error:?}");
        }
    }
}

/// The factory can't have the tar.
#[test]
fn success_before_the_end_of_the_tar_is_an_error() {
    for size in [1000, LARGE] {
        let error = curt(200, true, size).unwrap_err();
        assert!(error.may_have_arrived(), "{error:?}");
        let Error::Upload { sent, source, .. } = error else { panic!("{error:?}") };
        assert!(sent < size);
        assert_eq!(source.to_string(), "the factory responded before the whole tar was sent");
    }
    curt(200, true, 0).unwrap();
}

#[test]
fn expect_100_continue_is_sent_for_more_than_64_kib() {
    const SMALL: usize = 64 << 10;
    for (size, is_sent) in [(SMALL, false), (SMALL + 1, true)] {
        let factory = RawServer::start([Answer::new("HTTP/1.1 204 \r\n\r\n")]).unwrap();
        let client = uploader(&factory.url(), hyper());
        block_on(client.upload(&image(), of(&tar_bytes(size), 10_000))).unwrap();
        let request = factory.requests().concat().to_lowercase();
        assert_eq!(request.contains("\r\nexpect: 100-continue\r\n"), is_sent, "{size}");
    }
}
