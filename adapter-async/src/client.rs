use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use cycle_images::flow::{
    Event, Exchange, Flow, JobTracker, JobsTracker, Pages, RetryPolicy, RetryQuota, SendFailure,
    Until,
};
use cycle_images::http::header::{HeaderName, HeaderValue, USER_AGENT};
use cycle_images::http::{HeaderMap, Request};
use cycle_images::model::JobDescriptor;
use cycle_images::operation::{ListOperation, ReplyOf};
use cycle_images::{Hub, JobId, Operation};

use crate::flow_stream::seed;
use crate::target::BoxFuture;
use crate::transport::Outcome;
use crate::{Error, FlowStream, Items, Timer, Transport};

/// An async client for one hub, over any [transport](Transport) and any [timer](Timer).
///
/// Requests that are safe to repeat are retried; see [`RetryPolicy`].
///
/// | setting | default |
/// |---|---|
/// | time limit of a whole call: all attempts and waits | 2 min, see [`with_timeout`](Self::with_timeout) |
/// | time limit of an attempt, its response included | 60 s |
/// | attempts | 4, see [`RetryPolicy`] |
/// | retries of all calls while the platform fails | 100, see [`RetryQuota`] |
/// | time limit of a tracked job | 1 h |
///
/// The size limit of a response and the time limit of a connection are settings of the transport.
///
/// Cloning is cheap: clones share the transport and the timer. So another time limit or retry
/// policy for one call is `client.clone().with_timeout(limit).call(operation)`.
///
/// # Cancellation
/// All work is done on the task that polls a future or stream, and dropping it stops the work: no
/// task is left. The request in flight is dropped with it. Whether the platform has received it
/// isn't known then, and it may still take effect; a flow that was [saved](FlowStream::with_save)
/// can be resumed, and knows. HTTP/1.1 closes the connection of a dropped request, HTTP/2 resets
/// its stream.
///
/// ```
/// use cycle_images::Hub;
/// use cycle_images::images::GetImages;
/// use cycle_images::sources::GetImageSources;
/// use cycle_images_async::Client;
/// # use cycle_images::http::{Request, Response};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let transport = async |_: Request<Vec<u8>>| {
/// #     Ok::<_, std::io::Error>(Response::new(r#"{"data": []}"#))
/// # };
/// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
/// let client = Client::new(hub, transport, tokio::time::sleep); // or Reqwest::new()? and Tokio
/// let (images, sources) =
///     tokio::join!(client.call(GetImages::new()), client.call(GetImageSources::new()));
/// println!("{} images of {} sources", images?.data.len(), sources?.data.len());
///
/// tokio::select! {
///     images = client.call(GetImages::new()) => println!("{} images", images?.data.len()),
///     () = shutdown() => println!("cancelled"),
/// }
/// # Ok(())
/// # }
/// # async fn shutdown() { std::future::pending().await }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) hub: Arc<Hub>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) timer: Arc<dyn Timer>,
    pub(crate) attempt_timeout: Duration,
    timeout: Duration,
    retry: RetryPolicy,
}

impl Client {
    /// A client that sends its requests over a transport and waits by a timer.
    ///
    /// ```
    /// use cycle_images::Hub;
    /// use cycle_images::http::{Request, Response};
    /// use cycle_images_async::Client;
    ///
    /// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
    /// let transport = async |_: Request<Vec<u8>>| {
    ///     Ok::<_, std::io::Error>(Response::new(r#"{"data": []}"#))
    /// };
    /// let client = Client::new(hub, transport, async |_| {}); // retries take no time
    /// # Ok::<(), cycle_images::RequestError>(())
    /// ```
    #[must_use]
    pub fn new(hub: Hub, transport: impl Transport + 'static, timer: impl Timer + 'static) -> Self {
        #[cfg(feature = "tracing")]
        let hub = hub.with_observer(cycle_images::flow::trace);
        Self {
            hub: Arc::new(hub),
            transport: Arc::new(transport),
            timer: Arc::new(timer),
            attempt_timeout: Duration::from_secs(60),
            timeout: Duration::from_secs(120),
            retry: RetryPolicy::default(),
        }
    }

    /// A client for the hub that the environment names: `CYCLE_API_KEY`, `CYCLE_HUB_ID` and, if
    /// they are set, `CYCLE_BASE_URL` and `CYCLE_FACTORY_URL`.
    ///
    /// # Errors
    /// Names the first variable that is missing or invalid.
    pub fn from_env(
        transport: impl Transport + 'static,
        timer: impl Timer + 'static,
    ) -> Result<Self, Error> {
        // A value that isn't UTF-8 must not be mistaken for a variable that isn't set: it is
        // refused as an invalid value of its variable.
        let hub = Hub::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Self::new(hub, transport, timer))
    }

    /// Sets the time limit of a whole call: of all attempts, their responses and the waits between
    /// them; 2 min by default. Of a list, it is the limit for each page. A tracked job and a
    /// condition have a limit of their own: see [`FlowStream::deadline`]. An upload has none.
    #[doc(alias("deadline", "max_elapsed", "operation_timeout"))]
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time limit of an attempt, its response included; 60 s by default. An attempt also
    /// ends with the time limit of its call or job. For an upload, it is the limit for each piece
    /// of the tar and for the response after the last one.
    #[doc(alias("operation_attempt_timeout"))]
    #[must_use]
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
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
    pub async fn call<O: Operation>(&self, operation: O) -> Result<ReplyOf<O>, Error> {
        let exchange = Exchange::new(operation, seed()).retry(self.retry).timeout(self.timeout);
        // An exchange yields its reply or an error before it is done.
        self.run(exchange).next().await.unwrap_or(Err(Error::Ended))
    }

    /// Reads a list page by page, each page when the stream is polled for it.
    ///
    /// The platform reports no total, so the list is read until a page is empty: the last request
    /// returns no records. [`FlowStream::prefetch`] sends for several pages at once.
    ///
    /// Don't change what the filter or the sort refers to while the list is read: a record that
    /// leaves the list shifts all later ones, and one of them is missed at the next page boundary.
    /// Collect the list first.
    ///
    /// ```
    /// # use cycle_images_async::{Client, Error};
    /// use cycle_images::images::{GetImages, ImageInclude};
    ///
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let list = GetImages::new().include(ImageInclude::Sources).page_size(100);
    /// let mut pages = client.pages(list).prefetch(4);
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     println!("{} images of {} sources", page.data.len(), page.includes.sources.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "paginate")]
    pub fn pages<O: ListOperation>(&self, operation: O) -> FlowStream<Pages<O>> {
        self.run(Pages::new(operation, seed()).retry(self.retry).timeout(self.timeout))
    }

    /// Reads the records of a list, across its pages. See [`pages`](Self::pages).
    ///
    /// Records that can't be decoded are skipped. [`Items::strict`] makes them an error;
    /// [`pages`](Self::pages) shows them as `skipped`. To send for several pages at once:
    /// `client.pages(list).prefetch(4).items()`.
    #[doc(alias = "paginate")]
    pub fn items<O: ListOperation>(&self, operation: O) -> Items<O> {
        self.pages(operation).items()
    }

    /// Follows the job that a descriptor names: the stream yields an update whenever the job's
    /// state or progress changes. Capability: `apionly-jobs-view`.
    ///
    /// ```
    /// # use cycle_images_async::{Client, Error};
    /// use cycle_images::{ImageId, images::CreateImageJob};
    ///
    /// # async fn run(client: Client, id: ImageId) -> Result<(), Error> {
    /// let import = client.call(CreateImageJob::import(id)).await?.data;
    /// let mut updates = client.track(&import)?;
    /// while let Some(update) = updates.next().await {
    ///     let progress = update?.progress;
    ///     println!("{} of {}", progress.done, progress.total);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The job has a time limit of one hour; [`FlowStream::deadline`] sets another. A job that
    /// fails, expires, no longer exists or passes its deadline is an error: see [`Error::job`].
    ///
    /// # Errors
    /// If the descriptor names no job.
    #[doc(alias("poll", "waiter"))]
    pub fn track(&self, descriptor: &JobDescriptor) -> Result<FlowStream<JobTracker>, Error> {
        Ok(self.run(JobTracker::from_descriptor(descriptor, seed())?.retry(self.retry)))
    }

    /// Follows a job by its id, as [`track`](Self::track) does. Capability: `apionly-jobs-view`.
    pub fn track_job(&self, id: &JobId) -> FlowStream<JobTracker> {
        self.run(JobTracker::new(id, seed()).retry(self.retry))
    }

    /// Follows many jobs of the hub by the list of jobs: 500 jobs take some 5 requests a round.
    /// What [`track_job`](Self::track_job) would yield of each is a
    /// [report](cycle_images::flow::JobReport), and so is an error that only one job has.
    /// Capability: `apionly-jobs-view`.
    ///
    /// ```
    /// # use cycle_images_async::{Client, Error};
    /// use cycle_images::ImageId;
    /// use cycle_images::images::CreateImageJob;
    ///
    /// # async fn run(client: Client, images: Vec<ImageId>) -> Result<(), Error> {
    /// let mut ids = Vec::new();
    /// for image in &images {
    ///     let import = client.call(CreateImageJob::import(image)).await?.data;
    ///     // The platform doesn't always name a job.
    ///     ids.extend(import.job_id().cloned());
    /// }
    /// let mut jobs = client.track_all(ids);
    /// while let Some(reports) = jobs.next().await {
    ///     for report in reports? {
    ///         match report.result {
    ///             Ok(update) => println!("{}: {}", report.id, update.job.state.current),
    ///             Err(error) => println!("{}: {error}", report.id),
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each job has a time limit of one hour; [`FlowStream::deadline`] sets another. Jobs can be
    /// [added](FlowStream::add) and [removed](FlowStream::remove) meanwhile. It ends when no job is
    /// left: without ids, at once.
    #[doc(alias("poll", "waiter", "batch"))]
    pub fn track_all(
        &self,
        ids: impl IntoIterator<Item = impl Into<JobId>>,
    ) -> FlowStream<JobsTracker> {
        self.run(JobsTracker::new(ids, seed()).retry(self.retry))
    }

    /// Polls an operation until its reply meets a condition, and returns that reply; for at most
    /// one hour. The condition returns an error if it can no longer be met. For another time limit
    /// or interval, [run](Self::run) an [`Until`].
    ///
    /// ```
    /// # use cycle_images_async::{Client, Error};
    /// use cycle_images::ImageId;
    /// use cycle_images::images::{self, GetImage};
    ///
    /// # async fn run(client: Client, id: ImageId) -> Result<(), Error> {
    /// let get = GetImage::new(id);
    /// client.wait_until(&get, images::is_live).await?;
    /// client.wait_until(&get, |reply| Ok(reply.data.size > 0)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the operation or the condition fails, or the condition isn't met in time: then
    /// [`Error::last_reply`] is the last reply.
    #[doc(alias("poll", "waiter", "await_condition"))]
    pub async fn wait_until<O: Operation>(
        &self,
        operation: O,
        condition: impl FnMut(&ReplyOf<O>) -> Result<bool, Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<ReplyOf<O>, Error>
    where
        ReplyOf<O>: Send + Sync + 'static,
    {
        let until = Until::new(operation, condition, seed()).retry(self.retry);
        self.run(until).next().await.unwrap_or(Err(Error::Ended))
    }

    /// Runs a flow of the caller's: one with settings of its own, or one that was stored. The flow
    /// keeps its own retry policy.
    pub fn run<F: Flow>(&self, flow: F) -> FlowStream<F> {
        FlowStream::new(self, flow)
    }

    pub(crate) fn send(&self, mut request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        match set_user_agent(request.headers_mut()) {
            Ok(()) => self.transport.send(request),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("hub", &self.hub)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// Adds the client to the user agent of the hub or the operation, if there is one.
pub(crate) fn set_user_agent(headers: &mut HeaderMap) -> Result<(), SendFailure> {
    const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (async)");
    match headers.get_mut(USER_AGENT) {
        Some(agent) => {
            let both = [agent.as_bytes(), NAME.as_bytes()].join(&b' ');
            *agent = HeaderValue::try_from(both)
                .map_err(|error| SendFailure::not_sent(error).fatal())?;
            Ok(())
        }
        None => set(headers, USER_AGENT, NAME),
    }
}

/// Sets a header, if the map has room for it.
pub(crate) fn set(
    headers: &mut HeaderMap,
    name: HeaderName,
    value: &'static str,
) -> Result<(), SendFailure> {
    let set = headers.try_insert(name, HeaderValue::from_static(value));
    set.map(drop).map_err(|error| SendFailure::not_sent(error).fatal())
}
