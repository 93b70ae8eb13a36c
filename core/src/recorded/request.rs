//! Requests as a replay compares them.

use http::Request;
use serde_json::Value;

use super::json::text_of;
use super::known::Known;
use super::names::is_secret_parameter;
use super::parts::decoded;
use super::redact::Redactor;
use crate::wire::secret::REDACTED;

/// What two requests for the same have in common. Secrets are left out by their names.
#[derive(Debug, PartialEq)]
pub(super) struct Comparable {
    method: String,
    path: String,
    /// In order. A list, whether it is one parameter or several, is one value after another.
    query: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug, PartialEq)]
enum Body {
    Json(Value),
    Bytes(Vec<u8>),
}

/// Ordered from the nearest to the farthest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    Body,
    Query,
    Method,
    Path,
}

impl Comparable {
    pub(super) fn new(request: &Request<Vec<u8>>) -> Self {
        let known = Known::default();
        let body = Redactor::new(&known).body(request.body());
        let body = serde_json::from_slice(&body).map_or(Body::Bytes(body), Body::Json);
        let query = request.uri().query().unwrap_or_default();
        let mut query: Vec<_> =
            query.split('&').filter(|pair| !pair.is_empty()).flat_map(values).collect();
        query.sort_unstable();
        let method = request.method().to_string();
        Self { method, path: decoded(&request.uri().path().replace('+', "%2B")), query, body }
    }

    /// What equal requests have in common, without their bodies.
    pub(super) fn key(&self) -> String {
        format!("{} {} {:?}", self.method, self.path, self.query)
    }

    /// The same with their bodies: those that were redacted in part have one key, as others match
    /// them.
    pub(super) fn key_with_body(&self) -> String {
        let body = match &self.body {
            Body::Json(json) => json.to_string(),
            Body::Bytes(bytes) => text_of(bytes).into_owned(),
        };
        match body.contains(REDACTED) {
            true => self.key_with_redacted_body(),
            false => format!("{} {body}", self.key()),
        }
    }

    pub(super) fn key_with_redacted_body(&self) -> String {
        format!("{} {REDACTED}", self.key())
    }

    /// Whether a part was redacted that isn't left out by its name, so that other requests can
    /// match.
    pub(super) fn is_redacted(&self) -> bool {
        let is_shown = |name: &str, value: &str| value.contains(REDACTED) && !is_left_out(name);
        self.path.contains(REDACTED) || self.query.iter().any(|(name, value)| is_shown(name, value))
    }

    /// `None` if a request matches this recorded one.
    pub(super) fn difference(&self, sent: &Self, with_body: bool) -> Option<Difference> {
        if !is_same(&self.path, &sent.path) {
            Some(Difference::Path)
        } else if self.method != sent.method {
            Some(Difference::Method)
        } else if !is_same_query(&self.query, &sent.query) {
            Some(Difference::Query)
        } else if with_body && !is_same_body(&self.body, &sent.body) {
            Some(Difference::Body)
        } else {
            None
        }
    }
}

fn values(pair: &str) -> Vec<(String, String)> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = decoded(name);
    if is_left_out(&name) {
        return vec![(name, REDACTED.to_owned())];
    }
    decoded(value).split(',').map(|value| (name.clone(), value.to_owned())).collect()
}

/// As elsewhere, a recording is for any hub.
fn is_left_out(name: &str) -> bool {
    name == "hub-id" || is_secret_parameter(name)
}

/// Whether a text is the recorded one, of which parts may be redacted.
fn is_same(recorded: &str, sent: &str) -> bool {
    if recorded == sent {
        return true;
    }
    let mut pieces = recorded.split(REDACTED);
    let Some(mut rest) = sent.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(piece) = last.replace(piece) {
            let Some((_, behind)) = rest.split_once(piece) else { return false };
            rest = behind;
        }
    }
    last.is_some_and(|last| rest.ends_with(last))
}

fn is_same_query(recorded: &[(String, String)], sent: &[(String, String)]) -> bool {
    if recorded == sent {
        return true;
    }
    let mut left: Vec<_> = sent.iter().collect();
    // What is whole first, so that a redacted value doesn't take its counterpart.
    let (redacted, whole): (Vec<_>, Vec<_>) =
        recorded.iter().partition(|(_, value)| value.contains(REDACTED));
    recorded.len() == sent.len()
        && whole.into_iter().chain(redacted).all(|(name, value)| {
            let place = left.iter().position(|(other, sent)| other == name && is_same(value, sent));
            place.map(|place| left.swap_remove(place)).is_some()
        })
}

fn is_same_body(recorded: &Body, sent: &Body) -> bool {
    match (recorded, sent) {
        (Body::Json(recorded), Body::Json(sent)) => is_same_json(recorded, sent),
        (Body::Bytes(recorded), Body::Bytes(sent)) => {
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            recorded == sent || is_same(&text(recorded), &text(sent))
        }
        _ => false,
    }
}

fn is_same_json(recorded: &Value, sent: &Value) -> bool {
    match (recorded, sent) {
        (Value::String(recorded), _) if recorded == REDACTED => true,
        (Value::String(recorded), Value::String(sent)) => is_same(recorded, sent),
        (Value::Array(recorded), Value::Array(sent)) => {
            recorded.len() == sent.len()
                && recorded.iter().zip(sent).all(|(a, b)| is_same_json(a, b))
        }
        (Value::Object(recorded), Value::Object(sent)) => {
            recorded.len() == sent.len()
                && recorded.iter().all(|(name, value)| {
                    let other = sent.get(name).or_else(|| {
                        let mut others = sent.iter();
                        others.find_map(|(other, value)| is_same(name, other).then_some(value))
                    });
                    other.is_some_and(|other| is_same_json(value, other))
                })
        }
        _ => recorded == sent,
    }
}
