use serde::{Deserialize, Serialize};

use super::state::of_a_job;
use super::{Creator, State, StateError, TaskStep};
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a [`Job`].
pub type JobId = Id<Job>;

/// Work that the platform does in the background, such as importing an image.
///
/// [`progress`](Self::progress) tells how far it has come, [`failure`](Self::failure) what went
/// wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// The hub that it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The queue that it waits in.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub queue: String,
    /// What it does, in a few words.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// When what happened to it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: JobEvents,
    /// When it is to begin, if that isn't at once.
    #[serde(default, with = "lenient::or_never")]
    pub schedule: Option<Timestamp>,
    /// What it consists of.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tasks: Vec<JobTask>,
    /// When the platform gives it up, or forgets it.
    #[serde(default, with = "lenient::or_never")]
    pub expires: Option<Timestamp>,
    /// What the platform tells equal jobs by.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub hash: String,
    /// Whether an equal job, made soon after it, is not taken on.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub limit_duplicates: bool,
    /// Who made it.
    #[serde(default)]
    pub creator: Option<Creator>,
    /// Where it stands.
    #[serde(serialize_with = "of_a_job::state")]
    pub state: State<JobStatus>,
}

string_enum! {
    /// Where a job stands.
    pub enum JobStatus {
        /// Just made.
        New = "new",
        /// Waiting for its turn.
        Queued = "queued",
        /// Waiting for its time.
        Scheduled = "scheduled",
        /// Being done.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Failed; the state's error and the tasks' errors say why.
        Error = "error",
        /// Given up, because nothing picked it up in time.
        Expired = "expired",
    }
}

impl JobStatus {
    /// Whether a job stays in this state for good. A word that this version doesn't know isn't
    /// taken for an end.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Error | Self::Expired)
    }
}

/// When what happened to a job, or to one of its tasks; `None` is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobEvents {
    /// When it was put in the queue.
    #[serde(with = "lenient::or_never")]
    pub queued: Option<Timestamp>,
    /// When it began.
    #[serde(with = "lenient::or_never")]
    pub started: Option<Timestamp>,
    /// When it was completed.
    #[serde(with = "lenient::or_never")]
    pub completed: Option<Timestamp>,
}

/// The id of a job's [task](JobTask).
pub type TaskId = Id<JobTask>;

/// A task of a job: one call of a function of the platform.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobTask {
    /// The task's id.
    #[serde(deserialize_with = "lenient::or_none")]
    pub id: Option<TaskId>,
    /// What it does, in a few words.
    #[serde(deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// The platform's function that it calls.
    #[serde(deserialize_with = "lenient::or_default")]
    pub header: String,
    /// When what happened to it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub events: JobEvents,
    /// Its steps; many tasks have none.
    #[serde(deserialize_with = "lenient::list")]
    pub steps: Vec<TaskStep>,
    /// Where it stands.
    #[serde(deserialize_with = "lenient::or_default")]
    pub state: TaskState,
    /// What it was given, which differs from function to function.
    pub input: Option<Json>,
    /// What it gave back, once it has.
    pub output: Option<Json>,
    /// What went wrong, if anything did.
    #[serde(serialize_with = "of_a_job::error")]
    pub error: Option<StateError>,
}

/// Where a task stands. Unlike other states it carries no error, and may be without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TaskState {
    /// The state it is in.
    #[serde(deserialize_with = "lenient::word", skip_serializing_if = "Option::is_none")]
    pub current: Option<TaskStatus>,
    /// When it came into this state.
    #[serde(with = "lenient::or_never", skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
}

string_enum! {
    /// Where a task of a job stands.
    pub enum TaskStatus {
        /// Waiting for the tasks before it.
        Pending = "pending",
        /// Being done.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Failed.
        Error = "error",
    }
}

impl TaskStatus {
    /// Whether a task stays in this state for good.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Error)
    }
}
