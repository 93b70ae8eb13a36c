use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};

use super::entry::Entry;
use super::recording::Recording;
use super::replay::{Replay, ReplayError};

/// Records the exchanges of a client, or replays a recording instead of sending. Both clients have
/// `with_session`. Feature `har`.
///
/// A test records once, against a hub or a sandbox, then replays. Choose the mode with an
/// environment variable:
///
/// ```
/// use cycle_images::recorded::{Recording, Session};
/// # fn test(har: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let session = if std::env::var_os("RECORD").is_some() {
///     Session::record()
/// } else {
///     Session::replay(Recording::from_har(&std::fs::read(har)?)?)
/// };
/// // client.with_session(&session), and the test with that client. Then:
/// if let Some(recorded) = session.finish()? {
///     std::fs::write(har, recorded)?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Clones share the recording.
#[derive(Clone)]
pub struct Session(Mode);

#[derive(Clone)]
enum Mode {
    Record(Arc<Mutex<Recording>>),
    Replay(Replay),
}

impl Session {
    /// A session that records.
    #[must_use]
    pub fn record() -> Self {
        Self(Mode::Record(Arc::default()))
    }

    /// A session that records, and in which these texts are redacted, as by
    /// [`Recording::redact_also`].
    #[must_use]
    pub fn redact_also<S: Into<crate::Secret>>(self, secrets: impl IntoIterator<Item = S>) -> Self {
        if let Mode::Record(recording) = &self.0 {
            let mut recording = recording.lock().unwrap_or_else(PoisonError::into_inner);
            *recording = std::mem::take(&mut *recording).redact_also(secrets);
        }
        self
    }

    /// A session that replays a recording, [matching](Replay::matching) requests in any order by
    /// their method, path, query and [body](Replay::match_bodies). For requests whose bodies
    /// differ from run to run: `Session::from(Replay::matching(recording))`.
    #[must_use]
    pub fn replay(recording: Recording) -> Self {
        Self::from(Replay::matching(recording).match_bodies())
    }

    /// Whether the session replays.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        matches!(self.0, Mode::Replay(_))
    }

    /// The response to a request if the session replays; `None` if the request is to be sent.
    pub fn respond(
        &self,
        request: &Request<Vec<u8>>,
    ) -> Option<Result<Response<Vec<u8>>, ReplayError>> {
        match &self.0 {
            Mode::Record(_) => None,
            Mode::Replay(replay) => Some(replay.respond(request)),
        }
    }

    /// Adds an exchange, if the session records. Exchanges stay in memory as they are; secrets are
    /// removed when they are [written](Recording::to_har).
    pub fn push(&self, request: Request<Vec<u8>>, response: Response<Vec<u8>>) {
        if let Mode::Record(recording) = &self.0 {
            let mut recording = recording.lock().unwrap_or_else(PoisonError::into_inner);
            recording.push(Entry::new(request, response));
        }
    }

    /// Ends the session: returns the HAR to be stored if it records, and checks that each
    /// recording was used if it replays.
    ///
    /// # Errors
    /// Names the recordings that were not used.
    pub fn finish(&self) -> Result<Option<String>, ReplayError> {
        match &self.0 {
            Mode::Record(recording) => {
                let recording = recording.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(Some(recording.to_har()))
            }
            Mode::Replay(replay) => replay.finish().map(|()| None),
        }
    }
}

/// A session that replays.
impl From<Replay> for Session {
    fn from(replay: Replay) -> Self {
        Self(Mode::Replay(replay))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Mode::Record(_) => f.write_str("Session(recording)"),
            Mode::Replay(replay) => write!(f, "Session({replay:?})"),
        }
    }
}
