//! What `call` sends again, and what it never does.

use std::time::{Duration, Instant};

use cycle_images::flow::RetryPolicy;
use cycle_images::images::{DeleteImage, GetImages, UpdateImage};
use cycle_images_tests::sandbox::{Fault, Sandbox, Seen};
use cycle_images_ureq::{Client, Error};

use crate::retrying_posts::create;
use crate::{client, failure};

/// Far longer than anything here may take.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// The usual tries, without the usual waits.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy::default().base(Duration::from_millis(1))
}

pub(crate) fn patient(sandbox: &Sandbox) -> Client {
    client(sandbox).with_retry(quick())
}

/// The status of the answer that an error tells of.
#[track_caller]
fn status(error: &Error) -> u16 {
    error.response().unwrap().status().as_u16()
}

#[test]
fn a_get_is_sent_until_it_is_answered() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox).with_retry(quick().tries(6));
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
    let sent: Vec<Seen> = sandbox.requests();
    assert_eq!(sent.len(), 6);
    for again in &sent[1..] {
        assert_eq!((&again.method, &again.path), (&sent[0].method, &sent[0].path));
        assert_eq!((&again.query, &again.headers), (&sent[0].query, &sent[0].headers));
    }
}

#[test]
fn a_patch_and_a_delete_are_sent_again_with_all_they_hold() {
    let sandbox = Sandbox::start().unwrap();
    let client = patient(&sandbox);
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

#[test]
fn without_retries_everything_is_sent_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox).with_retry(RetryPolicy::none());
    let faults =
        [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close, Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault.clone());
        failure(&client);
        sandbox.fault(fault);
        client.call(&create(&sandbox)).unwrap_err();
        assert_eq!(sandbox.requests().len(), 2 * count + 2);
    }
}

#[test]
fn the_error_is_the_last_answers() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox).with_retry(quick().tries(3));
    for fault in [Fault::unavailable(), Fault::too_many_requests("0"), Fault::bad_gateway()] {
        sandbox.fault(fault);
    }
    assert_eq!(status(&failure(&client)), 502);
    assert_eq!(sandbox.requests().len(), 3);

    for fault in [Fault::unavailable(), Fault::bad_gateway(), Fault::Close] {
        sandbox.fault(fault);
    }
    let error = failure(&client);
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert_eq!(sandbox.requests().len(), 6);
    // The next call has all its tries again.
    for fault in [Fault::unavailable(), Fault::Close] {
        sandbox.fault(fault);
    }
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
}

#[test]
fn what_would_be_answered_the_same_is_sent_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = patient(&sandbox);
    let switched_off = r#"{"error": {"code": "503.not-enabled", "title": "Off."}}"#;
    let faults = [
        Fault::json(500, "{}"),
        Fault::json(401, r#"{"error": "invalid_client"}"#),
        Fault::json(200, "not JSON"),
        Fault::json(503, switched_off),
        Fault::redirect(307, "/v1/images"),
    ];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault);
        assert!(failure(&client).response().is_some());
        assert_eq!(sandbox.requests().len(), count + 1);
    }
    let error = failure(&client.with_body_limit(10));
    assert!(matches!(error, Error::BodyTooLarge { limit: 10, .. }), "{error:?}");
    assert_eq!(sandbox.requests().len(), 6);
}

#[test]
fn retry_after_is_waited_for_up_to_a_limit() {
    let sandbox = Sandbox::start().unwrap();
    let limit = Duration::from_millis(80);
    let client = client(&sandbox).with_retry(quick().longest_asked(limit));
    sandbox.fault(Fault::too_many_requests("3600"));
    let start = Instant::now();
    client.call(&GetImages::new()).unwrap();
    let took = start.elapsed();
    assert!(limit <= took && took < LONG, "{took:?}");

    // What can't be waited for within the budget isn't waited for at all.
    let client = client.with_retry(quick().budget(Duration::from_secs(1)));
    sandbox.fault(Fault::too_many_requests("30"));
    let start = Instant::now();
    assert_eq!(status(&failure(&client)), 429);
    assert!(start.elapsed() < LONG);
    assert_eq!(sandbox.requests().len(), 3);
}

#[test]
fn each_try_has_the_whole_time() {
    let sandbox = Sandbox::start().unwrap();
    let limit = Duration::from_millis(100);
    let client = client(&sandbox).with_timeout(limit).with_retry(quick().tries(2));
    sandbox.fault(Fault::Delay(LONG));
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    let error = failure(&client);
    let took = start.elapsed();
    assert!(2 * limit <= took && took < LONG, "{took:?}");
    assert!(matches!(error, Error::Timeout { limit: told, .. } if told == limit), "{error:?}");
    assert_eq!(sandbox.requests().len(), 2);
}
