//! A flow that is taken out of its stream, stored, and run by another client.

use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::{Exchange, Flow, JobTracker, Pages};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::model::JobStatus;
use cycle_images::{JobId, SourceId};
use cycle_images_async::{Error, FlowStream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::manual_transport::{
    Hand, Outcome, answer, at_once, by_hand, data, full, ids, lost, now, page, poll,
};
use crate::{KEY, block_on};

fn stored<F: Flow + Serialize + DeserializeOwned>(flow: &F) -> F {
    let text = serde_json::to_string(flow).unwrap();
    assert!(!text.contains(KEY), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// A list of three pages.
fn outcome(number: u32) -> Outcome {
    match number {
        1 | 2 => full(number),
        3 => page(&["3.1"]),
        _ => page(&[]),
    }
}

/// The first ids of the pages that a flow still yields.
fn rest(flow: Pages<GetImages>, width: usize) -> Vec<String> {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(flow).prefetch(width);
    let mut read = Vec::new();
    loop {
        match poll(&mut pages) {
            Poll::Ready(None) => return read,
            Poll::Ready(Some(page)) => read.push(page.unwrap().data[0].id.to_string()),
            Poll::Pending => {
                hand.in_flight().into_iter().for_each(|page| hand.answer(page, outcome(page)));
            }
        }
    }
}

type Images = FlowStream<Pages<GetImages>>;

/// Yields the first page.
fn first(pages: &mut Images, hand: &Hand) {
    assert!(poll(pages).is_pending());
    hand.answer(1, full(1));
    assert_eq!(ids(pages)[0], "1.1");
}

/// Fails on the second page.
fn fail(pages: &mut Images, hand: &Hand, outcome: Outcome) {
    first(pages, hand);
    assert!(poll(pages).is_pending());
    hand.answer(2, outcome);
    assert!(now(pages).unwrap().is_err());
}

#[test]
fn list_is_resumed_from_any_point() {
    const ALL: &[&str] = &["1.1", "2.1", "3.1"];
    type Until = fn(&mut Images, &Hand);
    let cases: [(&str, Until, &[&str]); 9] = [
        ("before the first poll", |_, _| (), ALL),
        ("with a request in flight", |pages, _| assert!(poll(pages).is_pending()), ALL),
        (
            "with a response that isn't taken",
            |pages, hand| {
                assert!(poll(pages).is_pending());
                hand.answer(1, full(1));
            },
            ALL,
        ),
        ("after a page", first, &["2.1", "3.1"]),
        (
            "with the second page in flight",
            |pages, hand| {
                first(pages, hand);
                assert!(poll(pages).is_pending());
            },
            &["2.1", "3.1"],
        ),
        ("after a lost page", |pages, hand| fail(pages, hand, lost()), &["2.1", "3.1"]),
        (
            "after an error response",
            |pages, hand| fail(pages, hand, answer(500, &[], "")),
            &["2.1", "3.1"],
        ),
        (
            "after a malformed page",
            |pages, hand| fail(pages, hand, answer(200, &[], "not JSON")),
            &["2.1", "3.1"],
        ),
        (
            "after the end",
            |pages, hand| {
                first(pages, hand);
                assert!(poll(pages).is_pending());
                hand.answer(2, page(&[]));
                assert!(now(pages).is_none());
            },
            &[],
        ),
    ];
    for (when, until, to_come) in cases {
        for width in [1, 3] {
            let (client, hand, bell) = by_hand();
            let client = client.with_retry(at_once().max_attempts(1));
            let mut pages = client.pages(GetImages::new()).prefetch(width);
            until(&mut pages, &hand);
            let flow = pages.into_flow();
            assert!(hand.in_flight().is_empty() && bell.running().is_empty(), "{when}");
            for width in [1, 3] {
                assert_eq!(rest(stored(&flow), width), to_come, "{when}");
            }
        }
    }
}

/// The flow holds its time between two attempts.
#[test]
fn resumed_flow_waits_for_the_rest_of_its_time() {
    let (client, hand, _) = by_hand();
    let mut pages = client.pages(GetImages::new()).prefetch(2);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, answer(503, &[("Retry-After", "7")], ""));
    assert!(poll(&mut pages).is_pending());
    let flow = stored(&pages.into_flow());

    let (other, hand, bell) = by_hand();
    let mut pages = other.run(flow);
    assert!(poll(&mut pages).is_pending());
    assert!(hand.sent().is_empty());
    let [wait] = bell.running()[..] else { panic!("{:?}", bell.running()) };
    assert!(wait <= Duration::from_millis(7_700), "{wait:?}");
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
}

#[test]
fn tracker_is_resumed_between_two_polls_and_after_its_end() {
    let (client, hand, bell) = by_hand();
    let mut flow = JobTracker::new(JobId::new("j1").unwrap(), 7);
    for status in [JobStatus::Running, JobStatus::Completed] {
        let mut track = client.run(flow);
        assert!(track.flow().last().is_none_or(|last| last.status == JobStatus::Running));
        while hand.in_flight().is_empty() {
            assert!(poll(&mut track).is_pending());
            if hand.in_flight().is_empty() {
                bell.ring();
            }
        }
        hand.answer(0, data(&json!({"id": "j1", "state": {"current": status.as_str()}})));
        assert!(now(&mut track).unwrap().is_ok());
        assert_eq!(track.flow().last().unwrap().status, status);
        flow = stored(&track.into_flow());
    }
    // The end is yielded once, and known from then on.
    assert_eq!(block_on(client.run(flow).wait()).unwrap().id.as_str(), "j1");
    assert_eq!(hand.sent().len(), 2);
}

/// Whether a POST in flight has arrived can't be known. A GET is sent again.
#[test]
fn post_in_flight_is_interrupted_and_a_get_sent_again() {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let (client, hand, _) = by_hand();
    let mut exchange = client.run(Exchange::new(create, 7));
    assert!(poll(&mut exchange).is_pending());
    let mut exchange = client.run(stored(&exchange.into_flow()));
    let error = now(&mut exchange).unwrap().unwrap_err();
    assert!(matches!(error, Error::Interrupted { operation: "CreateImage", .. }), "{error:?}");
    assert!(now(&mut exchange).is_none() && hand.sent().len() == 1);

    let mut exchange = client.run(Exchange::new(GetImages::new(), 7));
    assert!(poll(&mut exchange).is_pending());
    let mut again = client.run(stored(&exchange.into_flow()));
    assert!(poll(&mut again).is_pending());
    assert_eq!((hand.sent().len(), hand.in_flight().len()), (3, 1));
    hand.answer(0, page(&["a"]));
    assert_eq!(ids(&mut again), ["a"]);
}
