use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::lenient;
use crate::wire::timestamp::{Timestamp, or_never};

/// The state of a resource whose states are the words `S`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State<S> {
    /// The state it is in.
    pub current: S,
    /// When it came into this state.
    #[serde(default, with = "or_never")]
    pub changed: Option<Timestamp>,
    /// What went wrong, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StateError>,
}

/// What went wrong with a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StateError {
    /// What went wrong, in words.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it went wrong.
    #[serde(with = "or_never", skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}

/// When what happened in a resource's life; `None` is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Events {
    /// When it was created.
    #[serde(with = "or_never")]
    pub created: Option<Timestamp>,
    /// When it was last updated.
    #[serde(with = "or_never")]
    pub updated: Option<Timestamp>,
    /// When it was deleted.
    #[serde(with = "or_never")]
    pub deleted: Option<Timestamp>,
}

/// How many resources there are, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StateCounts {
    /// How many are in each state.
    #[serde(deserialize_with = "lenient::map")]
    pub state: BTreeMap<String, u64>,
    /// How many there are.
    #[serde(deserialize_with = "lenient::or_default")]
    pub total: u64,
    /// How many there are, without the deleted ones.
    #[serde(deserialize_with = "lenient::or_default")]
    pub available: u64,
}
