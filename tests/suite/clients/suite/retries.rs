//! What is sent again. A POST is sent again only if it surely was not done.

use std::time::{Duration, Instant};

use cycle_images::flow::RetryQuota;
use cycle_images::images::{CreateImage, DeleteImage, GetImages, UpdateImage};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::no_response::refusing;
use super::{LONG, Test, attempts, create, failure, once, retrying, status};
use crate::driver::Client;
use crate::setup::{Make, Setup, Waits};

pub(super) fn tests() -> Vec<Test> {
    tests![
        unavailable_platform_is_retried_with_the_same_request,
        patch_and_delete_are_retried_with_their_bodies,
        requests_are_sent_once_without_retries,
        error_is_that_of_the_last_attempt,
        permanent_errors_are_not_retried,
        retry_after_is_waited_for_if_there_is_time,
        calls_share_the_quota_of_their_hub,
        post_that_may_have_arrived_is_sent_once,
        refused_post_is_retried,
        post_that_was_not_sent_is_retried,
    ]
}

fn unavailable_platform_is_retried_with_the_same_request(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let setup = Setup::of(&sandbox).retrying();
    let retry = setup.retry.max_attempts(6);
    for fault in [
        Fault::too_many_requests("0"),
        Fault::unavailable(),
        Fault::Close,
        Fault::Truncate,
        Fault::bad_gateway(),
    ] {
        sandbox.fault(fault);
    }
    let reply = make(setup.retry(retry)).call(&GetImages::new().page_size(3)).unwrap();
    assert_eq!(reply.data.len(), 3);
    let sent = sandbox.requests();
    assert_eq!(sent.len(), 6);
    for again in &sent[1..] {
        assert_eq!((&again.method, &again.path), (&sent[0].method, &sent[0].path));
        assert_eq!((&again.query, &again.headers), (&sent[0].query, &sent[0].headers));
    }
}

fn patch_and_delete_are_retried_with_their_bodies(make: Make) {
    let (sandbox, client) = retrying(make);
    let image = client.call(&GetImages::new()).unwrap().data.remove(2);
    sandbox.fault(Fault::CloseAfter);
    sandbox.fault(Fault::unavailable());
    let renamed = client.call(&UpdateImage::new(&image.id).name("renamed")).unwrap();
    assert_eq!(renamed.data.name, "renamed");
    let sent = sandbox.requests().split_off(1);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|request| request.body == br#"{"name":"renamed"}"#), "{sent:?}");
    sandbox.fault(Fault::Close);
    client.call(&DeleteImage::new(&image.id)).unwrap();
    assert_eq!(sandbox.requests().len(), 1 + 3 + 2);
}

fn requests_are_sent_once_without_retries(make: Make) {
    let (sandbox, client) = once(make);
    let faults = [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault.clone());
        failure(&client);
        sandbox.fault(fault);
        client.call(&create(&sandbox)).unwrap_err();
        assert_eq!(sandbox.requests().len(), 2 * count + 2);
    }
}

fn error_is_that_of_the_last_attempt(make: Make) {
    let (sandbox, client) = retrying(make);
    let retried = [Fault::unavailable(), Fault::too_many_requests("0"), Fault::unavailable()];
    for last in [Fault::bad_gateway(), Fault::Close] {
        retried.iter().chain([&last]).for_each(|fault| sandbox.fault(fault.clone()));
        let error = failure(&client);
        match last {
            Fault::Close => assert_eq!(attempts(&error), 4),
            _ => assert_eq!(status(&error), 502),
        }
    }
    // The next call has all its attempts again.
    retried.iter().for_each(|fault| sandbox.fault(fault.clone()));
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
    assert_eq!(sandbox.requests().len(), 12);
}

fn permanent_errors_are_not_retried(make: Make) {
    let (sandbox, client) = retrying(make);
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

fn retry_after_is_waited_for_if_there_is_time(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let waits = Waits::default();
    let setup = Setup::of(&sandbox).retrying().noting(&waits);
    sandbox.fault(Fault::too_many_requests("3"));
    let start = Instant::now();
    make(setup.clone()).call(&GetImages::new()).unwrap();
    let waited: Duration = waits.lock().unwrap().drain(..).sum();
    // The time since the response counts, too.
    let seconds = Duration::from_secs(3);
    assert!(waited + start.elapsed() >= seconds && waited < seconds * 6 / 5, "{waited:?}");

    // Neither longer than the policy allows, nor than the call may take.
    let impatient = setup.retry.max_retry_after(Duration::from_millis(50));
    for setup in [setup.clone().retry(impatient), setup.call_timeout(Duration::from_secs(20))] {
        sandbox.fault(Fault::too_many_requests("30"));
        let start = Instant::now();
        let error = failure(&make(setup));
        assert_eq!(status(&error), 429);
        assert!(error.to_string().ends_with("(Retry-After: 30)"), "{error}");
        assert!(start.elapsed() < LONG && waits.lock().unwrap().is_empty());
    }
    assert_eq!(sandbox.requests().len(), 4);
}

fn calls_share_the_quota_of_their_hub(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let mut setup = Setup::of(&sandbox).retrying();
    setup.quota = RetryQuota::new(5);
    let client = make(setup);
    (0..25).for_each(|_| sandbox.fault(Fault::unavailable()));
    (0..20).for_each(|_| assert_eq!(status(&failure(&client)), 503));
    assert_eq!(sandbox.requests().len(), 25);
    client.call(&GetImages::new()).unwrap();
}

fn create_once(sandbox: &Sandbox) -> CreateImage {
    create(sandbox).name("made once")
}

fn count_made(client: &Client) -> usize {
    client.call(&GetImages::new().filter_search("made once")).unwrap().data.len()
}

fn post_that_may_have_arrived_is_sent_once(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let setup = Setup::of(&sandbox).retrying();
    let short = setup.clone().timeout(Duration::from_millis(300));
    // The last three take effect, and their responses are lost.
    let rounds = [
        (Fault::Close, &setup),
        (Fault::unavailable(), &setup),
        (Fault::bad_gateway(), &setup),
        (Fault::json(504, ""), &setup),
        (Fault::CloseAfter, &setup),
        (Fault::Truncate, &setup),
        (Fault::Delay(LONG), &short),
    ];
    for (count, (fault, setup)) in rounds.into_iter().enumerate() {
        let client = make(setup.clone());
        // A connection that was used before is no reason to send it twice.
        client.call(&GetImages::new()).unwrap();
        sandbox.fault(fault.clone());
        let error = client.call(&create_once(&sandbox)).unwrap_err();
        assert!(error.may_have_arrived(), "{fault:?}: {error:?}");
        // On a busy machine, the time may be over before the request is there.
        assert!(sandbox.wait_for_requests(2 * count + 2, LONG));
        assert_eq!(sandbox.requests().len(), 2 * count + 2, "{fault:?}");
    }
    assert_eq!(count_made(&make(Setup::of(&sandbox))), 3);
}

fn refused_post_is_retried(make: Make) {
    let (sandbox, client) = retrying(make);
    sandbox.fault(Fault::too_many_requests("0"));
    sandbox.fault(Fault::unavailable_until("0"));
    assert_eq!(client.call(&create_once(&sandbox)).unwrap().data.name, "made once");
    let sent = sandbox.requests();
    assert!(sent.len() == 3 && !sent[0].body.is_empty());
    assert!(sent[0].body == sent[1].body && sent[1].body == sent[2].body);
    assert_eq!(count_made(&client), 1);
}

/// By a client that can tell; for any other, it may have arrived.
fn post_that_was_not_sent_is_retried(make: Make) {
    let (url, _kept) = refusing();
    let client = make(Setup::at(&url).retrying());
    let create = CreateImage::new(cycle_images::SourceId::new("s1").unwrap());
    let error = client.call(&create).unwrap_err();
    assert_eq!(attempts(&error), if client.tells_unsent() { 4 } else { 1 });
}
