use std::cell::Cell;
use std::io::Read;
use std::time::Duration;

use cycle_images::flow::{Exchange, JobTracker, Pages, RetryPolicy, SendError};
use cycle_images::model::{Image, JobDescriptor};
use cycle_images::operation::{ListOperation, ReplyOf};
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, JobId, Operation};
use ureq::{Agent, Proxy};

use crate::flow_iter::{FlowIter, Items, now, seed};
use crate::send::Sender;
use crate::{Error, Tar};

/// More than a clock of the system could be sure to count.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// A blocking client of one hub. Cloning is cheap, and clones share their connections.
///
/// It never follows a redirect, and a status is never an error of its own: the hub reads every
/// answer. What may safely be sent again is, as its [`RetryPolicy`] says.
///
/// | setting | default |
/// |---|---|
/// | time to connect | 10 s |
/// | time for a request and its answer | 60 s |
/// | size of an answer's body | 64 MiB |
/// | tries | 4 in 2 min |
/// | time for a tracked job | 1 h |
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
#[derive(Clone, Debug)]
pub struct Client {
    hub: Hub,
    retry: RetryPolicy,
    pub(crate) sender: Sender,
}

impl Client {
    /// A client with connections of its own.
    ///
    /// A proxy is taken from the environment (`HTTPS_PROXY` and its kin) for https alone: over
    /// plain http, the proxy could read the API key.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        let secure = hub.base_url().to_ascii_lowercase().starts_with("https:");
        let proxy = Proxy::try_from_env().filter(|_| secure);
        let config = Agent::config_builder().proxy(proxy);
        // ureq takes the system's library only if it is asked to.
        #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
        let config = config.tls_config(
            ureq::tls::TlsConfig::builder().provider(ureq::tls::TlsProvider::NativeTls).build(),
        );
        Self::with_agent(hub, config.build().new_agent())
    }

    /// A client of the hub that the environment names: `CYCLE_API_KEY`, `CYCLE_HUB_ID` and, if it
    /// is set, `CYCLE_BASE_URL`. Uploads go to Cycle's factory all the same, unless
    /// [`Hub::with_factory_url`] names another.
    ///
    /// # Errors
    /// Names the first variable that is missing or unusable.
    pub fn from_env() -> Result<Self, Error> {
        // What isn't UTF-8 must not be taken for unset: it is refused by name further on.
        let hub = Hub::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Self::new(hub))
    }

    /// A client that uses an agent of the caller's: its connections, TLS, proxy and middleware. The
    /// settings of this type go before the agent's.
    #[must_use]
    pub fn with_agent(hub: Hub, agent: Agent) -> Self {
        let sender = Sender {
            agent,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            body_limit: 64 << 20,
        };
        Self { hub, retry: RetryPolicy::default(), sender }
    }

    /// Sets the time in which a connection must be made, at most a year; 10 s if it isn't called.
    #[must_use]
    pub fn with_connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.sender.connect_timeout = connect_timeout.min(LONGEST);
        self
    }

    /// Sets the time in which a request must be answered in full, at most a year; 60 s if it isn't
    /// called. For an upload, it is the time in which each piece must be carried, and in which the
    /// factory must answer in full after the last one.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.sender.timeout = timeout.min(LONGEST);
        self
    }

    /// Sets how many bytes the body of an answer may have; 64 MiB if it isn't called. A build log
    /// may need more.
    #[must_use]
    pub fn with_body_limit(mut self, body_limit: u64) -> Self {
        self.sender.body_limit = body_limit;
        self
    }

    /// Sets what is sent again; [`RetryPolicy::disabled`] sends everything once.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// The hub that the client speaks to.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Sends an operation and waits for its reply.
    ///
    /// # Errors
    /// If an argument can't be sent, the request gets no response, or the response isn't a success.
    pub fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        let exchange = Exchange::new(operation, seed()).retry(self.retry);
        // An exchange ends with its reply, and not before it.
        FlowIter::new(self, exchange).next().unwrap_or_else(|| Err(Error::Ended))
    }

    /// Reads a list page by page, as the pages are asked for.
    ///
    /// What the filter or the sort looks at should not be changed meanwhile: a record that leaves
    /// the list moves the ones behind it up, across the pages that were read. Collect first.
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
    pub fn pages<O: ListOperation>(&self, operation: O) -> FlowIter<Pages<O>> {
        self.run(Pages::new(operation, seed()).retry(self.retry))
    }

    /// Reads the records of a list, across its pages, as they are asked for. What is said of
    /// [`pages`](Self::pages) holds here, too; a record that couldn't be read is left out here, and
    /// stands in its page's `skipped` there.
    pub fn items<O: ListOperation>(&self, operation: O) -> Items<O> {
        Items::new(self.pages(operation))
    }

    /// Follows the job that does what was asked for. Capability: `apionly-jobs-view`.
    ///
    /// ```no_run
    /// # use cycle_images_ureq::Client;
    /// use cycle_images::{ImageId, images::CreateImageJob};
    ///
    /// # let client = Client::from_env()?;
    /// # let id = ImageId::new("651586fca6078e98982dbd90")?;
    /// let import = client.call(&CreateImageJob::import(id))?.data;
    /// for update in client.track(&import)? {
    ///     let progress = update?.progress;
    ///     println!("{} of {}", progress.done, progress.total);
    /// }
    /// # Ok::<(), cycle_images_ureq::Error>(())
    /// ```
    ///
    /// The job is given one hour; for another time, [run](Self::run) a
    /// [`JobTracker`] with a deadline of its own. The iterator's error tells
    /// whether the job failed, expired, is gone, or ran out of time: see [`Error::job`].
    ///
    /// # Errors
    /// If the descriptor names no job.
    pub fn track(&self, descriptor: &JobDescriptor) -> Result<FlowIter<JobTracker>, Error> {
        Ok(self.run(JobTracker::from_descriptor(descriptor, seed())?.retry(self.retry)))
    }

    /// Follows a job by its id. Capability: `apionly-jobs-view`.
    pub fn track_job(&self, id: impl Into<JobId>) -> FlowIter<JobTracker> {
        self.run(JobTracker::new(id, seed()).retry(self.retry))
    }

    /// Turns a flow of the caller's: one with settings of its own, or one that was stored. Its own
    /// retry policy counts, and not the client's.
    pub fn run<F: cycle_images::flow::Flow>(&self, flow: F) -> FlowIter<F> {
        FlowIter::new(self, flow)
    }

    /// Pushes the tar of an image of origin `cycle-upload` to the factory, and tells after each
    /// piece how many of its bytes are on the way. The tar is read as it is sent, and sent once.
    ///
    /// ```no_run
    /// # use cycle_images_ureq::{Client, Tar};
    /// # let client = Client::from_env()?;
    /// # let image = client.call(&cycle_images::images::CreateImage::new(
    /// #     cycle_images::SourceId::new("1")?))?.data;
    /// let tar = Tar::open("web.tar")?;
    /// client.upload(&image, tar, |sent| println!("{sent} bytes"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the image has no upload token or one that has ended, the tar can't be read or carried to
    /// the factory, or the factory refuses it.
    pub fn upload(
        &self,
        image: &Image,
        tar: Tar<'_>,
        mut progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        let upload = UploadImage::new(image)?;
        let (size, sent) = (tar.size(), Cell::new(0));
        let parts = self.hub.upload(&upload, size, now())?;
        let tar = tar.counted(|count| {
            sent.set(count);
            progress(count);
        });
        let body = parts.head.chain(tar).chain(&*parts.tail);
        let response = self.sender.upload(parts.request, body);
        let response = response.map_err(|error| error.into_error(UploadImage::NAME, 1))?;
        self.hub.upload_response(&upload, response)?;
        if sent.get() < size {
            let last_reported = "the response came before all of the tar was sent";
            return Err(SendError::maybe_sent(last_reported)
                .fatal()
                .into_error(UploadImage::NAME, 1));
        }
        Ok(())
    }
}
