//! What surely was not done is sent again, even a POST.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::CreateImage;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::Client;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::hub;

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
fn a_post_that_was_not_sent_is_retried() {
    let sandbox = Sandbox::start().unwrap();
    let create = CreateImage::new(SourceId::new(sandbox.source_id()).unwrap());
    // The usual tries, without the usual waits.
    let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    for (times, is_made) in [(3, true), (4, false)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let resolver = Lost { times, asked: asked.clone(), resolver: DefaultResolver::default() };
        let agent = Agent::with_parts(Config::default(), DefaultConnector::default(), resolver);
        let client = Client::with_agent(hub(&sandbox), agent).with_retry(policy);
        let before = sandbox.requests().len();
        match client.call(&create) {
            Ok(_) => assert!(is_made),
            Err(error) => assert!(!is_made && !error.may_have_arrived(), "{error:?}"),
        }
        assert_eq!(asked.load(Ordering::Relaxed), 4);
        assert_eq!(sandbox.requests().len(), before + usize::from(is_made));
    }
}
