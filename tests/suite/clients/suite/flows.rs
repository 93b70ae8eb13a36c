//! Flows of the program: saved, observed, with policies of their own.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use cycle_images::flow::{Exchange, Pages, RetryPolicy};
use cycle_images::images::{CreateImage, GetImage, GetImages};
use cycle_images::{ImageId, SourceId};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Fault;

use super::{Test, attempts, create, once, retrying};
use crate::setup::{Make, Setup, Waits};

pub(super) fn tests() -> Vec<Test> {
    tests![
        flow_is_saved_before_each_request_and_not_sent_again,
        flow_that_cannot_be_saved_sends_nothing,
        flow_keeps_its_own_retry_policy,
        condition_is_polled_until_it_is_met_and_observed,
    ]
}

fn flow_is_saved_before_each_request_and_not_sent_again(make: Make) {
    let (sandbox, client) = once(make);
    sandbox.fault(Fault::too_many_requests("0"));
    sandbox.fault(Fault::CloseAfter);
    let saved = Arc::new(Mutex::new(Vec::new()));
    let texts = Arc::clone(&saved);
    let save = move |flow: &Exchange<CreateImage>| {
        texts.lock().unwrap().push(serde_json::to_string(flow)?);
        Ok(())
    };
    let create = Exchange::new(create(&sandbox), 1).retry(RetryPolicy::default());
    client.run_with_save(create, save, |item| assert!(item.unwrap_err().may_have_arrived()));
    let saved = saved.lock().unwrap();
    assert_eq!((saved.len(), sandbox.requests().len()), (2, 2));
    for text in &*saved {
        let flow: Exchange<CreateImage> = serde_json::from_str(text).unwrap();
        client.run(flow, |item| {
            let error = item.unwrap_err();
            assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
        });
    }
    assert_eq!(sandbox.requests().len(), 2);
}

fn flow_that_cannot_be_saved_sends_nothing(make: Make) {
    let (sandbox, client) = retrying(make);
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let full = |_: &Exchange<CreateImage>| Err(io::Error::other("disk full"));
    client.run_with_save(Exchange::new(create, 1), full, |item| {
        let error = item.unwrap_err();
        assert!(!error.may_have_arrived() && attempts(&error) == 1, "{error:?}");
        let Error::Transport { source, .. } = &error else { panic!("{error:?}") };
        assert_eq!(source.to_string(), "disk full");
    });
    assert!(sandbox.requests().is_empty());
}

fn flow_keeps_its_own_retry_policy(make: Make) {
    let (sandbox, client) = once(make);
    let own = Setup::of(&sandbox).retrying().retry.max_attempts(3);
    for count in [3, 6] {
        (0..3).for_each(|_| sandbox.fault(Fault::Close));
        match count {
            3 => drop(client.run(Exchange::new(GetImages::new(), 7).retry(own), |item| {
                assert_eq!(attempts(&item.unwrap_err()), 3);
            })),
            _ => drop(client.run(Pages::new(GetImages::new(), 7).retry(own), |page| {
                assert_eq!(attempts(&page.unwrap_err()), 3);
            })),
        }
        assert_eq!(sandbox.requests().len(), count);
    }
}

fn condition_is_polled_until_it_is_met_and_observed(make: Make) {
    let image = |state: &str| {
        let body = format!(r#"{{"data": {{"id": "i1", "state": {{"current": "{state}"}}}}}}"#);
        Answer::json("200 OK", &body)
    };
    let server = RawServer::start(["building", "verifying", "live"].map(image)).unwrap();
    let waits = Waits::default();
    let setup = Setup::at(&server.url()).noting(&waits);
    let events = Arc::clone(&setup.events);
    let get = GetImage::new(ImageId::new("i1").unwrap());
    let reply = make(setup).wait_until_live(&get).unwrap();
    assert_eq!(reply.data.state.current.as_str(), "live");
    assert_eq!((server.requests().len(), waits.lock().unwrap().len()), (3, 2));
    assert_eq!(events.load(Ordering::Relaxed), 6);
}
