//! Pages that are asked for ahead: how many at once, and in which order they come out.

use std::collections::BTreeMap;
use std::task::Poll;

use cycle_images::images::GetImages;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::manual_transport::{Outcome, answer, by_hand, full, ids, lost, now, open, page, poll};

#[test]
fn as_many_requests_are_in_flight_as_requested() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(4);
    assert!(hand.sent().is_empty());
    assert!(poll(&mut pages).is_pending() && poll(&mut pages).is_pending());
    assert_eq!(hand.under_way(), [1, 2, 3, 4]);
    // Only what is handed out makes room for more.
    for number in [4, 2, 3] {
        hand.answer(number, full(number));
        assert!(poll(&mut pages).is_pending());
        assert_eq!(hand.sent(), [1, 2, 3, 4]);
    }
    hand.answer(1, full(1));
    for number in 1..=4 {
        assert_eq!(ids(&mut pages)[0], format!("{number}.1"));
    }
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.under_way(), [5, 6, 7, 8]);
}

/// Asked for far more, a list of one page costs two requests for nothing.
#[test]
fn a_list_of_one_page_is_three_requests() {
    let (client, hand, _) = by_hand();
    let mut pages = client.pages(GetImages::new()).prefetch(100_000);
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.sent(), [1]);
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    assert!(poll(&mut pages).is_pending());
    hand.answer(2, page(&[]));
    assert!(now(&mut pages).is_none());
    assert_eq!(hand.sent(), [1, 2, 3]);
}

#[test]
fn full_pages_make_room_for_more_and_a_failure_for_none() {
    let (client, hand, _) = by_hand();
    let mut pages = client.pages(GetImages::new()).prefetch(100_000);
    for (number, sent) in [(1, 1), (2, 3), (3, 6), (4, 11), (5, 20), (6, 21)] {
        assert!(poll(&mut pages).is_pending());
        assert_eq!(hand.sent().len(), sent, "before page {number} was answered");
        hand.answer(number, full(number));
        assert_eq!(ids(&mut pages).len(), 2);
    }
    // One that failed ahead of its turn counts already.
    hand.answer(9, lost());
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.sent().len(), 21);
}

#[test]
fn pages_are_yielded_in_order_whichever_arrives_first() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(3, page(&["e", "f"]));
    hand.answer(1, page(&["a", "b"]));
    assert_eq!(ids(&mut pages), ["a", "b"]);
    assert!(poll(&mut pages).is_pending());
    hand.answer(4, page(&[]));
    hand.answer(2, page(&["c", "d"]));
    for expected in [&["c", "d"], &["e", "f"]] {
        assert_eq!(ids(&mut pages), expected);
    }
    assert!(now(&mut pages).is_none());
}

#[test]
fn without_a_prefetch_and_with_0_or_1_there_is_one_request_at_a_time() {
    for width in [None, Some(0), Some(1)] {
        let (client, hand, _) = by_hand();
        let pages = client.pages(GetImages::new());
        // The width that there is anyway is one.
        let mut pages = match width {
            Some(width) => pages.prefetch(width),
            None => pages,
        };
        for number in 1..=3 {
            assert!(poll(&mut pages).is_pending());
            assert_eq!(hand.under_way(), [number], "{width:?}");
            hand.answer(number, full(number));
            assert_eq!(ids(&mut pages).len(), 2);
            assert!(hand.under_way().is_empty(), "{width:?}");
        }
    }
}

#[test]
fn the_records_of_prefetched_pages_are_yielded_one_by_one() {
    let (client, hand, _) = by_hand();
    let mut items = client.run(open(GetImages::new())).prefetch(2).items();
    assert!(poll(&mut items).is_pending());
    hand.answer(2, page(&[]));
    hand.answer(1, page(&["a", "b"]));
    for expected in ["a", "b"] {
        assert_eq!(now(&mut items).unwrap().unwrap().id.as_str(), expected);
        assert!(hand.sent().len() <= 3);
    }
    assert!(now(&mut items).is_none());
}

/// Past the last page number there is, nothing can be asked for.
#[test]
fn the_last_page_number_is_the_last_requested() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new().page_number(u32::MAX - 1))).prefetch(5);
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.under_way(), [u32::MAX - 1, u32::MAX]);
}

/// What the page of a list of so many records holds, two on each.
fn page_of(number: u32, records: u32) -> Outcome {
    let ids = (2 * number - 1)..=(2 * number).min(records);
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    page(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

proptest! {
    /// Whatever is answered first, and whatever must be sent again, the records are those of the
    /// list in order; no page is asked for too early, nor again without need.
    #[test]
    fn a_prefetched_list_is_the_list(
        records in 0..12_u32,
        width in 0..6_usize,
        picks in prop::collection::vec((any::<Index>(), 0..8_u8), 64),
    ) {
        let (client, hand, _) = by_hand();
        let mut pages = client.run(open(GetImages::new())).prefetch(width);
        let (mut read, mut given) = (Vec::new(), 0);
        let mut failed: BTreeMap<u32, usize> = BTreeMap::new();
        let mut picks = picks.into_iter();
        loop {
            let polled = poll(&mut pages);
            let furthest = hand.sent().into_iter().max().unwrap() as usize;
            prop_assert!(furthest <= given + width.max(1));
            match polled {
                Poll::Ready(None) => break,
                Poll::Ready(Some(reply)) => {
                    given += 1;
                    read.extend(reply.unwrap().data.into_iter().map(|image| image.id.to_string()));
                }
                Poll::Pending => {
                    let under_way = hand.under_way();
                    let (pick, fate) = picks.next().unwrap();
                    let number = *pick.get(&under_way);
                    let failures = failed.entry(number).or_default();
                    let outcome = match fate {
                        0 if *failures < 3 => lost(),
                        1 if *failures < 3 => answer(503, &[], ""),
                        2 if *failures < 3 => answer(429, &[("Retry-After", "0")], ""),
                        _ => page_of(number, records),
                    };
                    *failures += usize::from(fate < 3 && *failures < 3);
                    hand.answer(number, outcome);
                }
            }
        }
        prop_assert!(hand.under_way().is_empty());
        let expected: Vec<String> = (1..=records).map(|id| id.to_string()).collect();
        prop_assert_eq!(read, expected);
        let sent = hand.sent();
        for (number, failures) in failed {
            let times = sent.iter().filter(|&&sent| sent == number).count();
            prop_assert!(times <= 1 + failures, "page {} was sent {} times", number, times);
        }
    }
}
