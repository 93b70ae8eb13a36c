//! What a client is made with.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::flow::{RetryPolicy, RetryQuota};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::support::{hub_at, sandbox_hub};

pub(crate) use cycle_images_tests::support::KEY;

use crate::driver::Client;

/// Makes a client of one kind.
pub(crate) type Make = fn(Setup) -> Client;

/// The waits of a client, in order.
pub(crate) type Waits = Arc<Mutex<Vec<Duration>>>;

/// Longer than any wait here, and shorter than a time limit of a request.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The settings that every client has: the defaults, but that each request is sent once.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) hub: Hub,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) quota: RetryQuota,
    pub(crate) body_limit: Option<u64>,
    /// Waits of at most [`LONGEST_WAIT`] take no time, and are noted here.
    pub(crate) waits: Option<Waits>,
    /// Counts the events that the client's observer gets.
    pub(crate) events: Arc<AtomicUsize>,
}

impl Setup {
    pub(crate) fn of_hub(hub: Hub) -> Self {
        let (timeout, call_timeout) = (Duration::from_secs(60), Duration::from_secs(120));
        Self {
            hub,
            retry: RetryPolicy::disabled(),
            timeout,
            call_timeout,
            quota: RetryQuota::default(),
            body_limit: None,
            waits: None,
            events: Arc::default(),
        }
    }

    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self::of_hub(sandbox_hub(sandbox))
    }

    pub(crate) fn with_key(sandbox: &Sandbox, key: &str) -> Self {
        let hub = Hub::new(key, sandbox.hub_id()).unwrap();
        Self::of_hub(hub.with_base_url(sandbox.url()).unwrap())
    }

    pub(crate) fn at(url: &str) -> Self {
        Self::of_hub(hub_at(url))
    }

    pub(crate) fn factory(self, url: &str) -> Self {
        Self { hub: self.hub.with_factory_url(url).unwrap(), ..self }
    }

    pub(crate) fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// The usual attempts, without waits between them.
    pub(crate) fn retrying(self) -> Self {
        self.retry(RetryPolicy::default().initial_backoff(Duration::ZERO))
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    pub(crate) fn call_timeout(self, call_timeout: Duration) -> Self {
        Self { call_timeout, ..self }
    }

    pub(crate) fn body_limit(self, body_limit: u64) -> Self {
        Self { body_limit: Some(body_limit), ..self }
    }

    pub(crate) fn noting(self, waits: &Waits) -> Self {
        Self { waits: Some(Arc::clone(waits)), ..self }
    }

    pub(crate) fn without_waits(self) -> Self {
        self.noting(&Waits::default())
    }
}
