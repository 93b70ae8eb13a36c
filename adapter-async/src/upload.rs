//! Uploads: the one operation whose body is too large to be held in memory.

mod body;
mod sending;
mod tar;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::TarSent;
use cycle_images::http::Request;
use cycle_images::http::header::EXPECT;
use cycle_images::model::Image;
use cycle_images::upload::UploadImage;
use web_time::Instant;

pub use self::body::Body;
use self::sending::{Ended, Sending, UploadState};
pub use self::tar::Tar;
use crate::client::{set, set_user_agent};
use crate::clock::now;
use crate::drive::{timed_out, within};
use crate::transport::Outcome;
use crate::{Client, Error};

/// How long to wait for an early response, before a large tar is sent.
const EARLY_RESPONSE_WAIT: Duration = Duration::from_millis(300);

/// A tar of at most this many bytes is sent before an early response could arrive.
const SMALL: u64 = 64 << 10;

impl Client {
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
    /// Dropping the future stops the upload. If the factory doesn't read, the HTTP client may keep
    /// the connection for a while, with what it has buffered.
    ///
    /// # Errors
    /// If the image has no upload token or one that is expired, the tar can't be read, the factory
    /// can't be reached, or it refuses the tar. [`Error::Upload`] says how much of the tar was
    /// sent.
    #[doc(alias = "multipart")]
    pub async fn upload(&self, image: &Image, tar: Tar) -> Result<(), Error> {
        let uploading = self.upload_parts(image, tar);
        #[cfg(feature = "tracing")]
        let (uploading, span) = {
            let span = cycle_images::flow::call_span(UploadImage::NAME);
            (tracing::Instrument::instrument(uploading, span.clone()), span)
        };
        let result = uploading.await;
        #[cfg(feature = "tracing")]
        if let Err(error) = &result {
            cycle_images::flow::trace_failure(&span, error);
        }
        result
    }

    async fn upload_parts(&self, image: &Image, tar: Tar) -> Result<(), Error> {
        let upload = UploadImage::new(image)?;
        let size = tar.size();
        let parts = self.hub.upload(&upload, size, now())?;
        let state = CloseOnDrop(Arc::default());
        let tar = Sending::new(tar, Arc::clone(&state.0));
        let request = parts.request.map(|()| Body::of_upload(parts.head, tar, parts.tail));
        let started = Instant::now();
        let outcome = self.send_upload(request, size, &state.0).await;
        let (sent, error) = match state.0.ended() {
            (_, Some(Ended::Cancelled)) => return Err(Error::Cancelled),
            (sent, Some(Ended::Failed(error))) => (sent, Some(error)),
            (sent, None) => (sent, None),
        };
        self.hub.upload_outcome(&upload, outcome, TarSent { sent, size, error }, started.elapsed())
    }

    async fn send_upload(
        &self,
        mut request: Request<Body>,
        size: u64,
        state: &UploadState,
    ) -> Outcome {
        set_user_agent(request.headers_mut())?;
        if size > SMALL {
            set(request.headers_mut(), EXPECT, "100-continue")?;
        } else {
            state.open();
        }
        let mut sending = pin!(self.transport.upload(request));
        let limit = self.attempt_timeout;
        let mut reads = 0;
        loop {
            // A large tar may take hours, a stalled one must not: the time limit starts again with
            // each piece that is read.
            let progress = poll_fn(|context| match sending.as_mut().poll(context) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending => state.poll_read_past(&mut reads, context).map(|()| None),
            });
            match within(self.timer.wait(limit), progress).await {
                Some(Some(outcome)) => return outcome,
                Some(None) if reads == 1 && size > SMALL => {
                    // The head of the request is sent. A factory that refuses an upload may
                    // respond and close the connection at once. Were the tar being sent by then,
                    // writing would fail and the response be lost with the connection.
                    let wait = self.timer.wait(EARLY_RESPONSE_WAIT.min(limit));
                    if let Some(outcome) = within(wait, sending.as_mut()).await {
                        return outcome;
                    }
                    state.open();
                }
                Some(None) => {}
                None => return Err(timed_out(limit)),
            }
        }
    }
}

/// Ends the upload when it is dropped, so that no transport reads on after the caller has left.
struct CloseOnDrop(Arc<UploadState>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}
