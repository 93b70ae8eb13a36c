//! Asking a stream: it may be left off at any time, and mixed with what others do to streams.

use std::future::ready;
use std::task::Poll;

use cycle_images::images::GetImages;
use futures_util::future::{Either, select};
use futures_util::stream::FusedStream;
use futures_util::{StreamExt, TryStreamExt};

use crate::manual_transport::{answer, by_hand, full, ids, now, open, page, poll, poll_once};

#[test]
fn a_next_that_is_dropped_sends_nothing_again_and_loses_nothing() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new());
    for _ in 0..3 {
        assert!(poll_once(&mut Box::pin(pages.next())).is_pending());
    }
    assert_eq!((hand.sent(), hand.under_way()), (vec![1], vec![1]));
    // Its time goes on, too.
    assert_eq!(bell.asked().len(), 1);
    hand.answer(1, answer(503, &[("Retry-After", "7")], ""));
    for _ in 0..3 {
        assert!(poll_once(&mut Box::pin(pages.next())).is_pending());
    }
    assert_eq!((hand.sent().len(), bell.asked().len()), (1, 2));
}

#[test]
fn a_response_that_arrives_early_is_kept() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(2);
    assert!(poll_once(&mut Box::pin(pages.next())).is_pending());
    hand.answer(1, full(1));
    hand.answer(2, full(2));
    drop(pages.next());
    assert_eq!(ids(&mut pages)[0], "1.1");
    drop(pages.next());
    assert_eq!(ids(&mut pages)[0], "2.1");
    assert_eq!(hand.sent(), [1, 2, 3]);
}

#[test]
fn the_records_of_a_page_are_kept() {
    let (client, hand, _) = by_hand();
    let mut items = client.items(GetImages::new());
    assert!(poll_once(&mut Box::pin(items.next())).is_pending());
    hand.answer(1, page(&["a", "b"]));
    drop(items.next());
    let first = now(&mut items).unwrap().unwrap();
    drop(items.next());
    assert!(poll_once(&mut Box::pin(items.next())).is_ready());
    assert!(poll_once(&mut Box::pin(items.next())).is_pending());
    assert_eq!((first.id.as_str(), hand.sent()), ("a", vec![1, 2]));
}

/// As `select!` does: in each round the stream is asked, and something else is sooner.
#[test]
fn a_stream_in_a_select_sends_each_request_once() {
    let (client, hand, _) = by_hand();
    let mut pages = client.pages(GetImages::new());
    for _ in 0..5 {
        let race = select(Box::pin(pages.next()), ready(()));
        assert!(matches!(poll_once(&mut Box::pin(race)), Poll::Ready(Either::Right(_))));
    }
    assert_eq!(hand.sent(), [1]);
    hand.answer(1, full(1));
    let mut race = Box::pin(select(pages.select_next_some(), ready(())));
    let Poll::Ready(Either::Left((first, _))) = poll_once(&mut race) else { panic!() };
    assert_eq!(first.unwrap().data[0].id.as_str(), "1.1");
}

#[test]
fn next_and_poll_next_can_be_mixed() {
    let (client, hand, _) = by_hand();
    let mut items = client.items(GetImages::new());
    let mut pages = client.run(open(GetImages::new())).prefetch(5);
    assert!(poll(&mut pages).is_pending());
    for number in 1..=4 {
        hand.answer(number, full(number));
    }
    hand.answer(5, page(&[]));
    let mut read = Vec::new();
    let mut note = |id: &cycle_images::ImageId| read.push(id.to_string());
    crate::runtime().block_on(async {
        note(&pages.next().await.unwrap().unwrap().data[0].id);
        note(&StreamExt::next(&mut pages).await.unwrap().unwrap().data[0].id);
        note(&pages.try_next().await.unwrap().unwrap().data[0].id);
        note(&pages.select_next_some().await.unwrap().data[0].id);
        let rest: Vec<_> = pages.by_ref().collect().await;
        rest.into_iter().for_each(|page| note(&page.unwrap().data[0].id));
        assert!(pages.next().await.is_none() && pages.try_next().await.unwrap().is_none());
    });
    assert_eq!(read, ["1.1", "2.1", "3.1", "4.1"]);

    assert!(poll(&mut items).is_pending());
    hand.answer(1, page(&["a", "b", "c", "d"]));
    crate::runtime().block_on(async {
        assert_eq!(items.next().await.unwrap().unwrap().id.as_str(), "a");
        assert_eq!(items.try_next().await.unwrap().unwrap().id.as_str(), "b");
        let rest: Vec<_> = items.by_ref().take(2).try_collect().await.unwrap();
        assert_eq!(rest[1].id.as_str(), "d");
    });
    assert!(poll(&mut items).is_pending());
    assert_eq!(hand.under_way(), [2]);
}

#[test]
fn a_stream_is_terminated_when_it_has_said_so_and_not_before() {
    let (client, hand, _) = by_hand();
    let mut pages = client.pages(GetImages::new());
    let mut items = client.items(GetImages::new().page_number(7));
    assert!(!pages.is_terminated() && !items.is_terminated());
    assert!(poll(&mut pages).is_pending() && poll(&mut items).is_pending());
    assert!(!pages.is_terminated() && !items.is_terminated());
    hand.answer(1, full(1));
    hand.answer(7, page(&["a"]));
    assert!(now(&mut pages).is_some() && now(&mut items).is_some());
    assert!(!pages.is_terminated() && !items.is_terminated());
    assert!(poll(&mut pages).is_pending() && poll(&mut items).is_pending());
    // The last page is no end yet, and neither is the last record.
    hand.answer(2, page(&[]));
    hand.answer(8, page(&[]));
    for _ in 0..3 {
        assert!(now(&mut pages).is_none() && pages.is_terminated());
        assert!(now(&mut items).is_none() && items.is_terminated());
    }
    assert_eq!(hand.sent(), [1, 7, 2, 8]);
}

#[test]
fn an_error_terminates_a_stream() {
    let (client, hand, _) = by_hand();
    let mut pages = client.pages(GetImages::new());
    let mut items = client.items(GetImages::new().page_number(7));
    assert!(poll(&mut pages).is_pending() && poll(&mut items).is_pending());
    hand.answer(1, answer(500, &[], ""));
    hand.answer(7, answer(500, &[], ""));
    assert!(now(&mut pages).unwrap().is_err() && pages.is_terminated());
    assert!(now(&mut items).unwrap().is_err() && items.is_terminated());
    assert!(now(&mut pages).is_none() && now(&mut items).is_none());
    // What can't be sent at all is an error, too.
    let mut none = client.run(open(GetImages::new().page_number(0))).prefetch(3);
    assert!(now(&mut none).unwrap().is_err() && none.is_terminated());
    assert!(now(&mut none).is_none());
    assert_eq!(hand.sent(), [1, 7]);
}
