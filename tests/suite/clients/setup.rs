//! What a client is made with.

use std::time::Duration;

use cycle_images::Hub;
use cycle_images::flow::RetryPolicy;
use cycle_images_tests::sandbox::Sandbox;

/// Makes a client of one kind.
pub(crate) type Make<D> = fn(Setup) -> D;

/// A key for servers that take any; it must never be seen but in a request.
pub(crate) const KEY: &str = "sec-key-0b5e9d";

/// The settings that every client has: those of its defaults, but that everything is sent once.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) hub: Hub,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) body_limit: u64,
}

impl Setup {
    pub(crate) fn of_hub(hub: Hub) -> Self {
        let (timeout, call_timeout) = (Duration::from_secs(60), Duration::from_secs(120));
        Self { hub, retry: RetryPolicy::disabled(), timeout, call_timeout, body_limit: 64 << 20 }
    }

    /// For a sandbox, which is its own factory.
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self::with_key(sandbox, sandbox.api_key())
    }

    pub(crate) fn with_key(sandbox: &Sandbox, key: &str) -> Self {
        let hub = Hub::new(key, sandbox.hub_id()).unwrap();
        let hub = hub.with_base_url(sandbox.url()).unwrap();
        Self::of_hub(hub.with_factory_url(sandbox.url()).unwrap())
    }

    /// For whatever is there.
    pub(crate) fn at(url: &str) -> Self {
        Self::of_hub(Hub::new(KEY, "the-hub").unwrap().with_insecure_base_url(url).unwrap())
    }

    pub(crate) fn factory(self, url: &str) -> Self {
        Self { hub: self.hub.with_factory_url(url).unwrap(), ..self }
    }

    pub(crate) fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    pub(crate) fn call_timeout(self, call_timeout: Duration) -> Self {
        Self { call_timeout, ..self }
    }

    pub(crate) fn body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }
}
