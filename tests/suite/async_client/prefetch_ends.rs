//! The ends that a prefetched list can come to, and the program that is busy meanwhile.

use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error, Tokio};
use cycle_images_tests::sandbox::{Paging, Sandbox, Settings};
use futures_util::TryStreamExt;

use crate::clients::hyper;
use crate::manual_transport::{by_hand, full, ids, now, open, page, poll};
use crate::{hub, runtime};

#[test]
fn past_an_empty_page_nothing_is_handed_out_or_waited_for() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(5);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, full(1));
    hand.answer(2, page(&[]));
    // These belong to the list no more, whatever they are: here it has grown meanwhile.
    hand.answer(3, full(3));
    hand.answer(5, page(&[]));
    assert_eq!(ids(&mut pages), ["1.1", "1.2"]);
    assert!(now(&mut pages).is_none() && now(&mut pages).is_none());
    // The sixth was asked for when the first had been handed out.
    assert_eq!(hand.sent(), [1, 2, 3, 4, 5, 6]);
    assert!(hand.under_way().is_empty() && bell.running().is_empty());
}

#[test]
fn an_empty_page_ends_the_list_and_is_not_yielded() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(3, page(&[]));
    hand.answer(1, full(1));
    hand.answer(2, page(&[]));
    assert_eq!(ids(&mut pages), ["1.1", "1.2"]);
    assert!(now(&mut pages).is_none());
    assert_eq!(hand.sent(), [1, 2, 3, 4]);
    assert!(hand.under_way().is_empty());

    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, page(&[]));
    assert!(now(&mut pages).is_none());
    assert_eq!((hand.sent(), hand.under_way()), (vec![1, 2, 3], vec![]));
}

/// A platform that doesn't know page numbers would give the first page for ever.
#[test]
fn a_page_that_is_repeated_is_an_error_with_a_prefetch_too() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    for number in [3, 2, 1] {
        hand.answer(number, full(1));
    }
    assert_eq!(ids(&mut pages), ["1.1", "1.2"]);
    let error = now(&mut pages).unwrap().unwrap_err();
    assert!(matches!(error, Error::RepeatedPage { page: 2, .. }), "{error:?}");
    assert!(now(&mut pages).is_none() && hand.under_way().is_empty());
}

/// While the program is busy, no time of ours runs; what came meanwhile is there afterwards.
#[test]
fn a_page_that_arrived_while_the_program_was_busy_is_kept() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
    assert!(bell.running().is_empty(), "{:?}", bell.running());
    assert_eq!(hand.under_way(), [2, 3]);
    hand.answer(2, full(2));
    assert_eq!(ids(&mut pages)[0], "2.1");
    // This one comes in the last moment, when its time is over already.
    assert!(poll(&mut pages).is_pending());
    bell.ring();
    hand.answer(3, full(3));
    assert_eq!(ids(&mut pages)[0], "3.1");
    assert_eq!(hand.sent(), [1, 2, 3, 4, 5]);
}

/// Over the wire, and with the oddities that a platform's pages have.
#[test]
fn a_page_cap_and_a_short_first_page_lose_no_record() {
    for paging in [Paging::Honest, Paging::ShortFirst] {
        let settings = Settings::default().extra_images(17).page_cap(4).paging(paging);
        let sandbox = Sandbox::with(settings).unwrap();
        let client = Client::new(hub(&sandbox), hyper(), Tokio);
        let asked_for_more = GetImages::new().page_size(100);
        let read = |width| {
            let items = client.pages(asked_for_more.clone()).prefetch(width).items();
            runtime().block_on(items.map_ok(|image| image.id).try_collect::<Vec<_>>()).unwrap()
        };
        let expected = read(1);
        assert_eq!(expected.len(), 25);
        for width in [2, 3, 30] {
            assert_eq!(read(width), expected, "{paging:?}");
        }
    }
}
