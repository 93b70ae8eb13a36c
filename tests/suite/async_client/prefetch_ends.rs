//! The ends of a prefetched list.

use cycle_images::images::GetImages;
use cycle_images_async::Error;

use crate::manual_transport::{answer, by_hand, full, ids, now, open, page, poll};

#[test]
fn nothing_is_yielded_or_awaited_past_an_empty_page() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(5);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, full(1));
    hand.answer(2, page(&[]));
    // These are no longer part of the list; here, it has grown meanwhile.
    hand.answer(3, full(3));
    hand.answer(5, page(&[]));
    assert_eq!(ids(&mut pages), ["1.1", "1.2"]);
    assert!(now(&mut pages).is_none() && now(&mut pages).is_none());
    // The sixth was requested when the first was yielded.
    assert_eq!(hand.sent(), [1, 2, 3, 4, 5, 6]);
    assert!(hand.in_flight().is_empty() && bell.running().is_empty());
}

/// A platform that doesn't know page numbers would send the first page forever.
#[test]
fn repeated_prefetched_page_is_an_error() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    (1..=3).for_each(|number| hand.answer(number, full(1)));
    assert_eq!(ids(&mut pages), ["1.1", "1.2"]);
    let error = now(&mut pages).unwrap().unwrap_err();
    assert!(matches!(error, Error::RepeatedPage { page: 2, .. }), "{error:?}");
    assert!(now(&mut pages).is_none() && hand.in_flight().is_empty());
}

#[test]
fn flow_resumes_with_the_failed_page_after_an_error() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(4);
    assert!(poll(&mut pages).is_pending());
    hand.answer(3, full(3));
    hand.answer(2, answer(500, &[], ""));
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    let error = now(&mut pages).unwrap().unwrap_err();
    assert_eq!(error.response().unwrap().status(), 500);
    assert!(now(&mut pages).is_none());
    assert!(hand.in_flight().is_empty() && bell.running().is_empty());

    let mut rest = client.run(pages.into_flow()).prefetch(2);
    assert!(poll(&mut rest).is_pending());
    assert_eq!(hand.in_flight(), [2]);
    hand.answer(2, full(2));
    assert_eq!(ids(&mut rest)[0], "2.1");
}

/// No time limit runs while the stream isn't polled, and what arrives meanwhile is kept.
#[test]
fn page_that_arrives_between_polls_is_kept() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    assert!(bell.running().is_empty(), "{:?}", bell.running());
    assert_eq!(hand.in_flight(), [2, 3]);
    hand.answer(2, full(2));
    assert_eq!(ids(&mut pages)[0], "2.1");
    // This one arrives when its time is over already.
    assert!(poll(&mut pages).is_pending());
    bell.ring();
    hand.answer(3, full(3));
    assert_eq!(ids(&mut pages)[0], "3.1");
    assert_eq!(hand.sent(), [1, 2, 3, 4, 5]);
}
