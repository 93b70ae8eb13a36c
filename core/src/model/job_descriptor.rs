use serde::{Deserialize, Deserializer, Serialize};

use super::JobId;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::object::Object;
use crate::wire::timestamp::Timestamp;

/// What the platform answers when it takes on work: which action, and the job that does it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobDescriptor {
    /// The action that was asked for, such as `import`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub action: String,
    /// The job that does it. The platform doesn't always name one.
    #[serde(deserialize_with = "described", skip_serializing_if = "Option::is_none")]
    pub job: Option<DescribedJob>,
}

/// Reads a job without an id, which can't be followed, as none: the work was taken on all the same.
fn described<'de, D: Deserializer<'de>>(job: D) -> Result<Option<DescribedJob>, D::Error> {
    #[derive(Deserialize)]
    struct Job {
        #[serde(default, deserialize_with = "lenient::or_none")]
        id: Option<JobId>,
        #[serde(default, deserialize_with = "lenient::or_default")]
        accepted: bool,
        #[serde(default, deserialize_with = "lenient::or_default")]
        queue: String,
        #[serde(default, with = "lenient::or_never")]
        schedule: Option<Timestamp>,
        #[serde(default, deserialize_with = "lenient::or_default")]
        parallel: Parallel,
        #[serde(default, deserialize_with = "lenient::list")]
        tasks: Vec<DescribedTask>,
    }

    Ok(Option::<Object<Job>>::deserialize(job)?.and_then(|Object(job)| {
        let Job { id, accepted, queue, schedule, parallel, tasks } = job;
        Some(DescribedJob { id: id?, accepted, queue, schedule, parallel, tasks })
    }))
}

/// A job that was made, as its descriptor tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DescribedJob {
    /// The job's id.
    pub id: JobId,
    /// Whether the job was accepted.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub accepted: bool,
    /// The queue that it waits in.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub queue: String,
    /// When it is to begin, if that isn't at once.
    #[serde(default, with = "lenient::or_never")]
    pub schedule: Option<Timestamp>,
    /// What it may be done beside.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub parallel: Parallel,
    /// What it consists of.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tasks: Vec<DescribedTask>,
}

/// What a job may be done beside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Parallel {
    /// The queue within the queue.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub sub_queue: Option<String>,
    /// Whether its tasks may be done side by side.
    #[serde(deserialize_with = "lenient::or_default")]
    pub tasks: bool,
}

/// A task of a job that was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DescribedTask {
    /// What it does, in a few words.
    #[serde(deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// The platform's function that it calls.
    #[serde(deserialize_with = "lenient::or_default")]
    pub header: String,
    /// Its steps.
    #[serde(deserialize_with = "lenient::list")]
    pub steps: Vec<TaskStep>,
    /// What it is given, which differs from function to function.
    pub input: Option<Json>,
}

/// A step of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TaskStep {
    /// What it does, in a few words.
    #[serde(deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// What it does, in more words.
    #[serde(deserialize_with = "lenient::or_default")]
    pub description: String,
    /// When it began.
    #[serde(with = "lenient::or_never")]
    pub started: Option<Timestamp>,
    /// When it was completed.
    #[serde(with = "lenient::or_never")]
    pub completed: Option<Timestamp>,
}
