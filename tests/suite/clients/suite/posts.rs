//! A POST is done once: it is sent again only if it surely was not done.

use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::broken_responses::refusing;
use super::{LONG, Test, quick, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(a_post_that_may_have_taken_effect_is_sent_once),
        test(a_post_with_a_lost_response_is_sent_once),
        test(a_refused_post_is_retried),
        test(a_post_that_was_not_sent_is_retried),
    ]
}

pub(super) fn create(sandbox: &Sandbox) -> CreateImage {
    CreateImage::new(SourceId::new(sandbox.source_id()).unwrap()).name("made once")
}

fn count_made(client: &impl Driver) -> usize {
    client.call(&GetImages::new().filter_search("made once")).unwrap().data.len()
}

fn a_post_that_may_have_taken_effect_is_sent_once<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    let faults = [Fault::Close, Fault::unavailable(), Fault::bad_gateway(), Fault::json(504, "")];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault.clone());
        let error = client.call(&create(&sandbox)).unwrap_err();
        assert!(error.may_have_arrived(), "{fault:?}: {error:?}");
        assert_eq!(sandbox.requests().len(), count + 1, "{fault:?}");
    }
    assert_eq!(count_made(&client), 0);
}

fn a_post_with_a_lost_response_is_sent_once<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let setup = Setup::of(&sandbox).retry(quick());
    let short = setup.clone().timeout(Duration::from_millis(300));
    let rounds =
        [(Fault::CloseAfter, &setup), (Fault::Truncate, &setup), (Fault::Delay(LONG), &short)];
    for (count, (fault, setup)) in rounds.into_iter().enumerate() {
        sandbox.fault(fault.clone());
        let error = make(setup.clone()).call(&create(&sandbox)).unwrap_err();
        assert!(error.may_have_arrived(), "{fault:?}: {error:?}");
        // On a busy machine, the time may be over before the request is there.
        assert!(sandbox.wait_for_requests(count + 1, LONG));
        assert_eq!(sandbox.requests().len(), count + 1, "{fault:?}");
    }
    assert_eq!(count_made(&make(Setup::of(&sandbox))), 3);
}

fn a_refused_post_is_retried<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    sandbox.fault(Fault::too_many_requests("0"));
    sandbox.fault(Fault::unavailable_until("0"));
    assert_eq!(client.call(&create(&sandbox)).unwrap().data.name, "made once");
    let sent = sandbox.requests();
    assert_eq!(sent.len(), 3);
    assert!(!sent[0].body.is_empty());
    assert!(sent[0].body == sent[1].body && sent[1].body == sent[2].body);
    assert_eq!(count_made(&client), 1);
}

/// By a client that can tell; for any other, it may have been done.
fn a_post_that_was_not_sent_is_retried<D: Driver>(make: Make<D>) {
    let (url, _kept) = refusing();
    let client = make(Setup::at(&url).retry(quick().max_attempts(3)));
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let error = client.call(&create).unwrap_err();
    let Error::Transport { attempts, .. } = error else { panic!("{error:?}") };
    assert_eq!(attempts.count, if client.tells_unsent() { 3 } else { 1 });
}
