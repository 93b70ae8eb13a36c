//! Uploads: the one operation whose body is too large to be held in memory.

mod body;
mod body_gate;
mod tar;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::{SendError, TarSent};
use cycle_images::http::header::EXPECT;
use cycle_images::model::Image;
use cycle_images::upload::UploadImage;

pub use self::body::Body;
use self::body_gate::{BodyGate, GateGuard};
use self::tar::Ended;
pub use self::tar::Tar;
use crate::client::{set, set_user_agent};
use crate::flow_stream::now;
use crate::{Client, Error, Timer, UploadTransport};

/// How long to wait for an early response, before a large tar is sent.
const EARLY_RESPONSE_WAIT: Duration = Duration::from_millis(300);

/// A tar of at most this many bytes is sent before an early response could arrive.
const SMALL: u64 = 64 << 10;

impl<T: UploadTransport, M: Timer> Client<T, M> {
    /// Uploads the tar of an image of origin `cycle-upload` to the factory. The tar is read while it is
    /// sent; [`Tar::with_progress`] follows it.
    ///
    /// An upload is never retried, as the platform's documents don't say whether a token can be used
    /// twice. After an upload that failed, [read](cycle_images::images::GetImage) the image: while its
    /// state is `uploading`, it has no complete tar. Create another image, which has a new token, and
    /// upload to that; delete the first one. After an upload that succeeded,
    /// [import](cycle_images::images::CreateImageJob) the image.
    ///
    /// ```
    /// # use cycle_images::model::Image;
    /// # use cycle_images_async::{Client, Error};
    /// use cycle_images_async::Tar;
    /// use futures_util::stream;
    ///
    /// # async fn run(client: Client, image: Image) -> Result<(), Error> {
    /// let tar = Tar::new(stream::iter([Ok("all of "), Ok("a tar")]), 12);
    /// client.upload(&image, tar).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Dropping the future stops the upload. If the factory doesn't read, the HTTP client may keep the
    /// connection for a while, with what it has buffered.
    ///
    /// # Errors
    /// If the image has no upload token or one that is expired, the tar can't be read, the factory
    /// can't be reached, or it refuses the tar. [`Error::Upload`] says how much of the tar was sent.
    #[doc(alias = "multipart")]
    pub async fn upload(&self, image: &Image, tar: Tar) -> Result<(), Error> {
        let upload = UploadImage::new(image)?;
        let size = tar.size();
        let parts = self.hub.upload(&upload, size, now())?;
        let sent = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&sent);
        let ended = tar.ended();
        let guard = GateGuard(BodyGate::default());
        let tar = tar.behind(guard.0.clone()).counted(move |count| {
            counter.store(count, Ordering::Relaxed);
        });
        let mut request = parts.request.map(|()| Body::of_upload(parts.head, tar, parts.tail));
        let headers = request.headers_mut();
        let mut is_set = set_user_agent(headers);
        if size > SMALL {
            is_set = is_set.and_then(|()| set(headers, EXPECT, "100-continue"));
        }
        let started = std::time::Instant::now();
        let mut sending = pin!(self.io.transport.upload(request));
        let outcome = async {
            is_set?;
            if size > SMALL {
                if let Some(outcome) = self.early_response(&guard.0, sending.as_mut()).await? {
                    return outcome.map_err(Into::into);
                }
            }
            guard.0.open();
            self.while_moving(&sent, sending).await
        };
        let outcome: Result<_, SendError> = outcome.await;
        let error = match ended.lock().ok().and_then(|mut ended| ended.take()) {
            Some(Ended::Cancelled) => return Err(Error::Cancelled),
            Some(Ended::Failed(error)) => Some(error),
            None => None,
        };
        let sent = TarSent { sent: sent.load(Ordering::Relaxed), size, error };
        self.hub.upload_outcome(&upload, outcome, sent, started.elapsed())
    }

    /// Waits until the head of the request is sent, and then a short time for a response to it. A
    /// factory that refuses an upload may respond and close the connection at once. Were the tar being
    /// sent by then, writing would fail and the response be lost with the connection.
    async fn early_response<F: Future>(
        &self,
        gate: &BodyGate,
        mut sending: Pin<&mut F>,
    ) -> Result<Option<F::Output>, SendError> {
        let head = poll_fn(|context| match sending.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending => gate.poll_was_read(context).map(|()| None),
        });
        match self.within(self.timeout, pin!(head)).await {
            Some(Some(outcome)) => Ok(Some(outcome)),
            Some(None) => Ok(self.within(EARLY_RESPONSE_WAIT.min(self.timeout), sending).await),
            None => Err(self.timed_out()),
        }
    }

    /// Waits for the response. The time limit starts anew as long as more of the tar was sent
    /// meanwhile: a large tar may take hours, a stalled one must not.
    async fn while_moving<R, E: Into<SendError>>(
        &self,
        sent: &AtomicU64,
        mut sending: Pin<&mut impl Future<Output = Result<R, E>>>,
    ) -> Result<R, SendError> {
        let mut last = 0;
        loop {
            if let Some(outcome) = self.within(self.timeout, sending.as_mut()).await {
                return outcome.map_err(Into::into);
            }
            let count = sent.load(Ordering::Relaxed);
            if count == last {
                return Err(self.timed_out());
            }
            last = count;
        }
    }

    fn timed_out(&self) -> SendError {
        SendError::maybe_sent("no progress within the time limit").timed_out(self.timeout)
    }

    /// The output of a future, unless it takes longer than `time`.
    async fn within<F: Future>(
        &self,
        time: Duration,
        mut future: Pin<&mut F>,
    ) -> Option<F::Output> {
        let mut timer = pin!(self.io.timer.wait(time));
        let mut is_timed = false;
        let outcome = poll_fn(|context| {
            // A running timer is polled first, as in `PendingRequests::advance`.
            let is_over = is_timed && timer.as_mut().poll(context).is_ready();
            match future.as_mut().poll(context) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending if is_over => Poll::Ready(None),
                Poll::Pending => {
                    is_timed = true;
                    timer.as_mut().poll(context).map(|()| None)
                }
            }
        });
        outcome.await
    }
}
