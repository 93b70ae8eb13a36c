//! What a test may want otherwise than usual.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::RecordedRequest;

/// How a sandbox behaves. The default is what [`Sandbox::start`](crate::Sandbox::start) uses.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) step: Duration,
    pub(crate) page_cap: usize,
    pub(crate) page_default: usize,
    pub(crate) hidden_job_reads: u32,
    pub(crate) job_fate: JobOutcome,
    pub(crate) paging: Paging,
    pub(crate) upload_expiry: Duration,
    pub(crate) extra_images: usize,
    pub(crate) lenient: bool,
    pub(crate) port: u16,
    pub(crate) api_key: Option<String>,
    pub(crate) hub_id: Option<String>,
    pub(crate) kept_requests: usize,
    pub(crate) latency: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) nulls: bool,
    pub(crate) prune_age: Duration,
    pub(crate) observer: Option<Observer>,
}

/// A function that is called with each request and the status of its response.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<ObserverFn>);

type ObserverFn = dyn Fn(&RecordedRequest, u16) + Send + Sync;

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            step: Duration::from_millis(25),
            page_cap: 100,
            page_default: 25,
            hidden_job_reads: 0,
            job_fate: JobOutcome::Complete,
            paging: Paging::Honest,
            upload_expiry: Duration::from_secs(3600),
            extra_images: 0,
            lenient: false,
            port: 0,
            api_key: None,
            hub_id: None,
            kept_requests: 10_000,
            latency: Duration::ZERO,
            read_timeout: Duration::from_secs(120),
            nulls: true,
            prune_age: Duration::ZERO,
            observer: None,
        }
    }
}

impl Settings {
    /// How long each state of an image and each step of a job lasts: 25 ms usually.
    ///
    /// With a long step nothing moves by itself, and a test moves time on with
    /// [`Sandbox::skip`](crate::Sandbox::skip).
    #[must_use]
    pub fn step(mut self, step: Duration) -> Self {
        self.step = step;
        self
    }

    /// The most records a page holds, whatever size was asked for: 100 usually.
    #[must_use]
    pub fn page_cap(mut self, cap: usize) -> Self {
        self.page_cap = cap.max(1);
        self
    }

    /// How many records a page holds when no size was asked for: 25 usually.
    #[must_use]
    pub fn page_default(mut self, size: usize) -> Self {
        self.page_default = size.max(1);
        self
    }

    /// How many times a fresh job is answered with `404.job` before it shows: none usually.
    #[must_use]
    pub fn hidden_job_reads(mut self, reads: u32) -> Self {
        self.hidden_job_reads = reads;
        self
    }

    /// How every job ends; [`Sandbox::next_job`](crate::Sandbox::next_job) says it for one.
    #[must_use]
    pub fn job_fate(mut self, fate: JobOutcome) -> Self {
        self.job_fate = fate;
        self
    }

    /// How lists are cut into pages.
    #[must_use]
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }

    /// How long an upload token is good for: an hour usually.
    #[must_use]
    pub fn upload_expiry(mut self, expiry: Duration) -> Self {
        self.upload_expiry = expiry;
        self
    }

    /// How many small live images of the docker-hub source are seeded besides the usual ones,
    /// named `extra-0000` and so on.
    #[must_use]
    pub fn extra_images(mut self, count: usize) -> Self {
        self.extra_images = count;
        self
    }

    /// Accepts what the platform accepts though it is no good request: see the
    /// [strict rules](crate#what-it-refuses).
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The port on 127.0.0.1; any free one usually.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The API key that may do everything; a new one usually.
    #[must_use]
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// The hub's id; a new one usually.
    #[must_use]
    pub fn hub_id(mut self, hub_id: impl Into<String>) -> Self {
        self.hub_id = Some(hub_id.into());
        self
    }

    /// How many requests [`Sandbox::requests`](crate::Sandbox::requests) returns, the last ones; 10,000
    /// usually.
    #[must_use]
    pub fn kept_requests(mut self, count: usize) -> Self {
        self.kept_requests = count;
        self
    }

    /// How long each answer is held back, as on the way from a platform that is far: not at all
    /// usually.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Writes an empty list or map where the document has one and the platform writes `null`, for
    /// strict clients that are generated from the document.
    #[must_use]
    pub fn no_nulls(mut self) -> Self {
        self.nulls = false;
        self
    }

    /// Prunes only images that were created longer ago than this: all unused images usually, so that
    /// tests are quick. On the platform it is 15 minutes.
    #[must_use]
    pub fn prune_age(mut self, age: Duration) -> Self {
        self.prune_age = age;
        self
    }

    /// How long the sandbox waits for the rest of a request, or for the next piece of an upload,
    /// before it closes the connection: two minutes usually. It closes idle connections after this
    /// time, too.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Calls a function with each request and the status of its response, on the sandbox's thread.
    #[must_use]
    pub fn on_request(
        mut self,
        observer: impl Fn(&RecordedRequest, u16) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }
}

/// How a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobOutcome {
    /// Every step completes.
    Complete,
    /// The step with this number (from 0, over all tasks) starts and never completes.
    Fail {
        /// Which step fails; a task without steps counts as one.
        step: usize,
        /// What the job, its task and its image say about it.
        message: String,
    },
    /// It is never picked up and expires.
    Expire,
    /// It completes, and from then on answers `404.job`.
    Vanish,
}

/// How lists are cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// Full pages up to the last.
    Honest,
    /// Every page number answers with the first page.
    Repeats,
    /// The first page holds one record fewer than the pages after it; no record is lost.
    ShortFirst,
}
