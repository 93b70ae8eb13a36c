//! What goes wrong with one of several pages that are under way.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::error::Attempts;
use cycle_images::flow::SendFailure;
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error};
use http::Request;

use crate::leaked;
use crate::manual_transport::{
    Bell, Outcome, answer, at_once, by_hand, full, ids, lost, now, open, poll,
};

const BUSY: [fn() -> Outcome; 5] = [
    || answer(429, &[("Retry-After", "0")], ""),
    || answer(503, &[], ""),
    || answer(502, &[], "<html>"),
    || Err(SendFailure::not_sent("no route")),
    lost,
];

#[test]
fn the_page_that_failed_is_sent_again_and_no_other() {
    for outcome in BUSY {
        let (client, hand, _) = by_hand();
        let mut pages = client.run(open(GetImages::new())).prefetch(3);
        assert!(poll(&mut pages).is_pending());
        hand.answer(3, full(3));
        hand.answer(1, full(1));
        assert_eq!(ids(&mut pages)[0], "1.1");
        hand.answer(2, outcome());
        assert!(poll(&mut pages).is_pending());
        assert_eq!((hand.sent(), hand.under_way()), (vec![1, 2, 3, 2], vec![2]));
        hand.answer(2, outcome());
        assert!(poll(&mut pages).is_pending());
        hand.answer(2, full(2));
        assert_eq!(ids(&mut pages)[0], "2.1");
        assert_eq!(ids(&mut pages)[0], "3.1");
        assert_eq!(hand.sent(), [1, 2, 3, 2, 2, 4]);
    }
}

/// A page that failed ahead of its turn is sent again when its turn comes.
#[test]
fn a_later_page_that_failed_does_not_hold_up_the_ones_before_it() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(2, answer(503, &[("Retry-After", "7")], ""));
    hand.answer(3, full(3));
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), bell.running().len()), (vec![1, 2, 3], 1));
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.sent(), [1, 2, 3]);
    let [wait] = bell.running()[..] else { panic!("{:?}", bell.running()) };
    assert!(wait <= Duration::from_millis(7_700), "{wait:?}");
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), hand.under_way()), (vec![1, 2, 3, 2], vec![2]));
    hand.answer(2, full(2));
    assert_eq!(ids(&mut pages)[0], "2.1");
    assert_eq!(ids(&mut pages)[0], "3.1");
}

/// While a page is held back, those behind it go on.
#[test]
fn requests_in_flight_continue_during_a_wait() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, answer(503, &[("Retry-After", "7")], ""));
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), hand.under_way()), (vec![1, 2, 3], vec![2, 3]));
    hand.answer(2, full(2));
    hand.answer(3, full(3));
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.sent(), [1, 2, 3]);
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), hand.under_way()), (vec![1, 2, 3, 1], vec![1]));
    hand.answer(1, full(1));
    for number in 1..=3 {
        assert_eq!(ids(&mut pages)[0], format!("{number}.1"));
    }
}

/// A request makes its way only when it is asked how it does, be its stream waiting or not.
#[test]
fn requests_in_flight_are_polled_during_a_wait() {
    let asked = leaked(AtomicUsize::new(0));
    let transport = async |request: Request<Vec<u8>>| {
        if request.uri().query().is_some_and(|query| query.contains("number%5D=2")) {
            let counted = poll_fn(|_| {
                asked.fetch_add(1, Ordering::Relaxed);
                Poll::<()>::Pending
            });
            counted.await;
        }
        answer(503, &[("Retry-After", "7")], "")
    };
    let hub = Hub::new(crate::KEY, "the-hub").unwrap();
    let client = Client::new(hub, transport, Bell::default());
    let mut pages = client.run(open(GetImages::new())).prefetch(2);
    assert!(poll(&mut pages).is_pending());
    let before = asked.load(Ordering::Relaxed);
    assert!(poll(&mut pages).is_pending() && poll(&mut pages).is_pending());
    assert!(asked.load(Ordering::Relaxed) >= before + 2);
}

#[test]
fn after_an_error_the_flow_resumes_with_the_failed_page() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(4);
    assert!(poll(&mut pages).is_pending());
    hand.answer(3, full(3));
    hand.answer(2, answer(500, &[], ""));
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    let error = now(&mut pages).unwrap().unwrap_err();
    assert_eq!(error.response().unwrap().status(), 500);
    assert!(now(&mut pages).is_none() && now(&mut pages).is_none());
    assert!(hand.under_way().is_empty() && bell.running().is_empty());

    let flow = pages.into_flow();
    let mut rest = client.run(flow).prefetch(2);
    assert!(poll(&mut rest).is_pending());
    assert_eq!(hand.under_way(), [2]);
    hand.answer(2, full(2));
    assert_eq!(ids(&mut rest)[0], "2.1");
}

#[test]
fn the_attempts_of_a_page_are_its_own() {
    let (client, hand, _) = by_hand();
    let list = open(GetImages::new()).retry(at_once().max_attempts(2));
    let mut pages = client.run(list).prefetch(3);
    for number in 1..=4 {
        assert!(poll(&mut pages).is_pending());
        hand.answer(number, lost());
        assert!(poll(&mut pages).is_pending());
        hand.answer(number, full(number));
        assert_eq!(ids(&mut pages)[0], format!("{number}.1"));
    }
    assert!(poll(&mut pages).is_pending());
    hand.answer(5, lost());
    assert!(poll(&mut pages).is_pending());
    hand.answer(5, lost());
    let error = now(&mut pages).unwrap().unwrap_err();
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 2, .. }, .. }),
        "{error:?}"
    );
}

/// A page that isn't answered in time is one that was lost; those behind it stay under way.
#[test]
fn a_page_that_runs_out_of_time_is_sent_again() {
    let (client, hand, bell) = by_hand();
    let list = open(GetImages::new()).retry(at_once().max_attempts(2));
    let mut pages = client.run(list).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(2, full(2));
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), hand.under_way()), (vec![1, 2, 3, 1], vec![3, 1]));
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    assert_eq!(ids(&mut pages)[0], "2.1");
    assert!(poll(&mut pages).is_pending());
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    bell.ring();
    let error = now(&mut pages).unwrap().unwrap_err();
    assert!(
        matches!(error, Error::Timeout { attempts: Attempts { count: 2, .. }, .. }),
        "{error:?}"
    );
    assert!(hand.under_way().is_empty());
}
