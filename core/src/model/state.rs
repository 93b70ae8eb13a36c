use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::lenient;
use crate::wire::timestamp::Timestamp;

/// The state of a resource; `S` lists its states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResourceState<S> {
    /// The current state.
    pub current: S,
    /// When it entered this state.
    #[serde(default, with = "lenient::or_never")]
    pub changed: Option<Timestamp>,
    /// The error, if there is one.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub error: Option<StateError>,
}

/// The error of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StateError {
    /// The error message.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When the error occurred.
    #[serde(with = "lenient::or_never", skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}

/// How the state and error of jobs and tasks are serialized. Their schema differs from that of
/// other resources: `changed` may be absent, a job's `error` and an error's message may not.
pub(super) mod of_a_job {
    use serde::{Serialize, Serializer};

    use super::{ResourceState, StateError, Timestamp};
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
        state: &ResourceState<impl Serialize>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let ResourceState { current, changed, error } = state;
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

/// Lifecycle timestamps of a resource; `None` means never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ResourceEvents {
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
    /// The number in each state.
    #[serde(deserialize_with = "lenient::counts")]
    pub state: BTreeMap<String, u64>,
    /// The number of them.
    #[serde(deserialize_with = "lenient::whole")]
    pub total: u64,
    /// The number of them, without the deleted ones.
    #[serde(deserialize_with = "lenient::whole")]
    pub available: u64,
}
