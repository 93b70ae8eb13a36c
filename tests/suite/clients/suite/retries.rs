//! What is sent again.

use std::time::{Duration, Instant};

use cycle_images::error::Attempts;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{DeleteImage, GetImages, UpdateImage};
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Fault, RecordedRequest, Sandbox};

use super::posts::create;
use super::{LONG, Test, failure, quick, status, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(an_unavailable_platform_is_retried),
        test(a_retried_patch_has_its_whole_body),
        test(without_retries_each_request_is_sent_once),
        test(the_error_is_that_of_the_last_response),
        test(a_permanent_error_is_not_retried),
        test(a_retry_after_is_waited_for),
        test(all_calls_share_a_quota_of_retries),
    ]
}

fn an_unavailable_platform_is_retried<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick().max_attempts(6)));
    for fault in [
        Fault::too_many_requests("0"),
        Fault::unavailable(),
        Fault::Close,
        Fault::Truncate,
        Fault::bad_gateway(),
    ] {
        sandbox.fault(fault);
    }
    assert_eq!(client.call(&GetImages::new().page_size(3)).unwrap().data.len(), 3);
    let sent: Vec<RecordedRequest> = sandbox.requests();
    assert_eq!(sent.len(), 6);
    for again in &sent[1..] {
        assert_eq!((&again.method, &again.path), (&sent[0].method, &sent[0].path));
        assert_eq!((&again.query, &again.headers), (&sent[0].query, &sent[0].headers));
    }
}

fn a_retried_patch_has_its_whole_body<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    let image = client.call(&GetImages::new()).unwrap().data.remove(2);
    sandbox.fault(Fault::CloseAfter);
    sandbox.fault(Fault::unavailable());
    let renamed = client.call(&UpdateImage::new(&image.id).name("renamed")).unwrap();
    assert_eq!(renamed.data.name, "renamed");
    let sent = sandbox.requests().split_off(1);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|seen| seen.body == br#"{"name":"renamed"}"#), "{sent:?}");

    sandbox.fault(Fault::Close);
    client.call(&DeleteImage::new(&image.id)).unwrap();
    assert_eq!(sandbox.requests().len(), 1 + 3 + 2);
}

fn without_retries_each_request_is_sent_once<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(RetryPolicy::disabled()));
    let faults = [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault.clone());
        failure(&client);
        sandbox.fault(fault);
        client.call(&create(&sandbox)).unwrap_err();
        assert_eq!(sandbox.requests().len(), 2 * count + 2);
    }
}

fn the_error_is_that_of_the_last_response<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick().max_attempts(3)));
    for fault in [Fault::unavailable(), Fault::too_many_requests("0"), Fault::bad_gateway()] {
        sandbox.fault(fault);
    }
    assert_eq!(status(&failure(&client)), 502);
    assert_eq!(sandbox.requests().len(), 3);

    for fault in [Fault::unavailable(), Fault::bad_gateway(), Fault::Close] {
        sandbox.fault(fault);
    }
    let error = failure(&client);
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 3, .. }, .. }),
        "{error:?}"
    );
    assert_eq!(sandbox.requests().len(), 6);
    // The next call has all its tries again.
    for fault in [Fault::unavailable(), Fault::Close] {
        sandbox.fault(fault);
    }
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
}

fn a_permanent_error_is_not_retried<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    let switched_off = r#"{"error": {"code": "503.not-enabled", "title": "Off."}}"#;
    let faults = [
        Fault::json(500, "{}"),
        Fault::json(401, r#"{"error": "invalid_client"}"#),
        Fault::json(200, "not JSON"),
        Fault::json(503, switched_off),
    ];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault);
        assert!(failure(&client).response().is_some());
        assert_eq!(sandbox.requests().len(), count + 1);
    }
}

fn a_retry_after_is_waited_for<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let limit = Duration::from_millis(50);
    let client = make(Setup::of(&sandbox).retry(quick()));
    sandbox.fault(Fault::too_many_requests("1"));
    let start = Instant::now();
    client.call(&GetImages::new()).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));

    // What is longer than the policy waits for, or than the call has left, isn't waited for at all.
    for client in [
        make(Setup::of(&sandbox).retry(quick().max_retry_after(limit))),
        make(Setup::of(&sandbox).retry(quick()).call_timeout(Duration::from_secs(1))),
    ] {
        sandbox.fault(Fault::too_many_requests("30"));
        let start = Instant::now();
        let error = failure(&client);
        assert_eq!(status(&error), 429);
        assert!(error.to_string().ends_with("(Retry-After: 30)"), "{error}");
        assert!(start.elapsed() < LONG);
    }
    assert_eq!(sandbox.requests().len(), 4);
}

fn all_calls_share_a_quota_of_retries<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    for _ in 0..1_100 {
        sandbox.fault(Fault::unavailable());
    }
    for _ in 0..1_000 {
        assert_eq!(status(&failure(&client)), 503);
    }
    assert_eq!(sandbox.requests().len(), 1_100);
    client.call(&GetImages::new()).unwrap();
}
