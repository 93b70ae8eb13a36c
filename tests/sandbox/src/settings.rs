//! The settings of a sandbox.

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

/// Setters that take a value as it is.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $name;
                self
            }
        )*
    };
}

impl Settings {
    setters! {
        /// The time of each state of an image and each step of a job: 25 ms by default.
        ///
        /// With a long step, nothing changes until a test calls
        /// [`Sandbox::skip`](crate::Sandbox::skip).
        step: Duration;

        /// How many times a new job is answered with `404.job` before it is found: 0 by default.
        hidden_job_reads: u32;

        /// How each job ends; [`Sandbox::next_job`](crate::Sandbox::next_job) is for one job.
        job_fate: JobOutcome;

        /// How lists are divided into pages.
        paging: Paging;

        /// How long an upload token is valid: an hour by default.
        upload_expiry: Duration;

        /// The number of small live images of the docker-hub source that a new sandbox has beside
        /// the others: `extra-0000` and so on.
        extra_images: usize;

        /// The port on 127.0.0.1; a free one by default.
        port: u16;

        /// How many requests [`Sandbox::requests`](crate::Sandbox::requests) returns, the last
        /// ones: 10,000 by default.
        kept_requests: usize;

        /// The delay of each response: none by default.
        latency: Duration;

        /// Prunes only images that are older than this: all unused images by default. On the
        /// platform it is 15 minutes.
        prune_age: Duration;

        /// How long the sandbox waits for the rest of a request, or for the next piece of an
        /// upload, before it closes the connection: two minutes by default. Idle connections are
        /// closed after this time as well.
        read_timeout: Duration;
    }

    /// The most records of a page, whatever size is requested: 100 by default.
    #[must_use]
    pub fn page_cap(mut self, cap: usize) -> Self {
        self.page_cap = cap.max(1);
        self
    }

    /// The records of a page if no size is requested: 25 by default.
    #[must_use]
    pub fn page_default(mut self, size: usize) -> Self {
        self.page_default = size.max(1);
        self
    }

    /// Accepts malformed requests that the platform accepts: see
    /// [what it refuses](crate#what-it-refuses).
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The API key with all capabilities; a new one by default.
    #[must_use]
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// The hub's id; a new one by default.
    #[must_use]
    pub fn hub_id(mut self, hub_id: impl Into<String>) -> Self {
        self.hub_id = Some(hub_id.into());
        self
    }

    /// Writes an empty list or map where the document has one and the platform writes `null`, for
    /// strict clients that are generated from the document.
    #[must_use]
    pub fn no_nulls(mut self) -> Self {
        self.nulls = false;
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
        /// The step that fails; a task without steps counts as one.
        step: usize,
        /// The message in the job, its task and its image.
        message: String,
    },
    /// It never starts, and expires.
    Expire,
    /// It completes, and is answered with `404.job` from then on.
    Vanish,
}

/// How lists are divided into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// All pages but the last are full.
    Honest,
    /// Each page is the first.
    Repeats,
    /// The first page has one record fewer than the others; no record is lost.
    ShortFirst,
}
