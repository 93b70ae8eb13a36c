use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::state::of_a_job;
use super::{Creator, ResourceState, StateError, TaskStep};
use crate::hub::HubId;
use crate::wire::debug::{Names, debug};
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a [`Job`].
pub type JobId = Id<Job>;

/// Work that the platform runs in the background, such as importing an image.
///
/// See [`progress`](Self::progress) and [`failure`](Self::failure).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The queue it waits in.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub queue: String,
    /// A short description of what it does.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: JobEvents,
    /// When it is scheduled to start; `None` if it isn't delayed.
    #[serde(default, with = "lenient::or_never")]
    pub schedule: Option<Timestamp>,
    /// The steps or tasks it consists of.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tasks: Vec<JobTask>,
    /// When the platform expires or removes it.
    #[serde(default, with = "lenient::or_never")]
    pub expires: Option<Timestamp>,
    /// The key by which the platform recognizes equal jobs.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub hash: String,
    /// Whether an equal job that is created soon after it is refused.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub limit_duplicates: bool,
    /// The creator.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub creator: Option<Creator>,
    /// The state.
    #[serde(deserialize_with = "lenient::object", serialize_with = "of_a_job::state")]
    pub state: ResourceState<JobStatus>,
}

string_enum! {
    /// The state of a job.
    pub enum JobStatus {
        /// Created.
        New = "new",
        /// Waiting in a queue.
        Queued = "queued",
        /// Waiting for its scheduled time.
        Scheduled = "scheduled",
        /// Running.
        Running = "running",
        /// Completed.
        Completed = "completed",
        /// Failed; see the errors of the state and of the tasks.
        Error = "error",
        /// Expired: nothing ran it in time.
        Expired = "expired",
    }
}

impl JobStatus {
    /// Whether this state is final for a job. A state that this version doesn't know isn't.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Error | Self::Expired)
    }
}

/// Lifecycle timestamps of a job or of one of its tasks; `None` means never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobEvents {
    /// When it was put in the queue.
    #[serde(with = "lenient::or_never")]
    pub queued: Option<Timestamp>,
    /// When it started.
    #[serde(with = "lenient::or_never")]
    pub started: Option<Timestamp>,
    /// When it was completed.
    #[serde(with = "lenient::or_never")]
    pub completed: Option<Timestamp>,
}

/// The id of a job's [task](JobTask).
pub type TaskId = Id<JobTask>;

/// A task of a job: one call of a function of the platform.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobTask {
    /// The task's id.
    #[serde(deserialize_with = "lenient::or_none")]
    pub id: Option<TaskId>,
    /// A short description of what it does.
    #[serde(deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// The platform function it calls.
    #[serde(deserialize_with = "lenient::or_default")]
    pub header: String,
    /// Lifecycle timestamps.
    #[serde(deserialize_with = "lenient::or_default")]
    pub events: JobEvents,
    /// Its steps; many tasks have none.
    #[serde(deserialize_with = "lenient::list")]
    pub steps: Vec<TaskStep>,
    /// The state.
    #[serde(deserialize_with = "lenient::or_default")]
    pub state: TaskState,
    /// The input, which depends on the function.
    pub input: Option<Json>,
    /// The output, once it has one. A value that isn't a string is read as its text if it is a
    /// number or a boolean, and left out if it is a list or an object.
    #[serde(deserialize_with = "lenient::optional_texts")]
    pub output: Option<BTreeMap<String, String>>,
    /// The error, if there is one.
    #[serde(deserialize_with = "lenient::maybe", serialize_with = "of_a_job::error")]
    pub error: Option<StateError>,
}

debug!(JobTask {
    id,
    caption,
    header,
    events,
    steps,
    state,
    input,
    output = output.as_ref().map(Names),
    error,
});

/// The state of a task. Unlike other states it has no error, and its value may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TaskState {
    /// The current state.
    #[serde(deserialize_with = "lenient::word", skip_serializing_if = "Option::is_none")]
    pub current: Option<TaskStatus>,
    /// When it entered this state.
    #[serde(with = "lenient::or_never", skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
}

string_enum! {
    /// The state of a task of a job.
    pub enum TaskStatus {
        /// Waiting for the tasks before it.
        Pending = "pending",
        /// Running.
        Running = "running",
        /// Completed.
        Completed = "completed",
        /// Failed.
        Error = "error",
    }
}

impl TaskStatus {
    /// Whether this state is final for a task.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Error)
    }
}
