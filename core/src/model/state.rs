use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::lenient;
use crate::wire::timestamp::Timestamp;

/// The state of a resource whose states are the words `S`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State<S> {
    /// The state it is in.
    pub current: S,
    /// When it came into this state.
    #[serde(default, with = "lenient::or_never")]
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
    #[serde(with = "lenient::or_never", skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}

/// How jobs and tasks write their state and error. Their schema differs from that of other resources:
/// `changed` may be absent, a job's `error` and an error's message may not.
pub(super) mod of_a_job {
    use serde::{Serialize, Serializer};

    use super::{State, StateError, Timestamp};
    use crate::wire::lenient;

    #[derive(Serialize)]
    struct Written<'a, S> {
        current: &'a S,
        #[serde(with = "lenient::or_never", skip_serializing_if = "Option::is_none")]
        changed: Option<Timestamp>,
        #[serde(serialize_with = "error")]
        error: &'a Option<StateError>,
    }

    #[derive(Serialize)]
    struct WrittenError<'a> {
        message: &'a str,
        #[serde(with = "lenient::or_never", skip_serializing_if = "Option::is_none")]
        time: Option<Timestamp>,
    }

    pub(in super::super) fn state<S: Serializer>(
        state: &State<impl Serialize>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let State { current, changed, error } = state;
        Written { current, changed: *changed, error }.serialize(serializer)
    }

    pub(in super::super) fn error<S: Serializer>(
        error: &Option<StateError>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let written = error.as_ref().map(|StateError { message, time }| WrittenError {
            message: message.as_deref().unwrap_or_default(),
            time: *time,
        });
        written.serialize(serializer)
    }
}

/// When what happened in a resource's life; `None` is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Events {
    /// When it was created.
    #[serde(with = "lenient::or_never")]
    pub created: Option<Timestamp>,
    /// When it was last updated.
    #[serde(with = "lenient::or_never")]
    pub updated: Option<Timestamp>,
    /// When it was deleted.
    #[serde(with = "lenient::or_never")]
    pub deleted: Option<Timestamp>,
}

/// How many resources there are, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StateCounts {
    /// How many are in each state.
    #[serde(deserialize_with = "lenient::counts")]
    pub state: BTreeMap<String, u64>,
    /// How many there are.
    #[serde(deserialize_with = "lenient::whole")]
    pub total: u64,
    /// How many there are, without the deleted ones.
    #[serde(deserialize_with = "lenient::whole")]
    pub available: u64,
}
