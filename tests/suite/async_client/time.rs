//! Time limits and waits, by a timer that the test controls.

use std::future::pending;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use cycle_images::flow::{Flow, FlowError, JobTracker, RetryPolicy, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::images::GetImages;
use cycle_images::{Hub, JobId, Timestamp};
use cycle_images_async::{Body, Client, Error, Tokio, Transport};
use serde_json::json;

use crate::manual_transport::{
    Bell, Hand, Outcome, Sending, answer, at_once, by_hand, data, full, ids, lost, now, page, poll,
    poll_once,
};
use crate::upload_fixtures::{image, of, tar_bytes};
use crate::{LONG, block_on, hub_of};

const MINUTE: Duration = Duration::from_secs(60);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The wait that `work` causes must be this one, less the time that the work took.
#[track_caller]
fn waits(expected: Duration, work: impl FnOnce() -> Vec<Duration>) {
    let start = SystemTime::now();
    let [wait] = work()[..] else { panic!("not one wait") };
    let took = start.elapsed().unwrap();
    // A `Retry-After` has up to a tenth of itself as jitter.
    let most = expected * 11 / 10;
    assert!(expected - took.min(expected) <= wait && wait <= most, "{wait:?} of {expected:?}");
}

#[test]
fn attempt_has_60_s_by_default_and_at_most_what_the_call_has() {
    for limit in [None, Some(millis(2500)), Some(Duration::MAX)] {
        let (client, hand, bell) = by_hand();
        let client = client.with_retry(RetryPolicy::disabled());
        let client = match limit {
            Some(limit) => client.with_attempt_timeout(limit),
            None => client,
        };
        let limit = limit.unwrap_or(MINUTE).min(2 * MINUTE);
        let mut call = Box::pin(client.call(GetImages::new()));
        assert!(poll_once(&mut call).is_pending());
        assert_eq!(bell.running(), [limit]);
        bell.ring();
        let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!() };
        assert!(error.may_have_arrived() && hand.in_flight().is_empty());
        assert!(matches!(error, Error::Timeout { limit: Some(l), .. } if l == limit), "{error:?}");
        let within = format!("within {} s", limit.as_secs_f64());
        assert!(error.to_string().contains(&within), "{error}");
    }
}

#[test]
fn each_attempt_has_the_whole_timeout_and_there_are_four_by_default() {
    let (hand, bell) = (Hand::default(), Bell::default());
    let client = Client::new(hub_of("http://core.invalid"), hand.clone(), bell.clone());
    let mut call = Box::pin(client.call(GetImages::new()));
    let mut limits = Vec::new();
    let error = loop {
        match poll_once(&mut call) {
            Poll::Ready(reply) => break reply.unwrap_err(),
            Poll::Pending => {
                if !hand.in_flight().is_empty() {
                    limits.extend(bell.running());
                }
                bell.ring();
            }
        }
    };
    assert_eq!((error.attempts().unwrap().count, hand.sent().len()), (4, 4));
    assert!(limits[0] == MINUTE && limits.len() == 4, "{limits:?}");
}

#[test]
fn response_that_arrived_counts_after_the_timeout() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new());
    assert!(poll(&mut pages).is_pending());
    bell.ring();
    hand.answer(1, full(1));
    assert_eq!(ids(&mut pages)[0], "1.1");
}

#[test]
fn no_timer_runs_without_a_request() {
    let (client, hand, bell) = by_hand();
    let mut pages = client.pages(GetImages::new());
    assert!(bell.asked().is_empty());
    for (number, outcome, is_item) in [(1, full(1), true), (2, page(&[]), false)] {
        assert!(poll(&mut pages).is_pending());
        assert_eq!(bell.running(), [MINUTE]);
        hand.answer(number, outcome);
        assert_eq!(now(&mut pages).is_some(), is_item);
        assert!(bell.running().is_empty());
    }
    let mut pages = client.pages(GetImages::new());
    assert!(poll(&mut pages).is_pending());
    hand.answer(1, answer(500, &[], ""));
    assert!(now(&mut pages).unwrap().is_err() && bell.running().is_empty());
    let mut pages = client.pages(GetImages::new());
    assert!(poll(&mut pages).is_pending());
    drop(pages);
    assert!(bell.running().is_empty() && hand.in_flight().is_empty());
}

#[test]
fn immediate_timer_times_out_only_pending_requests() {
    let at_once = async |_: Duration| ();
    let call = |client: &Client| {
        let Poll::Ready(reply) = poll_once(&mut Box::pin(client.call(GetImages::new()))) else {
            panic!("it waits")
        };
        reply
    };
    let hub = || hub_of("http://core.invalid");
    let empty = async |_: Request<Vec<u8>>| answer(200, &[], r#"{"data": []}"#);
    assert!(call(&Client::new(hub(), empty, at_once)).is_ok());
    let silent = async |_: Request<Vec<u8>>| pending::<Outcome>().await;
    let client = Client::new(hub(), silent, at_once).with_retry(RetryPolicy::disabled());
    let error = call(&client).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

/// A flow of waits.
struct Waits(Vec<Duration>);

impl Flow for Waits {
    type Item = ();

    fn operation(&self) -> &'static str {
        "Waits"
    }

    fn poll(&mut self, _: &Hub, _: Timestamp) -> Result<Step, FlowError> {
        Ok(self.0.pop().map_or(Step::Done, Step::Wait))
    }

    fn handle_bytes(
        &mut self,
        _: &Hub,
        _: Result<Response<&[u8]>, SendFailure>,
        _: Timestamp,
    ) -> Result<Option<()>, FlowError> {
        Err(FlowError::NothingInFlight)
    }
}

#[test]
fn waits_of_a_flow_are_in_order() {
    let (client, _, bell) = by_hand();
    let times = [Duration::MAX, millis(250), Duration::ZERO, Duration::from_secs(7)];
    let mut waits = client.run(Waits(times.into_iter().rev().collect()));
    for time in times {
        assert!(poll(&mut waits).is_pending() && poll(&mut waits).is_pending());
        assert_eq!(bell.running(), [time]);
        bell.ring();
    }
    assert!(now(&mut waits).is_none());
    assert_eq!(bell.asked(), times);
}

#[test]
fn retry_after_is_waited_for_and_counts_as_time_of_the_call() {
    let (client, hand, bell) = by_hand();
    let mut call = Box::pin(client.call(GetImages::new()));
    let busy = |seconds| hand.answer(0, answer(429, &[("Retry-After", seconds)], ""));
    assert!(poll_once(&mut call).is_pending());
    waits(Duration::from_secs(7), || {
        busy("7");
        assert!(poll_once(&mut call).is_pending());
        bell.running()
    });
    bell.ring();
    assert!(poll_once(&mut call).is_pending());
    assert_eq!((hand.sent().len(), bell.running()), (2, vec![MINUTE]));
    busy("60");
    assert!(poll_once(&mut call).is_pending());
    bell.ring();
    assert!(poll_once(&mut call).is_pending());
    // Of the two minutes for all attempts, less than one is left.
    busy("60");
    let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!("it waits") };
    assert!(error.is_rate_limited() && hand.sent().len() == 3);
}

#[test]
fn tracker_waits_250_ms_or_what_the_platform_asks_for_up_to_its_deadline() {
    let not_yet =
        |seconds| answer(404, &[("Retry-After", seconds)], r#"{"error": {"code": "404.job"}}"#);
    let running = data(&json!({"id": "j1", "state": {"current": "running"}}));
    let hour = Duration::from_secs(3600);
    for (deadline, outcome, wait) in [
        (hour, running, millis(250)),
        (hour, not_yet("12"), Duration::from_secs(12)),
        (Duration::from_secs(5), not_yet("40"), Duration::from_secs(5)),
    ] {
        let (client, hand, bell) = by_hand();
        let mut track = client.track_job(&JobId::new("j1").unwrap()).deadline(deadline);
        waits(wait, || {
            assert!(poll(&mut track).is_pending());
            hand.answer(0, outcome);
            while poll(&mut track).is_ready() {
                assert!(bell.running().is_empty());
            }
            bell.running()
        });
    }
}

/// A tracker polls until its deadline, an hour by default, whatever the policy.
#[test]
fn tracker_has_an_hour_and_no_limit_of_attempts() {
    let (client, hand, bell) = by_hand();
    let client = client.with_retry(RetryPolicy::disabled());
    let mut tracker = client.track_job(&JobId::new("j1").unwrap());
    let mut passed = Duration::ZERO;
    while poll(&mut tracker).is_pending() {
        match hand.in_flight().first() {
            Some(&page) => hand.answer(page, lost()),
            None => {
                passed += bell.running()[0];
                bell.ring();
            }
        }
    }
    assert!(hand.sent().len() > 100 && passed.as_secs().abs_diff(3600) < 60, "{passed:?}");
}

#[test]
fn completed_job_has_the_output_of_its_tasks_if_it_was_not_yielded_before() {
    let task = json!({"caption": "Import", "state": {"current": "completed"}, "output": {"a": 1}});
    let completed = json!({"id": "j1", "state": {"current": "completed"}, "tasks": [task]});
    for is_yielded_before in [false, true] {
        let (client, hand, _) = by_hand();
        let mut track = client.run(JobTracker::new(JobId::new("j1").unwrap(), 7));
        assert!(poll(&mut track).is_pending());
        hand.answer(0, data(&completed));
        if is_yielded_before {
            assert!(now(&mut track).unwrap().unwrap().job.tasks[0].output.is_some());
        }
        let job = block_on(track.wait()).unwrap();
        assert_eq!(job.tasks[0].output.is_none(), is_yielded_before);
    }
}

/// A transport that always has work, as a flood of 1xx responses: it uses up tokio's budget of the
/// task, and tokio's timer doesn't fire without one.
struct Busy;

impl Transport for Busy {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        Box::pin(async {
            let start = Instant::now();
            while start.elapsed() < LONG {
                tokio::task::consume_budget().await;
            }
            lost()
        })
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        self.send(request.map(|_| Vec::new()))
    }
}

#[test]
fn transport_that_uses_up_the_budget_of_its_task_times_out() {
    let client = Client::new(hub_of("http://core.invalid"), Busy, Tokio);
    let client = client.with_attempt_timeout(millis(50)).with_retry(at_once().max_attempts(1));
    let error = block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    let image = image();
    let upload = client.upload(&image, of(&tar_bytes(1000), 1000));
    assert!(block_on(upload).unwrap_err().is_timeout());
}
