//! Pages that are requested before they are asked for: how many, in which order, and what is sent
//! again.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::SendFailure;
use cycle_images::http::Method;
use cycle_images::images::GetImages;
use cycle_images::operation::{List, ListOperation, ListOptions, Path, json_body};
use cycle_images::{Operation, RequestError};
use cycle_images_async::{Client, Error};
use http::{Request, Response};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::manual_transport::{
    Bell, Outcome, answer, at_once, by_hand, full, ids, lost, now, open, page, poll,
};
use crate::{block_on, hub_of, leaked};

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
    // Also one that failed before its turn.
    hand.answer(9, lost());
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.sent().len(), 21);
}

#[test]
fn last_page_number_is_the_last_requested() {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(open(GetImages::new().page_number(u32::MAX - 1))).prefetch(5);
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.in_flight(), [u32::MAX - 1, u32::MAX]);
}

#[test]
fn failed_later_page_does_not_delay_earlier_ones() {
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
    let [wait] = bell.running()[..] else { panic!("{:?}", bell.running()) };
    assert!(wait <= Duration::from_millis(7_700), "{wait:?}");
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), hand.in_flight()), (vec![1, 2, 3, 2], vec![2]));
    hand.answer(2, full(2));
    assert_eq!(ids(&mut pages)[0], "2.1");
    assert_eq!(ids(&mut pages)[0], "3.1");
}

#[test]
fn requests_in_flight_continue_during_a_wait() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.run(open(GetImages::new())).prefetch(3);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, answer(503, &[("Retry-After", "7")], ""));
    assert!(poll(&mut pages).is_pending());
    hand.answer(2, full(2));
    hand.answer(3, full(3));
    assert!(poll(&mut pages).is_pending());
    assert_eq!(hand.sent(), [1, 2, 3]);
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    assert_eq!((hand.sent(), hand.in_flight()), (vec![1, 2, 3, 1], vec![1]));
    hand.answer(1, full(1));
    for number in 1..=3 {
        assert_eq!(ids(&mut pages)[0], format!("{number}.1"));
    }
}

/// A request makes progress only when it is polled.
#[test]
fn requests_in_flight_are_polled_during_a_wait() {
    let polls = leaked(AtomicUsize::new(0));
    let transport = async |request: Request<Vec<u8>>| {
        if request.uri().query().is_some_and(|query| query.contains("number%5D=2")) {
            let counted = poll_fn(|_| {
                polls.fetch_add(1, Ordering::Relaxed);
                Poll::<()>::Pending
            });
            counted.await;
        }
        answer(503, &[("Retry-After", "7")], "")
    };
    let client = Client::new(hub_of("http://core.invalid"), transport, Bell::default());
    let mut pages = client.run(open(GetImages::new())).prefetch(2);
    assert!(poll(&mut pages).is_pending());
    let before = polls.load(Ordering::Relaxed);
    assert!(poll(&mut pages).is_pending() && poll(&mut pages).is_pending());
    assert!(polls.load(Ordering::Relaxed) >= before + 2);
}

/// Lost or timed out; the pages behind it stay in flight.
#[test]
fn each_page_has_its_own_attempts() {
    let (client, hand, bell) = by_hand();
    let list = open(GetImages::new()).retry(at_once().max_attempts(2));
    let mut pages = client.run(list).prefetch(3);
    let fail = |number| if number % 2 == 0 { hand.answer(number, lost()) } else { bell.ring() };
    for number in 1..=4 {
        assert!(poll(&mut pages).is_pending());
        fail(number);
        assert!(poll(&mut pages).is_pending());
        hand.answer(number, full(number));
        assert_eq!(ids(&mut pages)[0], format!("{number}.1"));
    }
    for _ in 0..2 {
        assert!(poll(&mut pages).is_pending());
        fail(5);
    }
    let error = now(&mut pages).unwrap().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!(error.attempts().unwrap().count, 2);
    assert!(hand.in_flight().is_empty());
}

/// An operation of the program's own, all of whose pages have one URI.
struct Search(ListOptions);

impl Operation for Search {
    const NAME: &'static str = "Search";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "search";
    type Output = List<String>;

    fn is_idempotent(&self) -> bool {
        true
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/search");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        json_body(&json!({"page": self.0.page_number()}))
    }
}

impl ListOperation for Search {
    type Record = String;

    fn options(&self) -> &ListOptions {
        &self.0
    }

    fn options_mut(&mut self) -> &mut ListOptions {
        &mut self.0
    }

    fn key(record: &String) -> &str {
        record
    }
}

#[test]
fn failed_page_is_not_mistaken_for_the_next_one_with_the_same_uri() {
    let sent = leaked(Mutex::new(Vec::new()));
    let transport = async |request: Request<Vec<u8>>| {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let page = body["page"].as_u64().unwrap();
        let is_first = sent.lock().unwrap().is_empty();
        sent.lock().unwrap().push(page);
        let data = if page > 3 { json!([]) } else { json!([page.to_string()]) };
        let response = Response::builder().status(if is_first { 503 } else { 200 });
        Ok::<_, SendFailure>(response.body(json!({"data": data}).to_string())?)
    };
    for width in [1, 2, 4] {
        sent.lock().unwrap().clear();
        let client = Client::new(hub_of("http://core.invalid"), transport, async |_| {});
        let records = client.pages(Search(ListOptions::default())).prefetch(width).items();
        let found: Vec<_> = block_on(futures_util::TryStreamExt::try_collect(records)).unwrap();
        assert_eq!(found, ["1", "2", "3"], "{width} at once: {:?}", sent.lock().unwrap());
    }
}

/// A page of a list with this number of records, two on each.
fn page_of(number: u32, records: u32) -> Outcome {
    let ids = (2 * number - 1)..=(2 * number).min(records);
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    page(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

proptest! {
    /// Whatever arrives first, and whatever is sent again, the records are those of the list in
    /// order; no page is requested too early, nor again without need.
    #[test]
    fn properties_prefetched_list_is_the_list(
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
                    let in_flight = hand.in_flight();
                    let (pick, fate) = picks.next().unwrap();
                    let number = *pick.get(&in_flight);
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
        prop_assert!(hand.in_flight().is_empty());
        let expected: Vec<String> = (1..=records).map(|id| id.to_string()).collect();
        prop_assert_eq!(read, expected);
        let sent = hand.sent();
        for (number, failures) in failed {
            let times = sent.iter().filter(|&&sent| sent == number).count();
            prop_assert!(times <= 1 + failures, "page {} was sent {} times", number, times);
        }
    }
}
