//! The sandbox: a server on loopback that behaves as the platform does for images, image sources
//! and jobs, all in memory.
//!
//! It is written from the documents and shares no type with the client, so that a mistake in one
//! isn't hidden by the same mistake in the other.
//!
//! ```
//! use cycle_images_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start()?;
//! assert!(sandbox.url().starts_with("http://127.0.0.1:"));
//! assert!(sandbox.requests().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What it refuses
//! The `source` of a refusal is a JSON pointer into the body, or `/` and the parameter's name.
//!
//! | refused | if [lenient](Settings::lenient) |
//! |---|---|
//! | a body or `Content-Type` with `GET` or `DELETE` | ignored |
//! | a bare `?`, a stray `&` | ignored |
//! | a query parameter with an empty value, such as `filter[search]=` | ignored |
//! | an unknown property in a body | ignored |
//! | an unknown query parameter | refused, but for `task-object-id` of an older official client |
//! | a parameter that isn't a list, given twice | refused |
//! | an unknown value of `include`, `meta`, `sort` or a filter | refused |
//! | a value that the documents don't have: an unknown origin, a string for a number, an override that doesn't go with the origin | refused |
//! | a page number or size that isn't a whole number from 1 | refused |
//! | a query that isn't UTF-8 | refused |
//! | a duplicate property in a body | refused |
//! | a body whose `Content-Type` isn't `application/json` | refused |
//! | an `Authorization` or `X-Hub-Id` that is missing or duplicate | refused |
//! | an upload with an `Authorization`, or without a `Content-Length` | refused |
//!
//! # Control over HTTP
//! `POST /_sandbox/faults` sets a fault for the next request without one, by a body such as
//! `{"fault": "too_many_requests", "retry_after": "1"}`, `{"fault": "close"}`, `{"fault": "delay",
//! "ms": 500}` or `{"status": 500, "headers": {"x-a": "b"}, "body": "text"}`; others are
//! `unavailable`, `bad_gateway`, `close_after` and `truncate`. `POST /_sandbox/jobs` sets how the
//! next job ends, by `{"outcome": "fail", "step": 1, "message": "disk full"}`, or `complete`,
//! `expire`, `vanish`. `POST /_sandbox/skip` with `{"ms": 60000}` skips time. These requests have
//! the API key as `Authorization: Bearer`, and no hub; they are not in [`Sandbox::requests`].
//!
//! # Who can reach it
//! It listens on 127.0.0.1, and refuses a `Host` other than `localhost` and loopback addresses with
//! 421. Web pages of any origin may use the API, with the key. JSON bodies are limited to 16 MiB; a
//! request that doesn't arrive within [`Settings::read_timeout`] is dropped.
//!
//! # Absent values
//! They are as a Go service writes them: the zero time and empty strings, `null` for an empty list
//! or map (also for `data` if no record fits a filter), `includes` absent or `null` if none are
//! requested. [`Settings::no_nulls`] turns the nulls off.
//!
//! # What the documents don't say
//! A page holds 25 records and at most 100; records are in the order of their creation; pruning
//! makes no job if there is nothing to prune, and takes images of any age (the platform those older
//! than 15 minutes: see [`Settings::prune_age`]); an unknown method of a known path is refused with
//! 405, a body of more than 16 MiB with 413, by codes of the sandbox; an image becomes live after
//! its upload without an import; `source.details.id` of an image of a stack build is that of the
//! stack build.

mod auth;
mod body;
mod call;
mod clock;
mod connection;
mod control;
mod cors;
mod errors;
mod faults;
mod fields;
mod host;
mod image;
mod images;
mod includes;
mod job;
mod jobs;
mod linked;
mod nulls;
mod origin;
mod query;
mod recorded_request;
mod seed;
mod server;
mod settings;
mod source;
mod sources;
mod state;
mod tasks;
mod unique;
mod upload;
mod wire;

use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use faults::Fault;
pub use recorded_request::RecordedRequest;
pub use settings::{JobOutcome, Paging, Settings};

use server::{Server, Shared};

/// A running server. Dropping it stops the server and waits for its thread.
#[derive(Debug)]
pub struct Sandbox {
    url: String,
    api_key: String,
    view_only_api_key: String,
    hub_id: String,
    source_id: String,
    shared: Arc<Shared>,
    _server: Server,
}

impl Sandbox {
    /// Starts a sandbox with the default settings.
    ///
    /// # Errors
    /// If there is no free port or thread.
    pub fn start() -> io::Result<Self> {
        Self::with(Settings::default())
    }

    /// Starts a sandbox with these settings.
    ///
    /// # Errors
    /// If there is no free port or thread.
    pub fn with(settings: Settings) -> io::Result<Self> {
        let state = seed::state(settings);
        let secret = |n: usize| state.keys.get(n).map(|key| key.secret.clone());
        let source = state.sources.first().map(|source| source.id.clone());
        let (api_key, view_only_api_key) = (secret(0), secret(1));
        let hub_id = state.hub_id.clone();
        let shared = Arc::new(Shared::new(state));
        let server = Server::start(&shared)?;
        Ok(Self {
            url: format!("http://{}", server.address),
            api_key: api_key.unwrap_or_default(),
            view_only_api_key: view_only_api_key.unwrap_or_default(),
            hub_id,
            source_id: source.unwrap_or_default(),
            shared,
            _server: server,
        })
    }

    /// Its URL, without a slash at the end: `http://127.0.0.1:41234`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key with all capabilities.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// The key with `images-view`, `images-sources-view` and `apionly-jobs-view` only.
    #[must_use]
    pub fn view_only_api_key(&self) -> &str {
        &self.view_only_api_key
    }

    /// The hub that both keys belong to.
    #[must_use]
    pub fn hub_id(&self) -> &str {
        &self.hub_id
    }

    /// The seeded docker-hub source.
    #[must_use]
    pub fn source_id(&self) -> &str {
        &self.source_id
    }

    /// The seeded source with this identifier: `web` (docker-hub), `shop-api` (docker-file),
    /// `worker` (a bucket of an OCI registry), `pushed` (cycle-upload).
    #[must_use]
    pub fn source_called(&self, identifier: &str) -> Option<String> {
        let state = self.shared.state();
        let mut sources = state.sources.iter();
        let source = sources.find(|source| source.identifier == identifier);
        source.map(|source| source.id.clone())
    }

    /// The requests so far, in order; see [`Settings::kept_requests`].
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.seen().requests.iter().cloned().collect()
    }

    /// Waits until at least `count` requests have arrived, and returns whether they did within the
    /// time.
    #[must_use]
    pub fn wait_for_requests(&self, count: usize, within: Duration) -> bool {
        self.shared.wait(count, within)
    }

    /// The number of open connections.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.open.count()
    }

    /// Waits until no more than `count` connections are open, and returns whether that was so
    /// within the time.
    #[must_use]
    pub fn wait_for_connections(&self, count: usize, within: Duration) -> bool {
        self.shared.open.wait(count, within)
    }

    /// Sets the clock of the sandbox forward: its jobs and images go on.
    pub fn skip(&self, time: Duration) {
        self.shared.state().clock.skip(time);
    }

    /// Adds a fault, for the next request without one.
    pub fn fault(&self, fault: Fault) {
        self.shared.state().faults.push_back(fault);
    }

    /// Sets how the next job ends that isn't set yet.
    pub fn next_job(&self, fate: JobOutcome) {
        self.shared.state().fates.push_back(fate);
    }
}

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
