//! The time that an answer may take: by a timer that rings when it is told to.

use std::task::Poll;
use std::time::Duration;

use cycle_images::error::Attempts;
use cycle_images::flow::RetryPolicy;
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{Hub, SourceId};
use cycle_images_async::{Client, Error};

use crate::manual_transport::{answer, at_once, by_hand, full, ids, now, page, poll, poll_once};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_default_timeout_is_60_s() {
    let list = GetImages::new();
    for limit in [None, Some(Duration::from_millis(2500)), Some(Duration::MAX)] {
        let (client, hand, bell) = by_hand();
        let client = client.with_retry(RetryPolicy::disabled());
        let client = match limit {
            Some(limit) => client.with_attempt_timeout(limit),
            None => client,
        };
        let mut call = Box::pin(client.call(&list));
        assert!(poll_once(&mut call).is_pending());
        assert_eq!(bell.running(), [limit.unwrap_or(MINUTE).min(2 * MINUTE)]);
        bell.ring();
        let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!() };
        assert!(error.may_have_arrived() && hand.under_way().is_empty());
        let said = error.to_string();
        let Error::Timeout { operation, attempts, limit: told, .. } = error else {
            panic!("{said}")
        };
        let limit = limit.unwrap_or(MINUTE).min(2 * MINUTE);
        assert_eq!((operation, attempts.count, told), ("GetImages", 1, Some(limit)));
        let within = format!("within {} s", limit.as_secs_f64());
        assert!(said.contains(&within), "{said}");
    }
}

#[test]
fn each_attempt_has_the_whole_timeout_and_a_post_has_one() {
    let (client, hand, bell) = by_hand();
    let client = client.with_retry(at_once().max_attempts(3));
    let list = GetImages::new();
    let mut call = Box::pin(client.call(&list));
    for attempts in 1..=3 {
        assert!(poll_once(&mut call).is_pending());
        assert_eq!((hand.sent().len(), hand.under_way().len()), (attempts, 1));
        bell.ring();
    }
    let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!() };
    assert!(
        matches!(error, Error::Timeout { attempts: Attempts { count: 3, .. }, .. }),
        "{error:?}"
    );
    assert_eq!(bell.asked(), [MINUTE; 3]);

    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let mut call = Box::pin(client.call(&create));
    assert!(poll_once(&mut call).is_pending());
    bell.ring();
    let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!() };
    assert!(
        matches!(error, Error::Timeout { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert!(error.may_have_arrived());
    assert_eq!(hand.sent().len(), 4);
}

#[test]
fn a_response_that_arrived_counts_after_the_timeout() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new());
    assert!(poll(&mut pages).is_pending());
    bell.ring();
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
}

#[test]
fn no_timer_runs_when_nothing_is_waited_for() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new());
    assert!(bell.asked().is_empty());
    assert!(poll(&mut pages).is_pending());
    assert_eq!(bell.running(), [MINUTE]);
    hand.answer(1, full(1));
    assert!(now(&mut pages).unwrap().is_ok() && bell.running().is_empty());
    assert!(poll(&mut pages).is_pending());
    assert_eq!(bell.running(), [MINUTE]);
    hand.answer(2, page(&[]));
    assert!(now(&mut pages).is_none() && bell.running().is_empty());

    let mut pages = client.pages(GetImages::new());
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, answer(500, &[], ""));
    assert!(now(&mut pages).unwrap().is_err() && bell.running().is_empty());
    let mut pages = client.pages(GetImages::new());
    assert!(poll(&mut pages).is_pending());
    drop(pages);
    assert!(bell.running().is_empty() && hand.under_way().is_empty());
}

/// Answers that are there at once need no time, not even with a timer that has none to give.
#[test]
fn an_immediate_timer_times_out_only_pending_requests() {
    let at_once = async |_: Duration| ();
    let hub = || Hub::new(crate::KEY, "the-hub").unwrap();
    let empty =
        async |_: Request<Vec<u8>>| Ok::<_, std::io::Error>(Response::new(r#"{"data": []}"#));
    let client = Client::new(hub(), empty, at_once);
    let list = GetImages::new();
    let mut call = Box::pin(client.call(&list));
    assert!(matches!(poll_once(&mut call), Poll::Ready(Ok(_))));

    let silent = async |_: Request<Vec<u8>>| {
        std::future::pending::<()>().await;
        Ok::<_, std::io::Error>(Response::new(""))
    };
    let client = Client::new(hub(), silent, at_once).with_retry(RetryPolicy::disabled());
    let mut call = Box::pin(client.call(&list));
    let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!() };
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}
