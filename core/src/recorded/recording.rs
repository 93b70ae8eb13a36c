use std::sync::Arc;

use super::entry::Entry;
use super::known::{Exchange, Known};
use super::left_out::LeftOut;
use super::read::{self, HarError};
use super::redact::Redactor;
use super::write;

/// Exchanges in the order in which they were recorded. Feature `har`.
///
/// It is read from [HAR 1.2](http://www.softwareishard.com/blog/har-12-spec/), which browsers,
/// proxies and this crate write. To keep a part of it, filter its entries:
///
/// ```
/// use cycle_images::recorded::Recording;
///
/// let har = br#"{"log": {"version": "1.2", "entries": [
///     {"request": {"method": "GET", "url": "https://cdn.example.com/logo.png"},
///      "response": {"status": 200, "content": {}}},
///     {"request": {"method": "GET", "url": "https://api.cycle.io/v1/images"},
///      "response": {"status": 200, "content": {"text": "{\"data\": []}"}}}]}}"#;
/// let recording: Recording = Recording::from_har(har)?
///     .into_iter()
///     .filter(|entry| entry.request().is_some_and(|request| request.uri().path().starts_with("/v1/")))
///     .collect();
/// assert_eq!(recording.entries().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Secrets
/// [`to_har`](Self::to_har) replaces these by `[redacted]`:
///
/// | where | what |
/// |---|---|
/// | headers of a request | all but `Accept` and `Content-Type` are left out |
/// | headers of a response | `Set-Cookie` is left out; values of headers with a secret name |
/// | URLs, also in texts and headers | user info, and parameters with a secret name |
/// | forms | fields with a secret name |
/// | JSON, also cut off, one a line, in a string | properties with a secret name, and all in them |
/// | JSON of the platform | values of `args`, `env`, `variables`, `extra`; details of a webhook |
/// | everywhere else | the same values, if they have at least 8 bytes, in any encoding |
///
/// Names are secret that end in `token`, `password`, `passphrase`, `passwd`, `secret`, `key` of an
/// API or access, `authorization`, `cookie`, `signature` or `credential`, in any case and
/// punctuation; in URLs and forms also `code`, `key`, `sig`, `pass`. A page token isn't.
///
/// A value that is also the name, id, state or type of something in the recording stays as it is
/// there and elsewhere, so that a replay finds it; unless it was sent as a credential in a header.
/// What isn't redacted is written byte for byte. An upload token is written as one that never
/// expires, so that its upload can be replayed.
///
/// A secret that no name marks can't be recognized: one in a message or under a name of your own,
/// `TOKEN=value` in a log, an element of XML or HTML, a literal in GraphQL. Name it by
/// [`redact_also`](Self::redact_also), and look at a recording before you publish it.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    entries: Vec<Entry>,
    left_out: Vec<LeftOut>,
    also: Vec<crate::Secret>,
}

impl Recording {
    /// Reads a HAR. An entry that is no HTTP exchange, or whose response isn't in the HAR, is
    /// [left out](Self::left_out).
    ///
    /// # Errors
    /// If it isn't JSON or has no entries. The error shows nothing of the HAR's contents.
    pub fn from_har(har: &[u8]) -> Result<Self, HarError> {
        Self::from_har_with_files(har, |_| None)
    }

    /// Reads a HAR whose bodies are in files, as Playwright writes it with `content: "attach"`. The
    /// function returns the contents of a file; its name is one of a file, and no path.
    ///
    /// ```no_run
    /// use cycle_images::recorded::Recording;
    ///
    /// let har = std::fs::read("recorded/trace.har")?;
    /// let recording = Recording::from_har_with_files(&har, |name| {
    ///     std::fs::read(std::path::Path::new("recorded").join(name)).ok()
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_har`](Self::from_har).
    pub fn from_har_with_files(
        har: &[u8],
        mut file: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Result<Self, HarError> {
        let (entries, left_out) = read::read(har, &mut file)?;
        Ok(Self { entries, left_out, ..Self::default() }.with_known())
    }

    /// Writes a HAR without [secrets](Self#secrets), the same text for the same exchanges.
    /// Responses of unknown requests are left out.
    #[must_use]
    pub fn to_har(&self) -> String {
        let mut known = Known::of(self.unknown());
        let mut last: Option<&Arc<Known>> = None;
        for other in self.entries.iter().filter_map(|entry| entry.known.as_ref()) {
            if last.is_none_or(|last| !Arc::ptr_eq(last, other)) {
                known.merge(other);
            }
            last = Some(other);
        }
        for secret in &self.also {
            known.credential(secret.expose());
        }
        write::write(&self.entries, &Redactor::new(&known))
    }

    /// The exchanges in which no secrets were looked for yet.
    fn unknown(&self) -> impl Iterator<Item = Exchange<'_>> {
        let entries = self.entries.iter().filter(|entry| entry.known.is_none());
        entries.map(|entry| (entry.request(), entry.response()))
    }

    /// Each entry knows the secrets of all, also when others are filtered out.
    fn with_known(mut self) -> Self {
        if self.unknown().next().is_some() {
            let known = Arc::new(Known::of(self.unknown()));
            for entry in &mut self.entries {
                entry.known.get_or_insert_with(|| Arc::clone(&known));
            }
        }
        self
    }

    /// Redacts these texts, too, wherever they occur; texts shorter than 8 bytes are ignored.
    ///
    /// ```
    /// use cycle_images::http::{Request, Response};
    /// use cycle_images::recorded::{Entry, Recording};
    ///
    /// let request = Request::get("https://api.cycle.io/v1/images").body(vec![])?;
    /// let response = Response::new(b"{\"note\": \"ask for swordfish\"}".to_vec());
    /// let recording: Recording = [Entry::new(request, response)].into_iter().collect();
    /// assert!(!recording.redact_also(["swordfish"]).to_har().contains("swordfish"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn redact_also<S: Into<crate::Secret>>(
        mut self,
        secrets: impl IntoIterator<Item = S>,
    ) -> Self {
        self.also.extend(secrets.into_iter().map(Into::into));
        self
    }

    /// The exchanges.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of the HAR that are not in the recording.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Appends an exchange.
    pub fn push(&mut self, entry: impl Into<Entry>) {
        self.entries.push(entry.into());
    }
}

impl<E: Into<Entry>> FromIterator<E> for Recording {
    fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
        let entries = entries.into_iter().map(Into::into).collect();
        Self { entries, ..Self::default() }
    }
}

/// The exchanges, which know the secrets of those that are filtered out.
impl IntoIterator for Recording {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.with_known().entries.into_iter()
    }
}
