//! A factory is listened to before it is sent a large tar: by a transport that takes a piece when
//! it is told to.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use cycle_images_async::{Body, Client, Error, Transport};
use futures_util::StreamExt;
use http::Request;

use crate::hub_of;
use crate::manual_transport::{Bell, Sending, answer, poll_once};
use crate::slow::{LIMIT, by_hand, timed_out};
use crate::upload_fixtures::{image, made, skipped};

const LISTEN: Duration = Duration::from_millis(300);

/// More than is sent without asking.
const LARGE: u64 = 1 << 20;

#[test]
fn an_early_response_is_awaited_after_the_head() {
    let (client, slow, bell) = by_hand();
    let image = image();
    let (tar, pulled) = made(LARGE, 1 << 10);
    let mut upload = Box::pin(client.upload(&image, tar));
    assert!(poll_once(&mut upload).is_pending());
    slow.permits.add_permits(1); // the head of the form
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.asked(), [LIMIT]);
    slow.permits.add_permits(5); // and of the tar what there is
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!((bell.asked(), bell.running()), (vec![LIMIT, LISTEN], vec![LISTEN]));
    assert_eq!(pulled.load(Ordering::SeqCst), 0);
    bell.ring();
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.running(), [LIMIT]);
    assert_eq!(pulled.load(Ordering::SeqCst), 5 << 10);
}

#[test]
fn an_unread_request_head_times_out() {
    let (client, _, bell) = by_hand();
    let image = image();
    let mut upload = Box::pin(client.upload(&image, skipped(LARGE)));
    assert!(poll_once(&mut upload).is_pending());
    bell.ring();
    timed_out(poll_once(&mut upload));
}

/// No longer than anything else may take.
#[test]
fn a_brief_client_listens_briefly() {
    let (client, slow, bell) = by_hand();
    let brief = Duration::from_millis(100);
    let (client, image) = (client.with_attempt_timeout(brief), image());
    let mut upload = Box::pin(client.upload(&image, skipped(LARGE)));
    slow.permits.add_permits(2);
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.asked(), [brief]);
}

/// Answers after the head of the form, or before anything, and takes nothing of the tar.
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

/// What an upload that is answered so soon comes to.
fn curt(status: u16, takes_the_head: bool, size: u64) -> Result<(), Error> {
    let hub = hub_of("http://core.invalid");
    let client = Client::new(hub, Curt { status, takes_the_head }, Bell::default());
    let image = image();
    let tar = if size > 0 { skipped(size) } else { made(0, 1).0 };
    let mut upload = Box::pin(client.upload(&image, tar));
    match poll_once(&mut upload) {
        Poll::Ready(uploaded) => uploaded,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn an_early_refusal_is_read() {
    for takes_the_head in [false, true] {
        for size in [1000, LARGE] {
            let error = curt(403, takes_the_head, size).unwrap_err();
            assert_eq!(error.response().unwrap().status(), 403, "{error:?}");
        }
    }
}

/// A success that comes before the tar is none: the factory can't have it.
#[test]
fn a_success_before_the_end_of_the_tar_is_an_error() {
    for size in [1000, LARGE] {
        let error = curt(200, true, size).unwrap_err();
        assert!(error.may_have_arrived(), "{error:?}");
        let Error::Upload { sent, source, .. } = error else { panic!("{error:?}") };
        assert!(sent < size);
        assert_eq!(source.to_string(), "the factory responded before the whole tar was sent");
    }
    // Of a tar of no bytes, nothing is missing.
    curt(200, true, 0).unwrap();
}

#[test]
fn a_tar_that_was_not_read_is_let_go_when_it_is_refused() {
    let hub = hub_of("http://core.invalid");
    let curt = Curt { status: 403, takes_the_head: true };
    let client = Client::new(hub, curt, Bell::default());
    let (tar, pulled) = made(LARGE, 1 << 10);
    let image = image();
    let mut upload = Box::pin(client.upload(&image, tar));
    assert!(matches!(poll_once(&mut upload), Poll::Ready(Err(_))));
    assert_eq!(Arc::strong_count(&pulled), 1);
}
