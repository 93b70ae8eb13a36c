//! Flows that are written down in the midst of their work and go on from the text.

use std::mem::size_of;

use cycle_images::flow::{
    Exchange, Flow, FlowError, JobError, JobTracker, JobsTracker, Pages, RetryPolicy, Step,
};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{JobId, SourceId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::{KEY, Run, hub, millis, secs};
use crate::outcomes::{asking, data, image, page, refusal, seen, status, unknown_job};

/// Writes a flow down and goes on from the text alone, at the same time, in another process.
fn stored<F: Flow + Serialize + DeserializeOwned>(run: Run<F>) -> Run<F> {
    let text = serde_json::to_string(&run.flow).unwrap();
    let lower = text.to_lowercase();
    for secret in [KEY, "bearer", "authorization", "651586fca6078e98982dbd90"] {
        assert!(!lower.contains(secret), "{secret} in {text}");
    }
    let flow = serde_json::from_str(&text).unwrap();
    Run { flow, ..Run { clock: run.clock, waits: run.waits, ..Run::new(run.flow) } }
}

fn create() -> CreateImage {
    CreateImage::new(SourceId::new("s1").unwrap()).name("web").build_arg("VERSION", "1.4")
}

#[test]
fn an_exchange_resumes_during_a_wait() {
    let mut run = Run::new(Exchange::new(create(), u64::MAX));
    run.step(asking(429, "30")).unwrap();
    run.clock.pass(secs(10));
    let mut run = stored(run);
    let Step::Wait(rest) = run.poll().unwrap() else { panic!() };
    assert!((secs(20)..secs(23)).contains(&rest), "{rest:?}");
    let body = run.request().into_body();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["build"]["args"]["VERSION"], "1.4");
    assert!(run.handle(data(&image("i1"))).unwrap().is_some());
    stored(run).assert_ended();
}

/// 0001-01-01T00:00:00Z is how the platform writes *never*. In a flow it is a time.
#[test]
fn flow_stored_at_the_zero_time_is_read_again() {
    let zero: Timestamp = "0001-01-01T00:00:00Z".parse().unwrap();
    let hub = hub();
    let mut exchange = Exchange::new(GetImages::new(), 7);
    assert!(matches!(exchange.poll(&hub, zero), Ok(Step::Send { .. })));
    exchange.handle(&hub, asking(429, "30"), zero).unwrap();
    let text = serde_json::to_string(&exchange).unwrap();
    assert!(text.contains("0001-01-01T00:00:00Z"), "{text}");
    let mut exchange: Exchange<GetImages> = serde_json::from_str(&text).unwrap();
    assert!(matches!(exchange.poll(&hub, zero), Ok(Step::Wait(wait)) if wait >= secs(30)));
}

#[test]
fn attempts_time_and_jitter_are_stored() {
    let policy = RetryPolicy::default().max_attempts(7).initial_backoff(secs(2));
    let exchange = Exchange::new(GetImages::new(), 42).retry(policy);
    let mut straight = Run::new(exchange.clone());
    let mut broken = Run::new(exchange);
    for _ in 0..6 {
        assert!(straight.step(status(503)).unwrap().is_none());
        assert!(broken.step(status(503)).unwrap().is_none());
        broken = stored(broken);
    }
    assert!(straight.step(status(503)).is_err() && broken.step(status(503)).is_err());
    assert_eq!(straight.waits, broken.waits);
}

#[test]
fn a_post_that_was_in_flight_when_it_was_stored_is_not_sent_again() {
    let mut run = Run::new(Exchange::new(create(), 7));
    run.request();
    let mut run = stored(run);
    assert!(matches!(run.poll(), Err(FlowError::Interrupted { operation: "CreateImage", .. })));
}

#[test]
fn an_interrupted_get_is_sent_again() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    run.request();
    let text = serde_json::to_string(&run.flow).unwrap();
    let mut answered = stored(run);
    assert!(answered.handle(page(&["a"])).unwrap().is_some());
    let mut again = Run::new(serde_json::from_str::<Exchange<GetImages>>(&text).unwrap());
    assert!(again.step(page(&["a"])).unwrap().is_some());
}

#[test]
fn pages_go_on_with_the_next_and_know_the_ones_before() {
    let list = GetImages::new().filter_search("web").sort("-name").page_size(2).page_number(3);
    let mut run = Run::new(Pages::new(list, 7));
    run.step(page(&["a", "b"])).unwrap();
    let mut run = stored(run);
    let query = run.request().uri().query().unwrap().to_owned();
    assert!(query.contains("page%5Bnumber%5D=4") && query.contains("sort=-name"), "{query}");
    let error = run.handle(page(&["a", "b"])).unwrap_err();
    assert!(matches!(error, FlowError::RepeatedPage { page: 4, .. }), "{error:?}");
    let mut run = stored(run);
    assert!(run.step(page(&["c"])).unwrap().is_some());
    let mut run = stored(run);
    assert!(run.step(page(&[])).unwrap().is_none());
    stored(run).assert_ended();
}

#[test]
fn a_tracker_is_finished_from_the_text_whenever_it_was_written() {
    let mut run = stored(Run::new(JobTracker::new(JobId::new("j1").unwrap(), 7)));
    assert!(run.step(unknown_job()).unwrap().is_none());
    run = stored(run);
    assert!(run.step(seen("running", 1, 4)).unwrap().is_some());
    run = stored(run);
    assert_eq!(run.flow.last().unwrap().progress.done, 1);
    assert!(run.step(seen("running", 1, 4)).unwrap().is_none(), "it was told before");
    run.request();
    run = stored(run);
    assert!(run.handle(seen("running", 1, 8)).unwrap().is_none(), "no less than before");
    run = stored(run);
    assert!(run.step(status(503)).unwrap().is_none());
    run = stored(run);
    let last = run.step(seen("completed", 8, 8)).unwrap().unwrap();
    assert_eq!(last.progress.done, 8);
    assert_eq!(run.waits[1..3], [250, 375].map(millis));
    stored(run).assert_ended();
}

#[test]
fn the_deadline_passes_between_polls() {
    let track = JobTracker::new(JobId::new("j1").unwrap(), 7).deadline(secs(100));
    let mut run = Run::new(track);
    run.step(seen("running", 1, 4)).unwrap();
    run.clock.pass(secs(99));
    let mut run = stored(run);
    assert!(run.step(seen("running", 1, 4)).unwrap().is_none());
    run.clock.pass(secs(1));
    let error = stored(run).poll().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { last: Some(_), .. })));
}

#[test]
fn a_job_that_is_gone_has_its_last_state() {
    let mut run = Run::new(JobTracker::new(JobId::new("j1").unwrap(), 7));
    run.step(seen("running", 1, 4)).unwrap();
    let error = stored(run).step(unknown_job()).unwrap_err();
    assert!(matches!(error.job(), Some(JobError::Gone { last: Some(_), .. })), "{error:?}");
}

#[test]
fn messages_of_the_platform_are_not_stored() {
    let mut run = Run::new(Pages::new(GetImages::new(), 7));
    let echo = format!("Bearer {KEY}");
    run.step(crate::outcomes::answer(503, &[("Retry-After", "1")], &echo)).unwrap();
    run = stored(run);
    run.step(refusal(403, "403.permissions")).unwrap_err();
    stored(run);
}

#[test]
fn flows_are_small_and_go_from_thread_to_thread() {
    fn sent<T: Send + Sync + Clone + 'static>(most: usize) {
        let size = size_of::<T>();
        assert!(size <= most, "{} has {size} bytes", std::any::type_name::<T>());
    }
    sent::<Exchange<GetImages>>(512);
    sent::<Exchange<CreateImage>>(384);
    sent::<Pages<GetImages>>(576);
    sent::<JobTracker>(1024);
    sent::<JobsTracker>(512);
    sent::<RetryPolicy>(80);
    let empty = serde_json::to_string(&JobTracker::new(JobId::new("j1").unwrap(), 7)).unwrap();
    assert!(empty.len() < 600, "{empty}");
}
