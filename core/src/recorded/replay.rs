use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response, Uri};
use serde_json::Value;

use super::recording::{Entry, Recording};
use super::redacted;

/// Answers requests from a [`Recording`]: a transport of both clients, without a socket, a thread or
/// a wait. Feature `har`.
///
/// A request must have the method, path and query of its recording; the order of the query's parameters
/// and the host don't matter. Each recording answers one request. Clones share what was used.
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
    entries: Arc<Mutex<Vec<(Entry, bool)>>>,
}

impl Replay {
    /// Answers the requests in the order of the recording.
    #[must_use]
    pub fn in_order(recording: Recording) -> Self {
        Self::new(recording, true)
    }

    /// Answers each request by the first unused recording that matches it: for requests that are sent
    /// in no fixed order, such as prefetched pages.
    #[must_use]
    pub fn matching(recording: Recording) -> Self {
        Self::new(recording, false)
    }

    fn new(recording: Recording, in_order: bool) -> Self {
        let entries = recording.into_iter().map(|entry| (entry, false)).collect();
        Self { in_order, match_bodies: false, entries: Arc::new(Mutex::new(entries)) }
    }

    /// Compares the bodies of the requests, too. JSON is compared by its values; secrets aren't
    /// compared. The body of an upload isn't recorded.
    #[must_use]
    pub fn match_bodies(mut self) -> Self {
        self.match_bodies = true;
        self
    }

    fn entries(&self) -> MutexGuard<'_, Vec<(Entry, bool)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorded response to a request.
    ///
    /// # Errors
    /// If no unused recording matches the request. The error shows the nearest one and what differs.
    pub fn respond(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ReplayError> {
        let mut entries = self.entries();
        let mut nearest: Option<(usize, Difference)> = None;
        for (index, (entry, used)) in entries.iter_mut().enumerate().filter(|(_, (_, used))| !used)
        {
            match self.difference(entry, request) {
                None => {
                    *used = true;
                    return Ok(entry.response().clone());
                }
                Some(difference) => {
                    let is_nearer = nearest.is_none_or(|(_, least)| difference < least);
                    if is_nearer {
                        nearest = Some((index, difference));
                    }
                }
            }
            if self.in_order {
                break;
            }
        }
        let request = line(request);
        let nearest = nearest.and_then(|(index, difference)| {
            let recorded = line(entries.get(index)?.0.request()?);
            Some(Nearest { number: index + 1, recorded, difference })
        });
        Err(ReplayError(Problem::Unmatched { request, nearest, count: entries.len() }))
    }

    /// `None` if the request matches.
    fn difference(&self, entry: &Entry, request: &Request<Vec<u8>>) -> Option<Difference> {
        let recorded = entry.request()?;
        if recorded.uri().path() != request.uri().path() {
            Some(Difference::Path)
        } else if recorded.method() != request.method() {
            Some(Difference::Method)
        } else if parameters(recorded.uri()) != parameters(request.uri()) {
            Some(Difference::Query)
        } else if self.match_bodies && !is_same_body(recorded.body(), request.body()) {
            Some(Difference::Body)
        } else {
            None
        }
    }

    /// Checks that each recording was used.
    ///
    /// # Errors
    /// Names those that were not.
    pub fn finish(&self) -> Result<(), ReplayError> {
        let entries = self.entries();
        let unused = entries.iter().enumerate().filter(|(_, (_, used))| !used);
        let unused: Vec<_> = unused
            .map(|(index, (entry, _))| {
                let request = entry.request().map_or_else(|| "any request".to_owned(), line);
                format!("number {}, {request}", index + 1)
            })
            .collect();
        if unused.is_empty() {
            return Ok(());
        }
        Err(ReplayError(Problem::Unused { unused, count: entries.len() }))
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries();
        let unused = entries.iter().filter(|(_, used)| !used).count();
        write!(f, "Replay({unused} of {} recordings are unused)", entries.len())
    }
}

/// Ordered from the nearest to the farthest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    Body,
    Query,
    Method,
    Path,
}

/// Method, path and query, without secrets and readable.
fn line(request: &Request<Vec<u8>>) -> String {
    let (path, query) = (request.uri().path(), redacted::query(request.uri()));
    let mark = if query.is_empty() { "" } else { "?" };
    let line = format!("{} {path}{mark}{query}", request.method());
    line.replace("%5B", "[").replace("%5D", "]").replace("%2C", ",")
}

fn parameters(uri: &Uri) -> Vec<(String, String)> {
    let query = redacted::query(uri);
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs
}

fn is_same_body(recorded: &[u8], sent: &[u8]) -> bool {
    let recorded = redacted::body_alone(recorded);
    let sent = redacted::body_alone(sent);
    let json = |body: &[u8]| serde_json::from_slice::<Value>(body).ok();
    recorded == sent || json(&recorded).is_some_and(|recorded| Some(recorded) == json(&sent))
}

/// Why a [`Replay`] has no response, or isn't finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayError(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Unmatched { request: String, nearest: Option<Nearest>, count: usize },
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
            Problem::Unused { unused, count } => {
                write!(f, "{} of {count} recordings were not used: ", unused.len())?;
                f.write_str(&unused.join("; "))
            }
        }
    }
}

impl std::error::Error for ReplayError {}
