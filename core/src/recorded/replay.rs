use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response};

use super::entry::Entry;
use super::left_out::LeftOut;
use super::recording::Recording;
use super::redact::redacted_path_and_query;
use super::request::{Comparable, Difference};

/// Answers requests from a [`Recording`]: a transport of both clients, without a socket, a thread
/// or a wait. Feature `har`.
///
/// A request must have the method, path and query of its recording; the order of the query's
/// parameters and the host don't matter. What was redacted in a recording matches any value. Each
/// recording answers one request. Clones share what was used.
///
/// ```
/// use cycle_images::http::Response;
/// use cycle_images::recorded::{Recording, Replay};
/// use cycle_images::{Hub, images::GetImages};
///
/// let recording: Recording = [Response::new(br#"{"data": []}"#.to_vec())].into_iter().collect();
/// let replay = Replay::in_order(recording);
///
/// let hub = Hub::new("key", "hub")?;
/// let images = GetImages::new();
/// let response = replay.respond(&hub.request(&images)?)?;
/// assert!(hub.response(&images, response)?.data.is_empty());
/// replay.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Replay {
    in_order: bool,
    match_bodies: bool,
    left_out: Arc<Vec<LeftOut>>,
    recorded: Arc<Mutex<Recorded>>,
}

/// The entries of a recording, and which were used.
struct Recorded {
    entries: Vec<Entry>,
    requests: Vec<Option<Comparable>>,
    unused: BTreeSet<usize>,
    /// The unused ones by what equal requests have in common, with and without their bodies.
    by_key: HashMap<String, BTreeSet<usize>>,
    /// The unused ones that match different requests: of any request, or with a redacted one.
    open: BTreeSet<usize>,
}

impl Recorded {
    fn new(entries: Vec<Entry>) -> Self {
        let requests: Vec<_> =
            entries.iter().map(|entry| entry.request().map(Comparable::new)).collect();
        let mut by_key: HashMap<String, BTreeSet<usize>> = HashMap::new();
        let mut open = BTreeSet::new();
        for (index, request) in requests.iter().enumerate() {
            match request.as_ref().filter(|request| !request.is_redacted()) {
                Some(request) => {
                    for key in [request.key(), request.key_with_body()] {
                        by_key.entry(key).or_default().insert(index);
                    }
                }
                None => _ = open.insert(index),
            }
        }
        let unused = (0..entries.len()).collect();
        Self { entries, requests, unused, by_key, open }
    }

    /// `None` if the request matches.
    fn difference(&self, index: usize, sent: &Comparable, with_body: bool) -> Option<Difference> {
        self.requests.get(index)?.as_ref()?.difference(sent, with_body)
    }

    /// The first unused entry that matches.
    fn matching(&self, sent: &Comparable, with_body: bool) -> Option<usize> {
        let is_match = |index: &&usize| self.difference(**index, sent, with_body).is_none();
        let keys = match with_body {
            true => [sent.key_with_body(), sent.key_with_redacted_body()],
            false => [sent.key(), sent.key()],
        };
        let same = keys.iter().filter_map(|key| self.by_key.get(key)?.iter().find(is_match)).min();
        let open = self.open.iter().take_while(|index| same.is_none_or(|same| *index < same));
        open.into_iter().find(is_match).or(same).copied()
    }

    fn take(&mut self, index: usize) -> Option<Response<Vec<u8>>> {
        self.unused.remove(&index);
        self.open.remove(&index);
        let request = self.requests.get(index).and_then(Option::as_ref);
        let keys = request.map(|request| [request.key(), request.key_with_body()]);
        for key in keys.into_iter().flatten() {
            if let Some(same) = self.by_key.get_mut(&key) {
                same.remove(&index);
            }
        }
        self.entries.get(index).map(|entry| entry.response().clone())
    }

    /// How an entry is named in an error.
    fn line(&self, index: usize) -> Option<String> {
        self.entries.get(index)?.request().map(line)
    }

    /// Whether an unused entry is a page after the last one: how far a client reads ahead depends
    /// on timing.
    fn is_past_the_end(&self, index: usize) -> bool {
        let Some(entry) = self.entries.get(index) else { return false };
        let query = entry.request().and_then(|request| request.uri().query()).unwrap_or_default();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let is_later = pairs.any(|(name, page)| name == "page[number]" && page != "1");
        let is_empty = || {
            let body = serde_json::from_slice::<serde_json::Value>(entry.response().body());
            body.is_ok_and(|body| {
                body.get("data").is_some_and(|data| *data == serde_json::json!([]))
            })
        };
        is_later && is_empty()
    }
}

impl Replay {
    /// Answers the requests in the order of the recording.
    #[must_use]
    pub fn in_order(recording: Recording) -> Self {
        Self::new(recording, true)
    }

    /// Answers each request by the first unused recording that matches it: for requests that are
    /// sent in no fixed order, such as prefetched pages.
    #[must_use]
    pub fn matching(recording: Recording) -> Self {
        Self::new(recording, false)
    }

    fn new(recording: Recording, in_order: bool) -> Self {
        let left_out = recording.left_out().to_vec().into();
        let recorded = Arc::new(Mutex::new(Recorded::new(recording.into_iter().collect())));
        Self { in_order, match_bodies: false, left_out, recorded }
    }

    /// Compares the bodies of the requests, too. JSON is compared by its values; secrets aren't
    /// compared. The body of an upload isn't recorded.
    #[must_use]
    pub fn match_bodies(mut self) -> Self {
        self.match_bodies = true;
        self
    }

    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorded response to a request.
    ///
    /// # Errors
    /// If no unused recording matches the request. The error shows the nearest one and what
    /// differs, or says that the response to this request isn't in the recording.
    pub fn respond(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ReplayError> {
        let sent = Comparable::new(request);
        let mut recorded = self.recorded();
        let first = recorded.unused.first().copied();
        let index = match self.in_order {
            true => first
                .filter(|first| recorded.difference(*first, &sent, self.match_bodies).is_none()),
            false => recorded.matching(&sent, self.match_bodies),
        };
        if let Some(response) = index.and_then(|index| recorded.take(index)) {
            return Ok(response);
        }
        let is_sent = |left_out: &&LeftOut| {
            let recorded = left_out.request().map(Comparable::new);
            recorded.is_some_and(|recorded| recorded.difference(&sent, self.match_bodies).is_none())
        };
        let request = line(request);
        if let Some(left_out) = self.left_out.iter().find(is_sent) {
            return Err(ReplayError(match left_out.has_no_body() {
                true => Problem::NoBody { request, number: left_out.number() },
                false => Problem::LeftOut { request, reason: left_out.to_string() },
            }));
        }
        let count = if self.in_order { 1 } else { usize::MAX };
        let differences = recorded.unused.iter().take(count).filter_map(|index| {
            Some((recorded.difference(*index, &sent, self.match_bodies)?, *index))
        });
        let nearest = differences.min().and_then(|(difference, index)| {
            let recorded = recorded.line(index)?;
            Some(Nearest { number: index + 1, recorded, difference })
        });
        let count = recorded.entries.len();
        Err(ReplayError(Problem::Unmatched { request, nearest, count }))
    }

    /// Checks that each recording was used. An empty page after the last one may be left: how far a
    /// client reads ahead depends on timing.
    ///
    /// # Errors
    /// Names those that were not.
    pub fn finish(&self) -> Result<(), ReplayError> {
        let recorded = self.recorded();
        let unused = recorded.unused.iter().filter(|index| !recorded.is_past_the_end(**index));
        let unused: Vec<_> = unused
            .map(|index| {
                let request = recorded.line(*index).unwrap_or_else(|| "any request".to_owned());
                format!("number {}, {request}", index + 1)
            })
            .collect();
        if unused.is_empty() {
            return Ok(());
        }
        Err(ReplayError(Problem::Unused { unused, count: recorded.entries.len() }))
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recorded = self.recorded();
        let (unused, all) = (recorded.unused.len(), recorded.entries.len());
        write!(f, "Replay({unused} of {all} recordings are unused)")
    }
}

/// Method, path and query, without secrets and readable.
fn line(request: &Request<Vec<u8>>) -> String {
    let url = redacted_path_and_query(request.uri());
    let line = format!("{} {url}", request.method());
    line.replace("%5B", "[").replace("%5D", "]").replace("%2C", ",")
}

/// Why a [`Replay`] has no response, or isn't finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayError(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Unmatched { request: String, nearest: Option<Nearest>, count: usize },
    NoBody { request: String, number: usize },
    LeftOut { request: String, reason: String },
    Unused { unused: Vec<String>, count: usize },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Nearest {
    number: usize,
    recorded: String,
    difference: Difference,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Unmatched { request, nearest: None, count } => {
                write!(f, "nothing is recorded for {request}: all {count} recordings were used")
            }
            Problem::Unmatched { request, nearest: Some(nearest), count } => {
                let Nearest { number, recorded, difference } = nearest;
                let differs = match difference {
                    Difference::Body => "the body differs",
                    Difference::Query => "the query differs",
                    Difference::Method => "the method differs",
                    Difference::Path => "the path differs",
                };
                write!(
                    f,
                    "nothing is recorded for {request}; the nearest unused recording is number \
                     {number} of {count}, {recorded}: {differs}"
                )
            }
            Problem::NoBody { request, number } => {
                write!(f, "the recording has no body for entry {number}, {request}")
            }
            Problem::LeftOut { request, reason } => {
                write!(f, "nothing is recorded for {request}: {reason}")
            }
            Problem::Unused { unused, count } => {
                write!(f, "{} of {count} recordings were not used: ", unused.len())?;
                f.write_str(&unused.join("; "))
            }
        }
    }
}

impl std::error::Error for ReplayError {}
