use std::collections::BTreeMap;

use super::{Creator, ResourceState, StateError, TaskStep};
use crate::wire::debug::{Names, debug};
use crate::wire::id::{HubId, Id};
use crate::wire::json::Json;
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a [`Job`].
pub type JobId = Id<Job>;

model! {
    /// Work that the platform runs in the background, such as importing an image.
    ///
    /// See [`progress`](Self::progress) and [`failure`](Self::failure).
    #[derive(Clone, Debug, PartialEq)]
    pub struct Job {
        /// The job's id.
        #[wire(required)]
        pub id: JobId,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The queue it waits in.
        pub queue: String,
        /// A short description of what it does.
        pub caption: String,
        /// Lifecycle timestamps.
        pub events: JobEvents,
        /// When it is scheduled to start; `None` if it isn't delayed.
        pub schedule: Option<Timestamp>,
        /// The steps or tasks it consists of.
        pub tasks: Vec<JobTask>,
        /// When the platform expires or removes it.
        pub expires: Option<Timestamp>,
        /// The key by which the platform recognizes equal jobs.
        pub hash: String,
        /// Whether an equal job that is created soon after it is refused.
        pub limit_duplicates: bool,
        /// The creator.
        pub creator: Option<Creator>,
        /// The state.
        #[wire(required)]
        pub state: ResourceState<JobStatus>,
    }
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

model! {
    /// Lifecycle timestamps of a job or of one of its tasks; `None` means never.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct JobEvents {
        /// When it was put in the queue.
        pub queued: Option<Timestamp>,
        /// When it started.
        pub started: Option<Timestamp>,
        /// When it was completed.
        pub completed: Option<Timestamp>,
    }
}

/// The id of a job's [task](JobTask).
pub type TaskId = Id<JobTask>;

model! {
    /// A task of a job: one call of a function of the platform.
    #[derive(Clone, Default, PartialEq)]
    pub struct JobTask {
        /// The task's id.
        pub id: Option<TaskId>,
        /// A short description of what it does.
        pub caption: String,
        /// The platform function it calls.
        pub header: String,
        /// Lifecycle timestamps.
        pub events: JobEvents,
        /// Its steps; many tasks have none.
        pub steps: Vec<TaskStep>,
        /// The state.
        pub state: TaskState,
        /// The input, which depends on the function.
        pub input: Option<Json>,
        /// The output, once it has one. A value that isn't a string is read as its text if it is a
        /// number or a boolean, and left out if it is a list or an object.
        pub output: Option<BTreeMap<String, String>>,
        /// The error, if there is one.
        pub error: Option<StateError>,
    }
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

model! {
    /// The state of a task. Unlike other states it has no error, and its value may be missing.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct TaskState {
        /// The current state.
        pub current: Option<TaskStatus>,
        /// When it entered this state.
        pub changed: Option<Timestamp>,
    }
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
