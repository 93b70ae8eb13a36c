//! Whose settings count: the client's for what it begins, and a flow's own for what it is handed.

use std::task::Poll;

use cycle_images::JobId;
use cycle_images::flow::{Exchange, Flow, Pages, RetryPolicy};
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::model::JobDescriptor;
use cycle_images_async::{Client, Error, FlowStream};
use serde_json::json;

use crate::manual_transport::{Bell, Hand, at_once, by_hand, data, lost, now, poll};
use crate::{hub_of, runtime};

fn job() -> JobId {
    JobId::new("j1").unwrap()
}

fn descriptor() -> JobDescriptor {
    let import = CreateImageJob::import(cycle_images::ImageId::new("i1").unwrap());
    let body = r#"{"data": {"action": "import", "job": {"id": "j1", "queued": null}}}"#;
    hub_of("http://core.invalid").response(&import, http::Response::new(body)).unwrap().data
}

/// How often a request that is always lost is sent.
#[track_caller]
fn attempts<F: Flow>(mut turn: FlowStream<F>, hand: &Hand, bell: &Bell) -> usize {
    let before = hand.sent().len();
    loop {
        match poll(&mut turn) {
            Poll::Ready(Some(Err(Error::Transport { attempts, .. }))) => {
                assert_eq!(hand.sent().len() - before, attempts.count as usize);
                return attempts.count as usize;
            }
            Poll::Ready(_) => panic!("nothing is to come of it"),
            Poll::Pending => match hand.under_way().first() {
                Some(&page) => hand.answer(page, lost()),
                None => bell.ring(),
            },
        }
    }
}

#[test]
fn the_default_is_four_attempts() {
    let (hand, bell) = (Hand::default(), Bell::default());
    let client = Client::new(hub_of("http://core.invalid"), hand.clone(), bell.clone());
    assert_eq!(attempts(client.pages(GetImages::new()), &hand, &bell), 4);
}

#[test]
fn flows_of_a_client_have_its_retry_policy() {
    let (client, hand, bell) = by_hand();
    for count in [1, 2, 3, 6] {
        let client = client.clone().with_retry(at_once().max_attempts(count));
        let count = count as usize;
        assert_eq!(attempts(client.pages(GetImages::new()), &hand, &bell), count);
    }
}

#[test]
fn a_flow_keeps_its_own_retry_policy() {
    let (client, hand, bell) = by_hand();
    let client = client.with_retry(RetryPolicy::disabled());
    let own = at_once().max_attempts(3);
    let exchange = Exchange::new(GetImages::new(), 7).retry(own);
    assert_eq!(attempts(client.run(exchange), &hand, &bell), 3);
    assert_eq!(attempts(client.run(Pages::new(GetImages::new(), 7).retry(own)), &hand, &bell), 3);
}

/// A tracker polls on until its deadline, whatever the policy.
#[test]
fn a_tracker_has_no_largest_number_of_attempts() {
    let (client, hand, bell) = by_hand();
    let client = client.with_retry(RetryPolicy::disabled());
    let mut tracker = client.track_job(&job());
    for count in 1..30 {
        assert!(poll(&mut tracker).is_pending());
        assert_eq!(hand.sent().len(), count);
        hand.answer(0, lost());
        assert!(poll(&mut tracker).is_pending());
        bell.ring();
    }
}

/// As it was just told, with what its tasks gave back; that isn't kept.
#[test]
fn wait_returns_the_last_update() {
    let (client, hand, _) = by_hand();
    let task = json!({"caption": "Import", "state": {"current": "completed"}, "output": {"a": 1}});
    let completed = json!({"id": "j1", "state": {"current": "completed"}, "tasks": [task]});
    let descriptor = descriptor();
    for is_told_before in [false, true] {
        let mut track = client.track(&descriptor).unwrap();
        assert!(poll(&mut track).is_pending());
        hand.answer(0, data(&completed));
        if is_told_before {
            assert!(now(&mut track).unwrap().unwrap().job.tasks[0].output.is_some());
        }
        let job = runtime().block_on(track.wait()).unwrap();
        assert_eq!(job.tasks[0].output.is_none(), is_told_before);
    }
}
