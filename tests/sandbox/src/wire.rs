//! Times, states, ids and secrets, as a Go service writes them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// A point in time.
pub(crate) type Moment = DateTime<Utc>;

/// Go's zero time: never.
pub(crate) const NEVER: &str = "0001-01-01T00:00:00Z";

pub(crate) fn time(at: Moment) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(crate) fn time_or_never(at: Option<Moment>) -> String {
    at.map_or_else(|| NEVER.to_owned(), time)
}

pub(crate) fn events(created: Moment, updated: Moment) -> Value {
    json!({"created": time(created), "updated": time(updated), "deleted": NEVER})
}

/// A state, with its error if there is one.
pub(crate) fn state_with_error(current: &str, changed: Moment, message: Option<&str>) -> Value {
    json!({
        "current": current,
        "changed": time(changed),
        "error": {
            "message": message.unwrap_or_default(),
            "time": time_or_never(message.map(|_| changed)),
        },
    })
}

/// The creator of a record.
#[derive(Debug, Clone)]
pub(crate) struct Creator {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
}

impl Creator {
    pub(crate) fn to_json(&self) -> Value {
        json!({"type": self.kind, "id": self.id})
    }
}

/// 24 hex digits: seconds first, as in a Mongo object id, so that ids sort by age.
///
/// The count is shared by all sandboxes of a process: none has an id of another.
pub(crate) fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0x00a1_0000_0000_0001);
    let seconds = Utc::now().timestamp();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:08x}{count:016x}", seconds & 0xffff_ffff)
}

/// 128 random bits as hex digits.
pub(crate) fn new_secret() -> String {
    // The standard library seeds these with random bytes of the system.
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// The identifier the platform makes of a name: `My Image` becomes `my-image`.
pub(crate) fn identifier(name: &str) -> String {
    let lower = name.to_lowercase();
    lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
