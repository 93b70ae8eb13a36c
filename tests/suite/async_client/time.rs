//! How long is waited, and for what: by a timer that rings when it is told to.

use std::sync::Mutex;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use cycle_images::flow::{Flow, FlowError, JobError, JobTracker, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::images::GetImages;
use cycle_images::{Hub, JobId, Timestamp};
use cycle_images_async::Client;
use serde_json::json;

use crate::leaked;
use crate::manual_transport::{answer, by_hand, data, now, poll, poll_once};

const MINUTE: Duration = Duration::from_secs(60);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What `work` has the timer asked for at the end was to be `told`, less what has passed since: no
/// more than all of the work took.
#[track_caller]
fn asks(told: Duration, work: impl FnOnce() -> Option<Duration>) {
    let begun = SystemTime::now();
    let asked = work().unwrap();
    let took = begun.elapsed().unwrap();
    // A `Retry-After` has up to a tenth of itself as jitter.
    let most = told * 11 / 10;
    assert!(told - took.min(told) <= asked && asked <= most, "{asked:?} of {told:?}");
}

/// A flow that wants nothing but time.
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
fn the_waits_of_a_flow_are_in_order() {
    let (client, hand, bell) = by_hand();
    let times = [Duration::MAX, millis(250), Duration::ZERO, Duration::from_secs(7)];
    let mut waits = client.run(Waits(times.into_iter().rev().collect()));
    for time in times {
        assert!(poll(&mut waits).is_pending() && poll(&mut waits).is_pending());
        assert_eq!(bell.running(), [time]);
        bell.ring();
    }
    assert!(now(&mut waits).is_none());
    assert_eq!(bell.asked(), times);
    assert!(hand.sent().is_empty());
}

#[test]
fn a_retry_after_is_waited_for_in_full_and_counts_as_time() {
    let (client, hand, bell) = by_hand();
    let list = GetImages::new();
    let mut call = Box::pin(client.call(&list));
    assert!(poll_once(&mut call).is_pending());
    let seven = Duration::from_secs(7);
    asks(seven, || {
        hand.answer(0, answer(429, &[("Retry-After", "7")], ""));
        assert!(poll_once(&mut call).is_pending());
        bell.running().pop()
    });
    assert_eq!(hand.sent().len(), 1);
    bell.ring();
    assert!(poll_once(&mut call).is_pending());
    assert_eq!((hand.sent().len(), bell.running()), (2, vec![MINUTE]));
    // Time goes on from there: of the two minutes for all tries, so much is over.
    let sixty = || answer(429, &[("Retry-After", "60")], "");
    hand.answer(0, sixty());
    assert!(poll_once(&mut call).is_pending());
    bell.ring();
    assert!(poll_once(&mut call).is_pending());
    hand.answer(0, sixty());
    let Poll::Ready(Err(error)) = poll_once(&mut call) else { panic!("it waits") };
    assert!(error.response().unwrap().is_rate_limited());
    assert_eq!(hand.sent().len(), 3);
}

/// The timer is believed, and an hour is over in no time.
#[test]
fn the_deadline_is_an_hour_of_the_timers_time() {
    let waits = leaked(Mutex::new(Duration::ZERO));
    let at_once = async |time: Duration| *waits.lock().unwrap() += time;
    let running =
        async |_: Request<Vec<u8>>| data(&json!({"id": "j1", "state": {"current": "running"}}));
    let hub = Hub::new(crate::KEY, "the-hub").unwrap();
    let client = Client::new(hub, running, at_once);
    let hour = Duration::from_secs(3600);
    asks(hour, || {
        let mut track = client.track_job(&JobId::new("j1").unwrap());
        assert!(now(&mut track).unwrap().is_ok());
        let error = now(&mut track).unwrap().unwrap_err();
        assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");
        Some(*waits.lock().unwrap())
    });
}

#[test]
fn the_second_poll_is_after_250_ms() {
    let (client, hand, bell) = by_hand();
    let mut track = client.track_job(&JobId::new("j1").unwrap());
    assert!(poll(&mut track).is_pending());
    let running = json!({"id": "j1", "state": {"current": "running"}});
    hand.answer(0, data(&running));
    asks(millis(250), || {
        assert_eq!(now(&mut track).unwrap().unwrap().job.id.as_str(), "j1");
        assert!(bell.running().is_empty());
        assert!(poll(&mut track).is_pending());
        bell.running().pop()
    });
    bell.ring();
    assert!(poll(&mut track).is_pending());
    assert_eq!((hand.sent().len(), bell.running()), (2, vec![MINUTE]));
    drop(track);
    // The platform may ask for more.
    let mut track = client.track_job(&JobId::new("j1").unwrap());
    assert!(poll(&mut track).is_pending());
    hand.answer(0, answer(404, &[("Retry-After", "12")], r#"{"error": {"code": "404.job"}}"#));
    asks(Duration::from_secs(12), || {
        assert!(poll(&mut track).is_pending());
        bell.running().pop()
    });
}

#[test]
fn a_deadline_is_the_last_time_that_is_waited_for() {
    let (client, hand, bell) = by_hand();
    let id = JobId::new("j1").unwrap();
    let flow = JobTracker::new(id.clone(), 7).deadline(Duration::from_secs(5));
    let mut track = client.run(flow);
    assert!(poll(&mut track).is_pending());
    hand.answer(0, answer(503, &[("Retry-After", "40")], ""));
    assert!(poll(&mut track).is_pending());
    assert!(bell.running()[0] <= Duration::from_secs(5), "{:?}", bell.running());

    let mut track = client.run(JobTracker::new(id, 7).deadline(Duration::ZERO));
    let error = now(&mut track).unwrap().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");
    assert_eq!(hand.sent().len(), 1);
}
