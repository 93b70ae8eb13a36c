//! Polling a stream: it can be dropped at any time, and mixed with what others do to streams.

use std::future::ready;
use std::task::Poll;

use cycle_images::images::GetImages;
use futures_util::future::{Either, select};
use futures_util::stream::FusedStream;
use futures_util::{StreamExt, TryStreamExt};

use crate::block_on;
use crate::manual_transport::{answer, by_hand, full, now, open, page, poll, poll_once};

#[test]
fn dropped_next_sends_nothing_again_and_loses_nothing() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new());
    for _ in 0..3 {
        assert!(poll_once(&mut Box::pin(pages.next())).is_pending());
    }
    assert_eq!((hand.sent(), hand.in_flight(), bell.asked().len()), (vec![1], vec![1], 1));
    hand.answer(1, answer(503, &[("Retry-After", "7")], ""));
    for _ in 0..3 {
        assert!(poll_once(&mut Box::pin(pages.next())).is_pending());
    }
    assert_eq!((hand.sent().len(), bell.asked().len()), (1, 2));

    let mut items = client.items(GetImages::new().page_number(7));
    assert!(poll_once(&mut Box::pin(items.next())).is_pending());
    hand.answer(7, page(&["a", "b"]));
    drop(items.next());
    assert_eq!(now(&mut items).unwrap().unwrap().id.as_str(), "a");
    drop(items.next());
    assert!(poll_once(&mut Box::pin(items.next())).is_ready());
    assert!(poll_once(&mut Box::pin(items.next())).is_pending());
    assert_eq!(hand.sent(), [1, 7, 8]);
}

/// As `select!` does: in each round the stream is polled, and something else is ready first.
#[test]
fn stream_in_a_select_sends_each_request_once() {
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
    let mut pages = client.run(open(GetImages::new())).prefetch(5);
    assert!(poll(&mut pages).is_pending());
    (1..=4).for_each(|number| hand.answer(number, full(number)));
    hand.answer(5, page(&[]));
    block_on(async {
        let mut read = vec![
            pages.next().await.unwrap().unwrap(),
            StreamExt::next(&mut pages).await.unwrap().unwrap(),
            pages.try_next().await.unwrap().unwrap(),
            pages.select_next_some().await.unwrap(),
        ];
        read.extend(pages.by_ref().try_collect::<Vec<_>>().await.unwrap());
        let read: Vec<&str> = read.iter().map(|page| page.data[0].id.as_str()).collect();
        assert_eq!(read, ["1.1", "2.1", "3.1", "4.1"]);
        assert!(pages.next().await.is_none() && pages.try_next().await.unwrap().is_none());
    });
}

#[test]
fn stream_is_terminated_after_its_end_or_an_error() {
    for is_error in [false, true] {
        let (client, hand, _) = by_hand();
        let mut pages = client.pages(GetImages::new());
        let mut items = client.items(GetImages::new().page_number(7));
        assert!(!pages.is_terminated() && !items.is_terminated());
        assert!(poll(&mut pages).is_pending() && poll(&mut items).is_pending());
        hand.answer(1, full(1));
        hand.answer(7, page(&["a"]));
        assert!(now(&mut pages).is_some() && now(&mut items).is_some());
        // The last page is no end yet, and neither is the last record.
        assert!(poll(&mut pages).is_pending() && poll(&mut items).is_pending());
        assert!(!pages.is_terminated() && !items.is_terminated());
        for number in [2, 8] {
            let last = if is_error { answer(500, &[], "") } else { page(&[]) };
            hand.answer(number, last);
        }
        if is_error {
            assert!(now(&mut pages).unwrap().is_err() && pages.is_terminated());
            assert!(now(&mut items).unwrap().is_err() && items.is_terminated());
        }
        for _ in 0..3 {
            assert!(now(&mut pages).is_none() && pages.is_terminated());
            assert!(now(&mut items).is_none() && items.is_terminated());
        }
        assert_eq!(hand.sent(), [1, 7, 2, 8]);
    }
    // As is one whose first request can't be sent.
    let (client, hand, _) = by_hand();
    let mut none = client.run(open(GetImages::new().page_number(0))).prefetch(3);
    assert!(now(&mut none).unwrap().is_err() && none.is_terminated());
    assert!(now(&mut none).is_none() && hand.sent().is_empty());
}
