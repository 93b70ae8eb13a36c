//! Recording and replay.

use std::io::{self, Read};
use std::sync::Arc;

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Replay, ReplayError, Session};

use crate::{Client, Limits, Transport};

impl Client {
    /// Records the exchanges of this client, or replays a recording instead of sending, as the
    /// session says. A replay takes no time: the client doesn't sleep. Feature `har`.
    ///
    /// ```
    /// use cycle_images::recorded::{Recording, Session};
    /// use cycle_images::{Hub, images::GetImages};
    /// use cycle_images_ureq::Client;
    ///
    /// let har = br#"{"log": {"entries": [{
    ///     "request": {"method": "GET", "url": "https://api.cycle.io/v1/images"},
    ///     "response": {"status": 200, "content": {"text": "{\"data\": []}"}}}]}}"#;
    /// let session = Session::replay(Recording::from_har(har)?);
    /// let client = Client::new(Hub::new("key", "hub")?).with_session(&session);
    /// assert!(client.call(&GetImages::new())?.data.is_empty());
    /// session.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_session(mut self, session: &Session) -> Self {
        let session = session.clone();
        if session.is_replay() {
            self = self.with_sleep(|_| {});
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
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        if let Some(response) = self.session.respond(&request) {
            return response.map_err(unmatched);
        }
        let response = self.transport.send(request.clone(), limits)?;
        self.session.push(request, response.clone());
        Ok(response)
    }

    fn upload(
        &self,
        request: Request<()>,
        body: &mut dyn Read,
        limits: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        let recorded = request.clone().map(|()| Vec::new());
        if let Some(response) = self.session.respond(&recorded) {
            io::copy(body, &mut io::sink())?;
            return response.map_err(unmatched);
        }
        let response = self.transport.upload(request, body, limits)?;
        self.session.push(recorded, response.clone());
        Ok(response)
    }
}

/// Answers from recordings. Feature `har`.
impl Transport for Replay {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        _: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        self.respond(&request).map_err(unmatched)
    }

    fn upload(
        &self,
        request: Request<()>,
        body: &mut dyn Read,
        _: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        io::copy(body, &mut io::sink())?;
        self.respond(&request.map(|()| Vec::new())).map_err(unmatched)
    }
}

/// A retry would find no recording, either.
fn unmatched(error: ReplayError) -> SendFailure {
    SendFailure::not_sent(error).fatal()
}
