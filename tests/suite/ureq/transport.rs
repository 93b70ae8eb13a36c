//! Transports other than ureq, and sleeps other than the thread's.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::error::Attempts;
use cycle_images::flow::{Exchange, Flow, RetryPolicy, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{Hub, JobId, SourceId, Timestamp};
use cycle_images_tests::recording;
use cycle_images_ureq::{Client, Error, Limits, Tar, Transport};

use crate::KEY;

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

/// Returns these responses in order.
fn responses(bodies: &[(u16, &str)]) -> impl Transport + use<> {
    let responses = bodies
        .iter()
        .map(|&(status, body)| Response::builder().status(status).body(body.to_owned()).unwrap());
    let responses = Mutex::new(responses.collect::<VecDeque<_>>());
    move |_: Request<Vec<u8>>| {
        responses.lock().unwrap().pop_front().ok_or_else(|| io::Error::other("no more responses"))
    }
}

fn job(state: &str) -> String {
    format!(r#"{{"data": {{"id": "j1", "state": {{"current": "{state}"}}}}}}"#)
}

#[test]
fn a_closure_is_a_transport() {
    let client = Client::with_transport(hub(), |request: Request<Vec<u8>>| {
        assert_eq!(request.uri().path(), "/v1/images");
        let agent = request.headers()["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("cycle-images/") && agent.ends_with("(ureq)"), "{agent}");
        Ok::<_, SendFailure>(recording::read("get_images/with_includes"))
    });
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 3);
}

/// A transport that fails is taken to have sent, unless it says otherwise.
#[test]
fn a_transports_error_says_whether_it_sent() {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let broken = |_| Err::<Response<Vec<u8>>, _>(io::Error::other("broken pipe"));
    let error = Client::with_transport(hub(), broken).call(&create).unwrap_err();
    assert!(error.may_have_arrived(), "{error:?}");
    let refused = |_| Err::<Response<Vec<u8>>, _>(SendFailure::not_sent("no network").fatal());
    let error = Client::with_transport(hub(), refused).call(&create).unwrap_err();
    assert!(!error.may_have_arrived(), "{error:?}");
}

#[test]
fn a_transport_gets_the_limits_of_its_client() {
    struct Seen(Arc<Mutex<Vec<Limits>>>);
    impl Transport for Seen {
        fn send(
            &self,
            _: Request<Vec<u8>>,
            limits: &Limits,
        ) -> Result<Response<Vec<u8>>, SendFailure> {
            self.0.lock().unwrap().push(*limits);
            Ok(Response::new(br#"{"data": []}"#.to_vec()))
        }
    }
    let seen = Arc::default();
    let client = Client::with_transport(hub(), Seen(Arc::clone(&seen)));
    client.call(&GetImages::new()).unwrap();
    let second = Duration::from_secs(1);
    let other = client.clone().with_attempt_timeout(second).with_connect_timeout(2 * second);
    other.with_body_limit(7).call(&GetImages::new()).unwrap();
    client.call(&GetImages::new()).unwrap();
    let seen = seen.lock().unwrap();
    let [first, other, last] = seen[..] else { panic!("{seen:?}") };
    assert_eq!((other.timeout, other.connect_timeout, other.body_limit), (second, 2 * second, 7));
    assert_eq!((first, first), (last, Limits::default()));
}

#[test]
fn retries_take_no_time_if_the_sleep_takes_none() {
    let slept = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&slept);
    let client =
        Client::with_transport(hub(), responses(&[(503, ""), (503, ""), (200, r#"{"data": []}"#)]));
    let client = client.with_sleep(move |time| log.lock().unwrap().push(time));
    assert!(client.call(&GetImages::new()).unwrap().data.is_empty());
    assert_eq!(slept.lock().unwrap().len(), 2);
}

#[test]
fn a_cancelled_flow_resumes() {
    let states = ["queued", "running", "running", "completed"].map(job);
    let transport = responses(&states.each_ref().map(|body| (200, body.as_str())));
    let transport: Arc<dyn Transport> = Arc::new(transport);
    let client = |transport: &Arc<dyn Transport>| {
        let transport = Arc::clone(transport);
        let send = move |request| transport.send(request, &Limits::default());
        Client::with_transport(hub(), send).with_sleep(|_| {})
    };
    let cancelled = client(&transport);
    let mut tracking = cancelled.track_job(&JobId::new("j1").unwrap());
    tracking.next().unwrap().unwrap();
    cancelled.clone().cancel();
    let error = tracking.wait().unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error:?}");
    assert!(tracking.next().is_none(), "an iterator is done after an error");
    let job = client(&transport).run(tracking.into_flow()).wait().unwrap();
    assert!(job.state.current.is_final());
}

#[test]
fn a_cancelled_retry_is_no_failure_of_the_operation() {
    let client = Client::with_transport(hub(), responses(&[(503, "")]));
    let stop = client.clone();
    let client = client.with_sleep(move |_| stop.cancel());
    let error = client.call(&GetImages::new()).unwrap_err();
    assert!(matches!(error, Error::Cancelled) && error.response().is_none(), "{error:?}");
}

/// The flow is saved as it is when its request is about to be sent: one that is resumed from there
/// knows that a request which must not be repeated may have been sent.
#[test]
fn a_flow_is_saved_before_each_request() {
    let saved = Arc::new(Mutex::new(Vec::new()));
    let (texts, sent) = (Arc::clone(&saved), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&sent);
    let client = Client::with_transport(hub(), move |_: Request<Vec<u8>>| {
        match count.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(Response::builder().status(429).body("").unwrap()),
            _ => Err(io::Error::other("the process is killed")),
        }
    });
    let client = client.with_sleep(|_| {});
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let mut run = client.run(Exchange::new(create, 1)).with_save(move |flow| {
        texts.lock().unwrap().push(serde_json::to_string(flow)?);
        Ok(())
    });
    run.next().unwrap().unwrap_err();
    let saved = saved.lock().unwrap();
    assert_eq!((saved.len(), sent.load(Ordering::Relaxed)), (2, 2), "one for each attempt");
    for text in &*saved {
        let mut flow: Exchange<CreateImage> = serde_json::from_str(text).unwrap();
        let error = client.run(flow.clone()).next().unwrap().unwrap_err();
        assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
        let now = Timestamp::UNIX_EPOCH;
        assert!(!matches!(flow.poll(client.hub(), now), Ok(Step::Send { .. })));
    }
    assert_eq!(sent.load(Ordering::Relaxed), 2, "nothing was sent twice");
}

#[test]
fn a_flow_that_cannot_be_saved_sends_nothing() {
    let client = Client::with_transport(
        hub(),
        |_: Request<Vec<u8>>| -> Result<Response<String>, io::Error> { panic!("it was sent") },
    );
    let mut run = client.run(Exchange::new(GetImages::new(), 1).retry(RetryPolicy::default()));
    run = run.with_save(|_| Err(io::Error::other("disk full")));
    let error = run.next().unwrap().unwrap_err();
    let Error::Transport {
        may_have_arrived: false,
        attempts: Attempts { count: 1, .. },
        source,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(source.to_string(), "disk full");
}

#[test]
fn strict_items_end_with_a_record_that_cannot_be_decoded() {
    let live = r#""state": {"current": "live"}"#;
    let body =
        format!(r#"{{"data": [{{"id": "1", {live}}}, {{"id": 2}}, {{"id": "3", {live}}}]}}"#);
    let body = body.as_str();
    let client =
        || Client::with_transport(hub(), responses(&[(200, body), (200, r#"{"data": []}"#)]));
    let lenient: Vec<_> = client().items(GetImages::new()).map(Result::unwrap).collect();
    assert_eq!(lenient.len(), 2);
    let mut strict = client().items(GetImages::new()).strict();
    let error = strict.next().unwrap().unwrap_err();
    let Error::Skipped { page: 1, source, .. } = &error else { panic!("{error:?}") };
    assert!(source.to_string().contains("data[1].id"), "{source}");
    assert!(strict.next().is_none());
}

#[test]
fn a_trackers_deadline_and_interval_are_set_on_the_iterator() {
    let slept = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&slept);
    let queued = job("queued");
    let client = Client::with_transport(hub(), move |_: Request<Vec<u8>>| {
        Ok::<_, io::Error>(Response::new(queued.clone()))
    });
    let client = client.with_sleep(move |time| log.lock().unwrap().push(time));
    let interval = Duration::from_millis(100);
    let tracking = client.track_job(&JobId::new("j1").unwrap());
    let mut tracking = tracking.deadline(Duration::from_secs(1)).poll_interval(interval);
    let error = tracking.wait().unwrap_err();
    assert!(
        matches!(error.job(), Some(cycle_images::flow::JobError::DeadlinePassed { .. })),
        "{error:?}"
    );
    let slept = slept.lock().unwrap();
    assert!(slept.len() >= 9 && slept.iter().all(|&time| time <= interval), "{slept:?}");
}

/// A transport that doesn't implement `upload` refuses one before anything is sent.
#[test]
fn a_closure_cannot_upload() {
    let image = serde_json::json!({"id": "i1", "state": {"current": "uploading"},
        "source": {"type": "direct", "details": {"id": "s1", "origin":
            {"type": "cycle-upload", "details": {"token": "t", "expires": "2999-01-01T00:00:00Z"}}}}});
    let client = Client::with_transport(hub(), responses(&[(200, "{}")]));
    let tar = Tar::new(&b"a tar"[..], 5);
    let image = serde_json::from_value(image).unwrap();
    let tar = tar.with_progress(|_| panic!("the tar was read"));
    let error = client.upload(&image, tar).unwrap_err();
    assert!(matches!(error, Error::Transport { may_have_arrived: false, .. }), "{error:?}");
}

#[test]
fn a_user_agent_of_the_hub_comes_first() {
    use cycle_images::http::{HeaderValue, header::USER_AGENT};

    let hub = hub().with_header(USER_AGENT, HeaderValue::from_static("my-app/1.0"));
    let client = Client::with_transport(hub, |request: Request<Vec<u8>>| {
        let agent = request.headers()[USER_AGENT].to_str().unwrap();
        assert!(agent.starts_with("my-app/1.0 cycle-images/"), "{agent}");
        Ok::<_, SendFailure>(Response::new(r#"{"data": []}"#))
    });
    client.call(&GetImages::new()).unwrap();
}

#[test]
fn a_client_waits_for_a_condition_and_is_observed() {
    let count = Arc::new(AtomicU32::new(0));
    let events = Arc::clone(&count);
    let body =
        |state: &str| format!(r#"{{"data": {{"id": "i1", "state": {{"current": "{state}"}}}}}}"#);
    let (building, live) = (body("building"), body("live"));
    let client = Client::with_transport(hub(), responses(&[(200, &building), (200, &live)]))
        .with_sleep(|_| {})
        .with_observer(move |_| {
            events.fetch_add(1, Ordering::Relaxed);
        });
    let get = cycle_images::images::GetImage::new(cycle_images::ImageId::new("i1").unwrap());
    let reply =
        client.wait_until(get, |reply| Ok(reply.data.state.current.as_str() == "live")).unwrap();
    assert_eq!((reply.data.id.as_str(), count.load(Ordering::Relaxed)), ("i1", 4));
}
