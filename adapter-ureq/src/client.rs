use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cycle_images::flow::{
    Event, Exchange, Flow, JobTracker, JobsTracker, Pages, RetryPolicy, RetryQuota, SendFailure,
    Until,
};
use cycle_images::http::{HeaderMap, Request, Response};
use cycle_images::model::{Image, JobDescriptor};
use cycle_images::operation::{ListOperation, ReplyOf};
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, JobId, Operation};
use ureq::{Agent, Proxy};

use crate::cancellation::Cancellation;
use crate::flow_iter::{FlowIter, now, seed};
use crate::send::{Sender, set_user_agent};
use crate::tar::Sending;
use crate::{Error, Items, Limits, Tar, Transport};

/// The longest time limit that every system's clock can count.
const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3600);

/// A blocking client for one hub.
///
/// Requests that are safe to repeat are retried; see [`RetryPolicy`]. Redirects are never followed.
///
/// | setting | default |
/// |---|---|
/// | time limit of a whole call: all attempts and waits | 2 min, see [`with_timeout`](Self::with_timeout) |
/// | time limit of an attempt, its response included | 60 s |
/// | time limit of a connection | 10 s |
/// | size limit of a response's body | 64 MiB |
/// | attempts | 4, see [`RetryPolicy`] |
/// | retries of all calls while the platform fails | 100, see [`RetryQuota`] |
/// | time limit of a tracked job | 1 h |
///
/// Cloning is cheap, and clones share their connections. So another time limit or retry policy for
/// one call is `client.clone().with_timeout(limit).call(operation)`.
///
/// # Cancellation
/// [`cancel`](Self::cancel) stops what the client and its clones do, in all threads. With the crate
/// `ctrlc`, for example:
///
/// ```no_run
/// # mod ctrlc { pub fn set_handler(_: impl FnMut() + 'static + Send) -> std::io::Result<()> { Ok(()) } }
/// # use cycle_images_ureq::Client;
/// let client = Client::from_env()?;
/// let stop = client.clone();
/// ctrlc::set_handler(move || stop.cancel())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```
/// use cycle_images::Hub;
/// use cycle_images_ureq::Client;
///
/// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
/// let client = Client::new(hub);
/// assert_eq!(client.hub().base_url(), "https://api.cycle.io");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone)]
pub struct Client {
    hub: Arc<Hub>,
    pub(crate) transport: Arc<dyn Transport>,
    cancellation: Arc<Cancellation>,
    sleep: Option<Arc<Sleep>>,
    limits: Limits,
    timeout: Duration,
    retry: RetryPolicy,
}

type Sleep = dyn Fn(Duration) + Send + Sync;

impl Client {
    /// A client over ureq, with a connection pool of its own.
    ///
    /// A proxy is taken from the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) for https
    /// only: over plain http, the proxy could read the API key, or the token of an upload.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        let config = Agent::config_builder().proxy(Proxy::try_from_env());
        // ureq uses the system's library only if it is asked to.
        #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
        let config = config.tls_config(
            ureq::tls::TlsConfig::builder().provider(ureq::tls::TlsProvider::NativeTls).build(),
        );
        Self::from_transport(hub, Sender::own(config.build()))
    }

    /// A client for the hub that the environment names: `CYCLE_API_KEY`, `CYCLE_HUB_ID` and, if
    /// they are set, `CYCLE_BASE_URL` and `CYCLE_FACTORY_URL`.
    ///
    /// # Errors
    /// Names the first variable that is missing or invalid.
    pub fn from_env() -> Result<Self, Error> {
        // A value that isn't UTF-8 must not be mistaken for a variable that isn't set: it is
        // refused as an invalid value of its variable.
        let hub = Hub::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Self::new(hub))
    }

    /// A client over an existing ureq agent, with its connection pool, TLS, proxy and middleware.
    /// The settings of the client take precedence over the agent's.
    ///
    /// The agent's proxy is used for plain http as well, except for uploads. The time limit of a
    /// connection holds for each read of the proxy's response to `CONNECT`, not for all of it; the
    /// limit of an upload, for each write to the socket.
    #[must_use]
    pub fn from_agent(hub: Hub, agent: Agent) -> Self {
        Self::from_transport(hub, Sender { agent, is_own: false })
    }

    /// A client over any other transport: another HTTP client, or a closure in a test. The
    /// transport gets the client's time and size limits, and has to apply them.
    ///
    /// ```
    /// use cycle_images::{Hub, images::GetImages, recorded};
    /// use cycle_images_ureq::Client;
    ///
    /// let unavailable = |_| recorded::response(b"HTTP/2 503\n\n");
    /// let client = Client::from_transport(Hub::new("key", "hub")?, unavailable)
    ///     .with_sleep(|_| {}); // retries take no time
    /// assert!(client.call(GetImages::new()).is_err());
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    #[must_use]
    pub fn from_transport(hub: Hub, transport: impl Transport + 'static) -> Self {
        #[cfg(feature = "tracing")]
        let hub = hub.with_observer(cycle_images::flow::trace);
        Self {
            hub: Arc::new(hub),
            transport: Arc::new(transport),
            cancellation: Arc::default(),
            sleep: None,
            limits: Limits::default(),
            timeout: Duration::from_secs(120),
            retry: RetryPolicy::default(),
        }
    }

    /// Sets the time limit of making a connection, at most a year; 10 s by default.
    #[must_use]
    pub fn with_connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.limits.connect_timeout = connect_timeout.min(MAX_TIMEOUT);
        self
    }

    /// Sets the time limit of a whole call: of all attempts, their responses and the waits between
    /// them; 2 min by default. Of a list, it is the limit for each page. A tracked job and a
    /// condition have a limit of their own: see [`FlowIter::deadline`]. An upload has none.
    #[doc(alias("deadline", "max_elapsed", "operation_timeout"))]
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time limit of an attempt, its response included, at most a year; 60 s by default.
    /// An attempt also ends with the time limit of its call or job. For an upload, it is the limit
    /// for each piece of the tar and for the response after the last one.
    #[doc(alias("operation_attempt_timeout"))]
    #[must_use]
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(mut self, body_limit: u64) -> Self {
        self.limits.body_limit = body_limit;
        self
    }

    /// Sets what is retried, how often and after how long; [`RetryPolicy::disabled`] sends each
    /// request once.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the quota of retries that all calls of this client share; 100 retries by default. A
    /// clone shares the quota that it was cloned with.
    #[must_use]
    pub fn with_retry_quota(mut self, retry_quota: RetryQuota) -> Self {
        self.hub = Arc::new(Hub::clone(&self.hub).with_retry_quota(retry_quota));
        self
    }

    /// Calls a function with each [event](cycle_images::flow::Event) of this client's flows:
    /// attempts, responses, retries, and states of jobs. See [`Hub::with_observer`].
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.hub = Arc::new(Hub::clone(&self.hub).with_observer(observer));
        self
    }

    /// Calls a function with the headers of each request to the platform: to add `traceparent`. See
    /// [`Hub::with_header_hook`].
    #[must_use]
    pub fn with_header_hook(
        mut self,
        hook: impl Fn(&mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.hub = Arc::new(Hub::clone(&self.hub).with_header_hook(hook));
        self
    }

    /// Sets how to sleep before a retry and between polls, such as by the timer of a runtime, or
    /// not at all in a test. The time that is asked for then counts as passed, for time limits too.
    /// [`cancel`](Self::cancel) is only seen when the function returns; the default wakes at once.
    #[must_use]
    pub fn with_sleep(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.sleep = Some(Arc::new(sleep));
        self
    }

    /// Cancels what this client and its clones do, in all threads, for good: each wait ends at
    /// once, no further request is sent, an upload ends before its next piece, and the running
    /// flows return [`Error::Cancelled`]. A flow can be [taken out](FlowIter::into_flow) and
    /// resumed by a new client.
    ///
    /// A request in flight isn't interrupted: its response is waited for, up to its time limit, and
    /// returned.
    #[doc(alias("shutdown", "ctrl-c", "abort"))]
    pub fn cancel(&self) {
        self.cancellation.cancel();
    }

    /// Whether this client or one of its clones was [cancelled](Self::cancel).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// The hub of this client.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Sends an operation and waits for its reply. The operation is passed by value or by
    /// reference; the front page of [`cycle_images`](cycle_images#operations) has a table of them.
    ///
    /// # Errors
    /// If an argument is invalid, the request gets no response, or the response isn't a success.
    pub fn call<O: Operation>(&self, operation: O) -> Result<ReplyOf<O>, Error> {
        let exchange = Exchange::new(operation, seed()).retry(self.retry).timeout(self.timeout);
        // An exchange yields its reply or an error before it is done.
        self.run(exchange).next().unwrap_or(Err(Error::Ended))
    }

    /// Reads a list page by page, each page when the iterator is asked for it.
    ///
    /// The platform reports no total, so the list is read until a page is empty: the last request
    /// returns no records.
    ///
    /// Don't change what the filter or the sort refers to while the list is read: a record that
    /// leaves the list shifts all later ones, and one of them is missed at the next page boundary.
    /// Collect the list first.
    ///
    /// ```no_run
    /// # use cycle_images_ureq::Client;
    /// use cycle_images::images::{GetImages, ImageInclude};
    ///
    /// # let client = Client::from_env()?;
    /// for page in client.pages(GetImages::new().include(ImageInclude::Sources)) {
    ///     let page = page?;
    ///     println!("{} images of {} sources", page.data.len(), page.includes.sources.len());
    /// }
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    #[doc(alias = "paginate")]
    pub fn pages<O: ListOperation>(&self, operation: O) -> FlowIter<Pages<O>> {
        self.run(Pages::new(operation, seed()).retry(self.retry).timeout(self.timeout))
    }

    /// Reads the records of a list, across its pages. See [`pages`](Self::pages).
    ///
    /// Records that can't be decoded are skipped. [`Items::strict`] makes them an error;
    /// [`pages`](Self::pages) shows them as `skipped`.
    #[doc(alias = "paginate")]
    pub fn items<O: ListOperation>(&self, operation: O) -> Items<O> {
        self.pages(operation).items()
    }

    /// Follows the job that a descriptor names: the iterator yields an update whenever the job's
    /// state or progress changes. Capability: `apionly-jobs-view`.
    ///
    /// ```no_run
    /// # use cycle_images_ureq::Client;
    /// use cycle_images::{ImageId, images::CreateImageJob};
    ///
    /// # let client = Client::from_env()?;
    /// # let id = ImageId::new("651586fca6078e98982dbd90")?;
    /// let import = client.call(CreateImageJob::import(id))?.data;
    /// for update in client.track(&import)? {
    ///     let progress = update?.progress;
    ///     println!("{} of {}", progress.done, progress.total);
    /// }
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    ///
    /// The job has a time limit of one hour; [`FlowIter::deadline`] sets another. A job that
    /// fails, expires, no longer exists or passes its deadline is an error: see [`Error::job`].
    ///
    /// # Errors
    /// If the descriptor names no job.
    #[doc(alias("poll", "waiter"))]
    pub fn track(&self, descriptor: &JobDescriptor) -> Result<FlowIter<JobTracker>, Error> {
        Ok(self.run(JobTracker::from_descriptor(descriptor, seed())?.retry(self.retry)))
    }

    /// Follows a job by its id, as [`track`](Self::track) does. Capability: `apionly-jobs-view`.
    pub fn track_job(&self, id: &JobId) -> FlowIter<JobTracker> {
        self.run(JobTracker::new(id, seed()).retry(self.retry))
    }

    /// Follows many jobs of the hub by the list of jobs: 500 jobs take some 5 requests a round.
    /// What [`track_job`](Self::track_job) would yield of each is a
    /// [report](cycle_images::flow::JobReport), and so is an error that only one job has.
    /// Capability: `apionly-jobs-view`.
    ///
    /// ```no_run
    /// # use cycle_images::ImageId;
    /// # use cycle_images_ureq::Client;
    /// use cycle_images::images::CreateImageJob;
    ///
    /// # let client = Client::from_env()?;
    /// # let images: Vec<ImageId> = Vec::new();
    /// let mut ids = Vec::new();
    /// for image in &images {
    ///     let import = client.call(CreateImageJob::import(image))?.data;
    ///     // The platform doesn't always name a job.
    ///     ids.extend(import.job_id().cloned());
    /// }
    /// for reports in client.track_all(ids) {
    ///     for report in reports? {
    ///         match report.result {
    ///             Ok(update) => println!("{}: {}", report.id, update.job.state.current),
    ///             Err(error) => println!("{}: {error}", report.id),
    ///         }
    ///     }
    /// }
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    ///
    /// Each job has a time limit of one hour; [`FlowIter::deadline`] sets another. Jobs can be
    /// [added](FlowIter::add) and [removed](FlowIter::remove) meanwhile. It ends when no job is
    /// left: without ids, at once.
    #[doc(alias("poll", "waiter", "batch"))]
    pub fn track_all(
        &self,
        ids: impl IntoIterator<Item = impl Into<JobId>>,
    ) -> FlowIter<JobsTracker> {
        self.run(JobsTracker::new(ids, seed()).retry(self.retry))
    }

    /// Polls an operation until its reply meets a condition, and returns that reply; for at most
    /// one hour. The condition returns an error if it can no longer be met. For another time limit
    /// or interval, [run](Self::run) an [`Until`].
    ///
    /// ```no_run
    /// # use cycle_images_ureq::Client;
    /// use cycle_images::ImageId;
    /// use cycle_images::images::{self, GetImage};
    ///
    /// # let client = Client::from_env()?;
    /// let get = GetImage::new(ImageId::new("651586fca6078e98982dbd90")?);
    /// client.wait_until(get.clone(), images::is_live)?;
    /// client.wait_until(get, |reply| Ok(reply.data.size > 0))?;
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the operation or the condition fails, or the condition isn't met in time: then
    /// [`Error::last_reply`] is the last reply.
    #[doc(alias("poll", "waiter", "await_condition"))]
    pub fn wait_until<O: Operation>(
        &self,
        operation: O,
        condition: impl FnMut(&ReplyOf<O>) -> Result<bool, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<ReplyOf<O>, Error>
    where
        ReplyOf<O>: Send + Sync + 'static,
    {
        let until = Until::new(operation, condition, seed()).retry(self.retry);
        self.run(until).next().unwrap_or(Err(Error::Ended))
    }

    /// Runs a flow of the caller's: one with settings of its own, or one that was stored. The flow
    /// keeps its own retry policy.
    pub fn run<F: Flow>(&self, flow: F) -> FlowIter<F> {
        FlowIter::new(self, flow)
    }

    /// Uploads the tar of an image of origin `cycle-upload` to the factory. The tar is read while
    /// it is sent; [`Tar::with_progress`] follows it.
    ///
    /// An upload is never retried, as the platform's documents don't say whether a token can be
    /// used twice. After an upload that failed, [read](cycle_images::images::GetImage) the image:
    /// while its state is `uploading`, it has no complete tar. Create another image, which has a
    /// new token, and upload to that; delete the first one.
    ///
    /// After an upload that succeeded, [wait](Self::wait_until) until the image
    /// [is live](cycle_images::images::is_live): the factory names no job that could be tracked.
    /// The platform's documents don't say whether an import is needed as well; in the sandbox, it
    /// isn't.
    ///
    /// ```no_run
    /// # use cycle_images_ureq::{Client, Tar};
    /// # let client = Client::from_env()?;
    /// # let image = client.call(cycle_images::images::CreateImage::new(
    /// #     cycle_images::SourceId::new("1")?))?.data;
    /// client.upload(&image, Tar::open("web.tar")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the image has no upload token or one that is expired, the tar can't be read, the factory
    /// can't be reached, or it refuses the tar. [`Error::Upload`] says how much of the tar was
    /// sent.
    #[doc(alias = "multipart")]
    pub fn upload(&self, image: &Image, tar: Tar<'_>) -> Result<(), Error> {
        #[cfg(feature = "tracing")]
        let span = cycle_images::flow::call_span(UploadImage::NAME).entered();
        let result = self.send_upload(image, tar);
        #[cfg(feature = "tracing")]
        if let Err(error) = &result {
            cycle_images::flow::trace_failure(&span, error);
        }
        result
    }

    fn send_upload(&self, image: &Image, tar: Tar<'_>) -> Result<(), Error> {
        let upload = UploadImage::new(image)?;
        let parts = self.hub.upload(&upload, tar.size(), now())?;
        if self.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut tar = Sending::new(tar, self);
        let started = Instant::now();
        let mut request = parts.request;
        let response = set_user_agent(request.headers_mut()).and_then(|()| {
            let mut body = parts.head.chain(&mut tar).chain(&*parts.tail);
            self.transport.upload(request, &mut body, &self.limits)
        });
        if tar.is_cancelled() {
            return Err(Error::Cancelled);
        }
        self.hub.upload_outcome(&upload, response, tar.sent(), started.elapsed())
    }

    /// Sends a request, within what is left of the time limit of its call.
    pub(crate) fn send(
        &self,
        mut request: Request<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        set_user_agent(request.headers_mut())?;
        let limits = Limits {
            timeout: self.limits.timeout.min(timeout),
            connect_timeout: self.limits.connect_timeout.min(timeout),
            ..self.limits
        };
        self.transport.send(request, &limits)
    }

    pub(crate) fn sleep(&self, time: Duration) {
        match &self.sleep {
            Some(sleep) => sleep(time),
            None => self.cancellation.wait(time),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("hub", &self.hub)
            .field("limits", &self.limits)
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
