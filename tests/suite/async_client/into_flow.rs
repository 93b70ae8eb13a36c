//! A flow that is taken out of its stream in the midst of its work, written down, and gone on with
//! elsewhere.

use std::task::Poll;

use cycle_images::flow::{Exchange, Flow, JobTracker, Pages};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::model::JobStatus;
use cycle_images::{JobId, SourceId};
use cycle_images_async::{Error, FlowStream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::KEY;
use crate::manual_transport::{
    Outcome, answer, at_once, by_hand, data, full, ids, lost, now, page, poll,
};

/// Writes a flow down, and reads it in another process.
pub(crate) fn stored<F: Flow + Serialize + DeserializeOwned>(flow: &F) -> F {
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

/// The first ids of the pages that are still to come, once the list is gone on with.
#[track_caller]
fn rest(flow: Pages<GetImages>, width: usize) -> Vec<String> {
    let (client, hand, _) = by_hand();
    let mut pages = client.run(flow).prefetch(width);
    let mut read = Vec::new();
    loop {
        match poll(&mut pages) {
            Poll::Ready(None) => return read,
            Poll::Ready(Some(page)) => read.push(page.unwrap().data[0].id.to_string()),
            Poll::Pending => {
                let asked = hand.under_way();
                asked.into_iter().for_each(|number| hand.answer(number, outcome(number)));
            }
        }
    }
}

/// What was read in the first process, and what is still to come.
type Left = (&'static [&'static str], &'static [&'static str]);

/// Leaves off where `until` does, after it was given out `read`.
#[track_caller]
fn leaves_nothing_out(
    (read, to_come): Left,
    pages: FlowStream<Pages<GetImages>>,
    until: impl FnOnce(&mut FlowStream<Pages<GetImages>>) -> Vec<String>,
) {
    let mut pages = pages;
    assert_eq!(until(&mut pages), read);
    let flow = pages.into_flow();
    for width in [1, 3] {
        assert_eq!(rest(stored(&flow), width), to_come);
    }
}

const ALL: &[&str] = &["1.1", "2.1", "3.1"];

#[test]
fn before_the_first_poll_and_with_a_request_in_flight() {
    for width in [1, 3] {
        let (client, hand, _) = by_hand();
        let pages = || client.pages(GetImages::new()).prefetch(width);
        leaves_nothing_out((&[], ALL), pages(), |_| vec![]);
        assert!(hand.sent().is_empty());
        leaves_nothing_out((&[], ALL), pages(), |pages| {
            assert!(poll(pages).is_pending());
            vec![]
        });
        assert!(hand.under_way().is_empty());
        // The answer is there, and nobody has asked for it.
        leaves_nothing_out((&[], ALL), pages(), |pages| {
            assert!(poll(pages).is_pending());
            hand.answer(1, full(1));
            vec![]
        });
    }
}

#[test]
fn after_a_page_and_while_later_ones_are_there() {
    for width in [1, 2, 4] {
        let (client, hand, _) = by_hand();
        let pages = client.pages(GetImages::new()).prefetch(width);
        leaves_nothing_out((&["1.1"], &["2.1", "3.1"]), pages, |pages| {
            assert!(poll(pages).is_pending());
            let mut asked = hand.under_way();
            asked.reverse();
            asked.into_iter().for_each(|number| hand.answer(number, outcome(number)));
            vec![ids(pages).remove(0)]
        });
    }
}

#[test]
fn with_a_later_page_in_flight() {
    for width in [1, 3] {
        let (client, hand, _) = by_hand();
        let pages = client.pages(GetImages::new()).prefetch(width);
        leaves_nothing_out((&["1.1"], &["2.1", "3.1"]), pages, |pages| {
            assert!(poll(pages).is_pending());
            hand.answer(1, full(1));
            let first = ids(pages).remove(0);
            assert!(poll(pages).is_pending());
            vec![first]
        });
        assert!(hand.under_way().is_empty());
    }
}

#[test]
fn after_an_error_or_the_end() {
    for width in [1, 3] {
        for failure in [lost, || answer(500, &[], ""), || answer(200, &[], "not JSON")] {
            let (client, hand, _) = by_hand();
            let client = client.with_retry(at_once().max_attempts(1));
            let pages = client.pages(GetImages::new()).prefetch(width);
            leaves_nothing_out((&["1.1"], &["2.1", "3.1"]), pages, |pages| {
                assert!(poll(pages).is_pending());
                hand.answer(1, full(1));
                let first = ids(pages).remove(0);
                assert!(poll(pages).is_pending());
                hand.answer(2, failure());
                assert!(now(pages).unwrap().is_err());
                vec![first]
            });
        }
        let (client, hand, _) = by_hand();
        let pages = client.pages(GetImages::new()).prefetch(width);
        leaves_nothing_out((&["3.1"], &[]), pages, |pages| {
            assert!(poll(pages).is_pending());
            hand.answer(1, page(&["3.1"]));
            let only = ids(pages).remove(0);
            let _ = poll(pages);
            hand.answer(2, page(&[]));
            assert!(now(pages).is_none());
            vec![only]
        });
    }
}

/// Between two tries the flow holds its time; whoever goes on with it waits for the rest.
#[test]
fn while_it_waits() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new()).prefetch(2);
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, answer(503, &[("Retry-After", "7")], ""));
    assert!(poll(&mut pages).is_pending());
    let flow = stored(&pages.into_flow());
    assert!(bell.running().is_empty() && hand.under_way().is_empty());

    let (other, hand, bell) = by_hand();
    let mut pages = other.run(flow);
    assert!(poll(&mut pages).is_pending());
    assert!(hand.sent().is_empty());
    assert_eq!(bell.running().len(), 1);
    assert!(bell.running()[0] <= std::time::Duration::from_millis(7_700), "{:?}", bell.running());
    bell.ring();
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
}

#[test]
fn a_tracker_between_two_polls_and_after_its_end() {
    let (client, hand, _) = by_hand();
    let mut track = client.track_job(&JobId::new("j1").unwrap());
    assert!(poll(&mut track).is_pending());
    hand.answer(0, data(&json!({"id": "j1", "state": {"current": "running"}})));
    assert!(now(&mut track).unwrap().is_ok());
    assert!(poll(&mut track).is_pending());
    let flow: JobTracker = stored(&track.into_flow());
    assert_eq!(flow.last().unwrap().status, JobStatus::Running);

    // Its end is told once, but is known from then on.
    let mut track = client.run(JobTracker::new(JobId::new("j1").unwrap(), 7));
    assert!(poll(&mut track).is_pending());
    hand.answer(0, data(&json!({"id": "j1", "state": {"current": "completed"}})));
    assert!(now(&mut track).unwrap().is_ok());
    let mut again = client.run(stored(&track.into_flow()));
    let job = crate::runtime().block_on(again.wait()).unwrap();
    assert_eq!((job.id.as_str(), hand.sent().len()), ("j1", 2));
}

/// Whether a POST that was left has arrived can't be known: it isn't sent again.
#[test]
fn a_post_in_flight_is_interrupted() {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let (client, hand, _) = by_hand();
    let mut exchange = client.run(Exchange::new(create.clone(), 7));
    assert!(poll(&mut exchange).is_pending());
    assert_eq!(hand.under_way().len(), 1);
    let flow = stored(&exchange.into_flow());
    assert!(hand.under_way().is_empty());

    let (other, hand, _) = by_hand();
    let mut exchange = other.run(flow);
    let error = now(&mut exchange).unwrap().unwrap_err();
    assert!(matches!(error, Error::Interrupted { operation: "CreateImage", .. }), "{error:?}");
    assert!(error.may_have_arrived());
    assert!(now(&mut exchange).is_none() && hand.sent().is_empty());
}

#[test]
fn a_get_in_flight_is_sent_again() {
    let (client, hand, _) = by_hand();
    let mut exchange = client.run(Exchange::new(GetImages::new(), 7));
    assert!(poll(&mut exchange).is_pending());
    let flow = stored(&exchange.into_flow());
    let mut again = client.run(flow);
    assert!(poll(&mut again).is_pending());
    assert_eq!((hand.sent().len(), hand.under_way().len()), (2, 1));
    hand.answer(0, page(&["a"]));
    assert_eq!(ids(&mut again), ["a"]);
}
