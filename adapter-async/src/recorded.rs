//! Recording and replay.

use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::sync::Arc;

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Replay, ReplayError, Session};
use futures_core::Stream;

use crate::target::BoxFuture;
use crate::transport::Outcome;
use crate::{Body, Client, Transport};

impl Client {
    /// Records the exchanges of this client, or replays a recording instead of sending, as the
    /// session says. A replay takes no time: the client doesn't wait. So in a replay, a tar that
    /// is uploaded must be in memory. Feature `har`.
    ///
    /// ```
    /// use cycle_images::recorded::{Recording, Session};
    /// use cycle_images::{Hub, images::GetImages};
    /// use cycle_images_async::{Client, Timer, Transport};
    ///
    /// # async fn run(transport: impl Transport + 'static, timer: impl Timer + 'static)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let har = br#"{"log": {"entries": [{
    ///     "request": {"method": "GET", "url": "https://api.cycle.io/v1/images"},
    ///     "response": {"status": 200, "content": {"text": "{\"data\": []}"}}}]}}"#;
    /// let session = Session::replay(Recording::from_har(har)?);
    /// let client = Client::new(Hub::new("key", "hub")?, transport, timer).with_session(&session);
    /// assert!(client.call(GetImages::new()).await?.data.is_empty());
    /// session.finish()?;
    /// # Ok(())
    /// # }
    /// # let unsent = async |_: cycle_images::http::Request<Vec<u8>>| {
    /// #     Err::<cycle_images::http::Response<Vec<u8>>, _>(std::io::Error::other("sent"))
    /// # };
    /// # pollster::block_on(run(unsent, async |_| {})).unwrap();
    /// ```
    #[must_use]
    pub fn with_session(mut self, session: &Session) -> Self {
        let session = session.clone();
        if session.is_replay() {
            self.timer = Arc::new(async |_| {});
        }
        self.transport = Arc::new(Recorded { transport: self.transport, session });
        self
    }
}

/// A transport in a session.
struct Recorded {
    transport: Arc<dyn Transport>,
    session: Session,
}

impl Transport for Recorded {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        if let Some(response) = self.session.respond(&request) {
            return Box::pin(ready(response.map_err(unmatched)));
        }
        let sending = self.transport.send(request.clone());
        push(self.session.clone(), request, sending)
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        let (head, body) = request.into_parts();
        let recorded = Request::from_parts(head.clone(), Vec::new());
        if let Some(response) = self.session.respond(&recorded) {
            return after_reading(body, response);
        }
        let sending = self.transport.upload(Request::from_parts(head, body));
        push(self.session.clone(), recorded, sending)
    }
}

/// Answers from recordings. Feature `har`.
impl Transport for Replay {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        Box::pin(ready(self.respond(&request).map_err(unmatched)))
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        let (head, body) = request.into_parts();
        after_reading(body, self.respond(&Request::from_parts(head, Vec::new())))
    }
}

/// Adds an exchange to the session when its response is there.
fn push(
    session: Session,
    request: Request<Vec<u8>>,
    sending: BoxFuture<'static, Outcome>,
) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let response = sending.await?;
        session.push(request, response.clone());
        Ok(response)
    })
}

/// Reads a body to its end, as a transport would, before it responds.
fn after_reading(
    mut body: Body,
    response: Result<Response<Vec<u8>>, ReplayError>,
) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
            piece?;
        }
        response.map_err(unmatched)
    })
}

/// A retry would find no recording, either.
fn unmatched(error: ReplayError) -> SendFailure {
    SendFailure::not_sent(error).fatal()
}
