//! Recording and replay.

use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::time::Duration;

use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Replay, ReplayError, Session};
use futures_core::Stream;

use crate::{Body, Client, DynTimer, DynTransport, Timer, Transport, UploadTransport};

/// A transport or a timer in a [`Session`]. The transport records the exchanges, or replays them and
/// sends nothing. The timer waits while recording, and takes no time in a replay. Feature `har`.
///
/// For a `Client` without parameters there is [`Client::with_session`].
///
/// ```
/// # use cycle_images::Hub;
/// # use cycle_images::recorded::Session;
/// # use cycle_images_async::{Client, Timer, Transport};
/// use cycle_images_async::Recorded;
///
/// # fn run(hub: Hub, transport: impl Transport, sleep: impl Timer, session: Session) {
/// let transport = Recorded::new(transport, &session);
/// let client = Client::new(hub, transport, Recorded::new(sleep, &session));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Recorded<T> {
    inner: T,
    session: Session,
}

impl<T> Recorded<T> {
    /// This transport or timer in a session.
    pub fn new(inner: T, session: &Session) -> Self {
        Self { inner, session: session.clone() }
    }
}

impl<T: Transport> Transport for Recorded<T> {
    type Error = SendError;
    type Body = Vec<u8>;

    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendError> {
        if let Some(response) = self.session.respond(&request) {
            return response.map_err(unmatched);
        }
        let response = self.inner.send(request.clone()).await.map_err(Into::into)?;
        let response = response.map(|body| body.as_ref().to_vec());
        self.session.push(request, response.clone());
        Ok(response)
    }
}

impl<T: UploadTransport> UploadTransport for Recorded<T> {
    async fn upload(&self, request: Request<Body>) -> Result<Response<Vec<u8>>, SendError> {
        let (head, body) = request.into_parts();
        let recorded = Request::from_parts(head.clone(), Vec::new());
        if let Some(response) = self.session.respond(&recorded) {
            read(body).await?;
            return response.map_err(unmatched);
        }
        let sending = self.inner.upload(Request::from_parts(head, body));
        let response = sending.await.map_err(Into::into)?;
        let response = response.map(|body| body.as_ref().to_vec());
        self.session.push(recorded, response.clone());
        Ok(response)
    }
}

impl<M: Timer> Timer for Recorded<M> {
    async fn wait(&self, time: Duration) {
        if !self.session.is_replay() {
            self.inner.wait(time).await;
        }
    }
}

/// Answers from recordings. Feature `har`.
///
/// As a transport of its own type, [`Replay::respond`] is called by a closure:
/// `async move |request| replay.respond(&request)`.
impl From<Replay> for DynTransport {
    fn from(replay: Replay) -> Self {
        let uploading = replay.clone();
        Self::new(move |request| ready(respond(&replay, &request))).with_upload(
            move |request: Request<Body>| {
                let replay = uploading.clone();
                async move {
                    let (head, body) = request.into_parts();
                    read(body).await?;
                    respond(&replay, &Request::from_parts(head, Vec::new()))
                }
            },
        )
    }
}

fn respond(replay: &Replay, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendError> {
    replay.respond(request).map_err(unmatched)
}

/// Reads a body to its end, as a transport would.
async fn read(mut body: Body) -> Result<(), SendError> {
    while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
        piece?;
    }
    Ok(())
}

impl Client {
    /// Records the exchanges of this client, or replays a recording instead of sending, as the session
    /// says. A replay takes no time: the client doesn't wait. So in a replay, a tar that is uploaded
    /// must be in memory. Feature `har`.
    ///
    /// ```
    /// use cycle_images::recorded::{Recording, Session};
    /// use cycle_images::{Hub, images::GetImages};
    /// use cycle_images_async::{Client, DynTimer, DynTransport};
    ///
    /// # async fn run(transport: DynTransport, timer: DynTimer) -> Result<(), Box<dyn std::error::Error>> {
    /// let har = br#"{"log": {"entries": [{
    ///     "request": {"method": "GET", "url": "https://api.cycle.io/v1/images"},
    ///     "response": {"status": 200, "content": {"text": "{\"data\": []}"}}}]}}"#;
    /// let session = Session::replay(Recording::from_har(har)?);
    /// let client: Client = Client::new(Hub::new("key", "hub")?, transport, timer);
    /// let client = client.with_session(&session);
    /// assert!(client.call(&GetImages::new()).await?.data.is_empty());
    /// session.finish()?;
    /// # Ok(())
    /// # }
    /// # let sent = DynTransport::new(|_| async { Err::<cycle_images::http::Response<Vec<u8>>, _>(std::io::Error::other("sent")) });
    /// # pollster::block_on(run(sent, DynTimer::new(|_| async {}))).unwrap();
    /// ```
    #[must_use]
    pub fn with_session(self, session: &Session) -> Self {
        let sent = Recorded::new(self.io.transport.clone(), session);
        let uploaded = sent.clone();
        let timer = Recorded::new(self.io.timer.clone(), session);
        let transport = DynTransport::new(move |request| {
            let transport = sent.clone();
            async move { transport.send(request).await }
        })
        .with_upload(move |request| {
            let transport = uploaded.clone();
            async move { transport.upload(request).await }
        });
        let timer = DynTimer::new(move |time| {
            let timer = timer.clone();
            async move { timer.wait(time).await }
        });
        self.over(transport, timer)
    }
}

/// A retry would find no recording, either.
fn unmatched(error: ReplayError) -> SendError {
    SendError::not_sent(error).fatal()
}
