use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::SendError;
use cycle_images::http::header::EXPECT;
use cycle_images::model::Image;
use cycle_images::upload::UploadImage;

use crate::body_gate::{BodyGate, GateGuard};
use crate::client::{name_client, set};
use crate::flow_stream::now;
use crate::{Body, Client, Error, Tar, Timer, UploadTransport};

/// How long a factory is listened to before it is sent a large tar.
const LISTEN: Duration = Duration::from_millis(300);

/// A tar of this many bytes is on its way before any answer could come.
const SMALL: u64 = 64 << 10;

impl<T: UploadTransport, M: Timer> Client<T, M> {
    /// Pushes the tar of an image of origin `cycle-upload` to the factory, and tells after each
    /// piece how many of its bytes are on the way. The tar is read as it is sent, and sent once.
    ///
    /// ```
    /// # use cycle_images::model::Image;
    /// # use cycle_images_async::{Client, Error, Timer, UploadTransport};
    /// use cycle_images_async::Tar;
    /// use futures_util::stream;
    ///
    /// # async fn run<T: UploadTransport>(client: Client<T, impl Timer>, image: Image)
    /// # -> Result<(), Error> {
    /// // A file's pieces come from `tokio_util::io::ReaderStream`, for one.
    /// let tar = Tar::new(stream::iter([Ok("all of "), Ok("a tar")]), 12);
    /// client.upload(&image, tar, |sent| println!("{sent} bytes")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If it is dropped, no more of the tar is read. A connection whose peer takes nothing may still
    /// be held for a while by the HTTP client, with what was to be sent.
    ///
    /// # Errors
    /// If the image has no upload token or one that has ended, the tar can't be read or carried to
    /// the factory, or the factory refuses it.
    pub async fn upload(
        &self,
        image: &Image,
        tar: Tar,
        mut progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<(), Error> {
        let upload = UploadImage::new(image)?;
        let size = tar.size();
        let parts = self.hub.upload(&upload, size, now())?;
        let sent = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&sent);
        let keeper = GateGuard(BodyGate::default());
        let tar = tar.behind(keeper.0.clone()).counted(move |count| {
            counter.store(count, Ordering::Relaxed);
            progress(count);
        });
        let mut request = parts.request.map(|()| Body::of_upload(parts.head, tar, parts.tail));
        let headers = request.headers_mut();
        let mut is_set = name_client(headers);
        if size > SMALL {
            is_set = is_set.and_then(|()| set(headers, EXPECT, "100-continue"));
        }
        is_set.map_err(|error| error.into_error(UploadImage::NAME, 1))?;
        let mut sending = pin!(self.transport.upload(request));
        let carried = async {
            if size > SMALL {
                if let Some(outcome) = self.listen(&keeper.0, sending.as_mut()).await? {
                    return outcome.map_err(Into::into);
                }
            }
            keeper.0.open();
            self.while_moving(&sent, sending).await
        };
        let response = carried.await.map_err(|error| error.into_error(UploadImage::NAME, 1))?;
        self.hub.upload_response(&upload, response)?;
        if sent.load(Ordering::Relaxed) < size {
            let last_reported = "the answer came before all of the tar was sent";
            return Err(SendError::maybe_sent(last_reported)
                .fatal()
                .into_error(UploadImage::NAME, 1));
        }
        Ok(())
    }

    /// Waits for the head of a request to be taken, and a while for an answer to it. A factory that
    /// refuses may close the connection, and to write to it then would fail before its answer is
    /// read.
    async fn listen<F: Future>(
        &self,
        gate: &BodyGate,
        mut sending: Pin<&mut F>,
    ) -> Result<Option<F::Output>, SendError> {
        let head = poll_fn(|context| match sending.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending => gate.poll_asked(context).map(|()| None),
        });
        match self.within(self.timeout, pin!(head)).await {
            Some(Some(outcome)) => Ok(Some(outcome)),
            Some(None) => Ok(self.within(LISTEN.min(self.timeout), sending).await),
            None => Err(self.late()),
        }
    }

    /// Waits for what is sent, for as long as more of it has been sent whenever the time is over.
    async fn while_moving<R, E: Into<SendError>>(
        &self,
        sent: &AtomicU64,
        mut sending: Pin<&mut impl Future<Output = Result<R, E>>>,
    ) -> Result<R, SendError> {
        let mut seen = 0;
        loop {
            if let Some(outcome) = self.within(self.timeout, sending.as_mut()).await {
                return outcome.map_err(Into::into);
            }
            let count = sent.load(Ordering::Relaxed);
            if count == seen {
                return Err(self.late());
            }
            seen = count;
        }
    }

    fn late(&self) -> SendError {
        SendError::maybe_sent("nothing moved in time").timed_out(self.timeout)
    }

    /// What comes of a future in this time, if anything does.
    async fn within<F: Future>(
        &self,
        time: Duration,
        mut future: Pin<&mut F>,
    ) -> Option<F::Output> {
        let mut timer = pin!(self.timer.wait(time));
        let mut is_timed = false;
        let outcome = poll_fn(|context| {
            // A time that runs comes first, as in `PendingRequests::advance`.
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
