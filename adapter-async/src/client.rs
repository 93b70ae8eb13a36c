use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::{Exchange, Fault, Flow, ListOperation, Pages, RetryPolicy, Track};
use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images::http::{HeaderMap, Request};
use cycle_images::model::{Image, JobDescriptor};
use cycle_images::{Hub, JobId, Operation, ReplyOf, UploadImage};

use crate::in_flight::{InFlight, Outcome};
use crate::turn::{now, seed};
use crate::{Body, Carry, Error, Items, NoTimer, Tar, Timer, Transport, Turn, UploadTransport};

/// An async client of one hub, over the transport `T`. It waits by the timer `M`; without one, it
/// can [`call`](Client::call), and sends everything once.
///
/// | setting | default |
/// |---|---|
/// | time for a request and its answer | 60 s |
/// | tries | 4 in 2 min |
/// | time for a job that is tracked | 1 h |
///
/// The size of an answer and the time for a connection are the transport's.
///
/// A future or stream of a client borrows it; a task of its own takes a clone along. Its work is
/// done on the task that polls it, and stops when it is dropped.
#[derive(Clone, Debug)]
pub struct Client<T, M = NoTimer> {
    hub: Hub,
    transport: T,
    timer: M,
    retry: RetryPolicy,
    timeout: Duration,
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
    /// If an argument can't be sent, the request can't be carried to the platform and back, or the
    /// answer isn't a success.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        let request = self.hub.request(operation)?;
        let response = carry(&self.transport, request).await;
        let response = response.map_err(|fault| fault.of(O::NAME, 1))?;
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

    /// Sets what is sent again; [`RetryPolicy::none`] sends everything once.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sends an operation and waits for its reply.
    ///
    /// # Errors
    /// If an argument can't be sent, the request can't be carried to the platform and back, or the
    /// answer isn't a success.
    pub async fn call<O: Operation + Clone>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        let exchange = Exchange::new(operation.clone(), seed()).retry(self.retry);
        // An exchange ends with its reply, and not before it.
        self.turn(exchange).next().await.unwrap_or(Err(Error::Ended))
    }

    /// Reads a list page by page, as the pages are asked for.
    ///
    /// What the filter or the sort looks at should not be changed meanwhile: a record that leaves
    /// the list moves the ones behind it up, across the pages that were read. Collect first.
    pub fn pages<O: ListOperation>(&self, operation: O) -> Turn<Pages<O>, impl Carry> {
        self.turn(Pages::new(operation, seed()).retry(self.retry))
    }

    /// Reads the records of a list, across its pages, as they are asked for. What is said of
    /// [`pages`](Self::pages) holds here, too; a record that couldn't be read is left out here, and
    /// stands in its page's `unread` there.
    pub fn items<O: ListOperation>(&self, operation: O) -> Items<O, impl Carry> {
        self.pages(operation).items()
    }

    /// Follows the job that does what was asked for. Capability: `apionly-jobs-view`.
    ///
    /// The job is given one hour; for another time, [turn](Self::turn) a [`Track`] with a deadline
    /// of its own. The stream's error tells whether the job failed, expired, is gone, or ran out of
    /// time: see [`Error::job`].
    ///
    /// # Errors
    /// If the descriptor names no job.
    pub fn track(&self, descriptor: &JobDescriptor) -> Result<Turn<Track, impl Carry>, Error> {
        Ok(self.turn(Track::described(descriptor, seed())?.retry(self.retry)))
    }

    /// Follows a job by its id. Capability: `apionly-jobs-view`.
    pub fn track_job(&self, id: impl Into<JobId>) -> Turn<Track, impl Carry> {
        self.turn(Track::new(id, seed()).retry(self.retry))
    }

    /// Turns a flow of the caller's: one with settings of its own, or one that was stored. Its own
    /// retry policy counts, and not the client's.
    pub fn turn<F: Flow>(&self, flow: F) -> Turn<F, impl Carry> {
        let send = |request| carry(&self.transport, request);
        let wait = |time| self.timer.wait(time);
        Turn::new(flow, InFlight::new(&self.hub, self.timeout, send, wait))
    }

    /// Pushes the tar of an image of origin `cycle-upload` to the factory, and tells after each
    /// piece how many of its bytes are on the way. The tar is read as it is sent, and sent once.
    ///
    /// # Errors
    /// If the image has no upload token or one that has ended, the tar can't be read or carried to
    /// the factory, or the factory refuses it.
    pub async fn upload(
        &self,
        image: &Image,
        tar: Tar,
        mut progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<(), Error>
    where
        T: UploadTransport,
    {
        let upload = UploadImage::new(image)?;
        let parts = self.hub.upload(&upload, tar.size(), now())?;
        let sent = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&sent);
        let tar = tar.counted(move |count| {
            counter.store(count, Ordering::Relaxed);
            progress(count);
        });
        let mut request = parts.request.map(|()| Body::of_upload(parts.head, tar, parts.tail));
        name_client(request.headers_mut());
        let outcome = self.while_moving(&sent, self.transport.upload(request)).await;
        let response = outcome.map_err(|fault| fault.of(UploadImage::NAME, 1))?;
        Ok(self.hub.upload_response(&upload, response)?)
    }
}

impl<T, M: Timer> Client<T, M> {
    /// Waits for what is sent, for as long as more of it has been sent whenever the time is over.
    async fn while_moving<R, E: Into<Fault>>(
        &self,
        sent: &AtomicU64,
        sending: impl Future<Output = Result<R, E>>,
    ) -> Result<R, Fault> {
        let mut sending = pin!(sending);
        let mut seen = 0;
        loop {
            let mut timer = pin!(self.timer.wait(self.timeout));
            let outcome = poll_fn(|context| match sending.as_mut().poll(context) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending => timer.as_mut().poll(context).map(|()| None),
            });
            if let Some(outcome) = outcome.await {
                return outcome.map_err(Into::into);
            }
            let count = sent.load(Ordering::Relaxed);
            if count == seen {
                return Err(Fault::lost("nothing moved in time").timed_out(self.timeout));
            }
            seen = count;
        }
    }
}

async fn carry<T: Transport>(transport: &T, mut request: Request<Vec<u8>>) -> Outcome<T::Body> {
    name_client(request.headers_mut());
    transport.send(request).await.map_err(Into::into)
}

fn name_client(headers: &mut HeaderMap) {
    const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (async)");
    headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
}
