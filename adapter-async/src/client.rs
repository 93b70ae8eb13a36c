use std::time::Duration;

use cycle_images::flow::{Exchange, Flow, JobTracker, Pages, RetryPolicy, SendError};
use cycle_images::http::header::{HeaderName, HeaderValue, USER_AGENT};
use cycle_images::http::{HeaderMap, Request};
use cycle_images::model::JobDescriptor;
use cycle_images::operation::ListOperation;
use cycle_images::operation::ReplyOf;
use cycle_images::{Hub, JobId, Operation};

use crate::flow_stream::seed;
use crate::pending_requests::{Outcome, PendingRequests};
use crate::{Driver, Error, FlowStream, Items, NoTimer, Timer, Transport};

/// An async client of one hub, over the transport `T`. It waits by the timer `M`; without one, it
/// can [`call`](Client::call), and sends everything once.
///
/// | setting | default |
/// |---|---|
/// | time for a request and its answer | 60 s |
/// | tries | 4 in 2 min |
/// | time for a tracked job | 1 h |
///
/// The size of an answer and the time for a connection are the transport's.
///
/// A future or stream of a client borrows it, and does its work on the task that polls it. As long as
/// it is there, the client can't be moved: a task of its own takes a clone along.
///
/// ```
/// # use cycle_images::model::JobDescriptor;
/// # use cycle_images_async::{Client, Error, Timer, Transport};
/// # fn spawn(_: impl Future) {}
/// # fn run<T: Transport + Clone, M: Timer + Clone>(client: &Client<T, M>, import: JobDescriptor) {
/// let client = client.clone();
/// spawn(async move { client.track(&import)?.wait().await });
/// # }
/// ```
///
/// So does a stream that has to own its client, which the crate `async-stream` makes of one that
/// doesn't: `try_stream! { let mut items = client.items(list); while let Some(item) =
/// items.next().await { yield item?; } }`.
#[derive(Clone, Debug)]
pub struct Client<T, M = NoTimer> {
    pub(crate) hub: Hub,
    pub(crate) transport: T,
    pub(crate) timer: M,
    retry: RetryPolicy,
    pub(crate) timeout: Duration,
}

impl<T: Transport> Client<T> {
    /// A client that has its requests carried by this transport.
    ///
    /// ```
    /// use cycle_images::Hub;
    /// use cycle_images::http::{Request, Response};
    /// use cycle_images_async::Client;
    ///
    /// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
    /// let client = Client::new(hub, async |_: Request<Vec<u8>>| {
    ///     Ok::<_, std::io::Error>(Response::new(r#"{"data": []}"#))
    /// });
    /// # Ok::<(), cycle_images::RequestError>(())
    /// ```
    pub fn new(hub: Hub, transport: T) -> Self {
        let timeout = Duration::from_secs(60);
        Self { hub, transport, timer: NoTimer, retry: RetryPolicy::default(), timeout }
    }

    /// A client of the hub that the environment names: `CYCLE_API_KEY`, `CYCLE_HUB_ID` and, if it
    /// is set, `CYCLE_BASE_URL`. Uploads go to Cycle's factory all the same, unless
    /// [`Hub::with_factory_url`] names another.
    ///
    /// # Errors
    /// Names the first variable that is missing or unusable.
    pub fn from_env(transport: T) -> Result<Self, Error> {
        // What isn't UTF-8 must not be taken for unset: it is refused by name further on.
        let hub = Hub::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Self::new(hub, transport))
    }

    /// The client with a way to wait: for answers no longer than they may take, before what is sent
    /// again, and between looks at a job.
    pub fn with_timer<M: Timer>(self, timer: M) -> Client<T, M> {
        let Self { hub, transport, retry, timeout, .. } = self;
        Client { hub, transport, timer, retry, timeout }
    }

    /// Sends an operation once and waits for its reply, for as long as the transport does.
    ///
    /// # Errors
    /// If an argument can't be sent, the request gets no response, or the response isn't a success.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        let request = self.hub.request(operation)?;
        let response = send(&self.transport, request).await;
        let response = response.map_err(|error| error.into_error(O::NAME, 1))?;
        Ok(self.hub.response(operation, response)?)
    }
}

impl<T, M> Client<T, M> {
    /// The hub that the client speaks to.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }
}

impl<T: Transport, M: Timer> Client<T, M> {
    /// Sets the time in which a request must be answered in full; 60 s if it isn't called. For an
    /// upload, it is the time in which the next piece must be sent or the answer be there.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets what is sent again; [`RetryPolicy::disabled`] sends everything once.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sends an operation and waits for its reply.
    ///
    /// # Errors
    /// If an argument can't be sent, the request gets no response, or the response isn't a success.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        let exchange = Exchange::new(operation, seed()).retry(self.retry);
        // An exchange ends with its reply, and not before it.
        self.run(exchange).next().await.unwrap_or(Err(Error::Ended))
    }

    /// Reads a list page by page, as the pages are asked for.
    ///
    /// What the filter or the sort looks at should not be changed meanwhile: a record that leaves
    /// the list moves the ones behind it up, across the pages that were read. Collect first.
    ///
    /// ```
    /// # use cycle_images_async::{Client, Error, Timer, Transport};
    /// use cycle_images::images::{GetImages, ImageInclude};
    ///
    /// # async fn run(client: Client<impl Transport, impl Timer>) -> Result<(), Error> {
    /// let list = GetImages::new().include(ImageInclude::Sources).page_size(100);
    /// let mut pages = client.pages(list).prefetch(4);
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     println!("{} images of {} sources", page.data.len(), page.includes.sources.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages<O: ListOperation>(&self, operation: O) -> FlowStream<Pages<O>, impl Driver> {
        self.run(Pages::new(operation, seed()).retry(self.retry))
    }

    /// Reads the records of a list, across its pages, as they are asked for. What is said of
    /// [`pages`](Self::pages) holds here, too; a record that couldn't be read is left out here, and
    /// stands in its page's `skipped` there. To send for pages ahead:
    /// `client.pages(list).prefetch(4).items()`.
    pub fn items<O: ListOperation>(&self, operation: O) -> Items<O, impl Driver> {
        self.pages(operation).items()
    }

    /// Follows the job that does what was asked for. Capability: `apionly-jobs-view`.
    ///
    /// ```
    /// # use cycle_images_async::{Client, Error, Timer, Transport};
    /// use cycle_images::{ImageId, images::CreateImageJob};
    ///
    /// # async fn run(client: Client<impl Transport, impl Timer>, id: ImageId) -> Result<(), Error> {
    /// let import = client.call(&CreateImageJob::import(id)).await?.data;
    /// let mut tracking = client.track(&import)?;
    /// while let Some(update) = tracking.next().await {
    ///     let progress = update?.progress;
    ///     println!("{} of {}", progress.done, progress.total);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The job is given one hour; for another time, [run](Self::run) a [`JobTracker`] with a deadline
    /// of its own. The stream's error tells whether the job failed, expired, is gone, or ran out of
    /// time: see [`Error::job`].
    ///
    /// # Errors
    /// If the descriptor names no job.
    pub fn track<'c>(
        &'c self,
        descriptor: &JobDescriptor,
    ) -> Result<FlowStream<JobTracker, impl Driver + use<'c, T, M>>, Error> {
        Ok(self.run(JobTracker::from_descriptor(descriptor, seed())?.retry(self.retry)))
    }

    /// Follows a job by its id. Capability: `apionly-jobs-view`.
    pub fn track_job<'c>(
        &'c self,
        id: &JobId,
    ) -> FlowStream<JobTracker, impl Driver + use<'c, T, M>> {
        self.run(JobTracker::new(id, seed()).retry(self.retry))
    }

    /// Turns a flow of the caller's: one with settings of its own, or one that was stored. Its own
    /// retry policy counts, and not the client's. What this gives is of another type than what
    /// [`pages`](Self::pages) gives: where either may be turned, make the flow in both cases.
    pub fn run<F: Flow>(&self, flow: F) -> FlowStream<F, impl Driver> {
        let send = |request| send(&self.transport, request);
        let wait = |time| self.timer.wait(time);
        FlowStream::new(flow, PendingRequests::new(&self.hub, self.timeout, send, wait))
    }
}

async fn send<T: Transport>(transport: &T, mut request: Request<Vec<u8>>) -> Outcome<T::Body> {
    name_client(request.headers_mut())?;
    transport.send(request).await.map_err(Into::into)
}

pub(crate) fn name_client(headers: &mut HeaderMap) -> Result<(), SendError> {
    const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (async)");
    set(headers, USER_AGENT, NAME)
}

/// Sets a header, if there is room for it.
pub(crate) fn set(
    headers: &mut HeaderMap,
    name: HeaderName,
    value: &'static str,
) -> Result<(), SendError> {
    let set = headers.try_insert(name, HeaderValue::from_static(value));
    set.map(drop).map_err(|error| SendError::not_sent(error).fatal())
}
