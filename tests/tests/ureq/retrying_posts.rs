//! A POST is done once: it is sent again only if it surely was not done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_ureq::Client;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::hub;
use crate::retrying::{LONG, patient, quick};

pub(crate) fn create(sandbox: &Sandbox) -> CreateImage {
    CreateImage::new(SourceId::new(sandbox.source_id()).unwrap()).name("made once")
}

fn count_made(client: &Client) -> usize {
    client.call(&GetImages::new().filter_search("made once")).unwrap().data.len()
}

#[test]
fn a_post_that_may_have_been_received_is_sent_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = patient(&sandbox).with_timeout(Duration::from_millis(300));
    let not_done = [Fault::Close, Fault::unavailable(), Fault::bad_gateway(), Fault::json(504, "")];
    let done = [Fault::CloseAfter, Fault::Truncate, Fault::Delay(LONG)];
    let mut made = 0;
    for (faults, is_done) in [(not_done.as_slice(), false), (&done, true)] {
        for fault in faults {
            let before = sandbox.requests().len();
            sandbox.fault(fault.clone());
            let error = client.call(&create(&sandbox)).unwrap_err();
            assert!(error.may_have_arrived(), "{fault:?}: {error:?}");
            assert_eq!(sandbox.requests().len(), before + 1, "{fault:?}");
            made += usize::from(is_done);
            assert_eq!(count_made(&client), made, "{fault:?}");
        }
    }
}

#[test]
fn a_post_that_was_refused_is_sent_again() {
    let sandbox = Sandbox::start().unwrap();
    let client = patient(&sandbox);
    sandbox.fault(Fault::too_many_requests("0"));
    sandbox.fault(Fault::unavailable_until("0"));
    assert_eq!(client.call(&create(&sandbox)).unwrap().data.name, "made once");
    let sent = sandbox.requests();
    assert_eq!(sent.len(), 3);
    assert!(!sent[0].body.is_empty());
    assert!(sent[0].body == sent[1].body && sent[1].body == sent[2].body);
    assert_eq!(count_made(&client), 1);
}

/// Finds no host the first times.
#[derive(Debug)]
struct Lost {
    times: usize,
    asked: Arc<AtomicUsize>,
    resolver: DefaultResolver,
}

impl Resolver for Lost {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if self.asked.fetch_add(1, Ordering::Relaxed) < self.times {
            return Err(ureq::Error::HostNotFound);
        }
        self.resolver.resolve(uri, config, timeout)
    }
}

#[test]
fn a_post_that_never_left_is_sent_again() {
    let sandbox = Sandbox::start().unwrap();
    for (times, is_made) in [(3, true), (4, false)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let resolver = Lost { times, asked: asked.clone(), resolver: DefaultResolver::default() };
        let agent = Agent::with_parts(Config::default(), DefaultConnector::default(), resolver);
        let client = Client::with_agent(hub(&sandbox), agent).with_retry(quick());
        let before = sandbox.requests().len();
        match client.call(&create(&sandbox)) {
            Ok(_) => assert!(is_made),
            Err(error) => assert!(!is_made && !error.may_have_arrived(), "{error:?}"),
        }
        assert_eq!(asked.load(Ordering::Relaxed), 4);
        assert_eq!(sandbox.requests().len(), before + usize::from(is_made));
    }
}
