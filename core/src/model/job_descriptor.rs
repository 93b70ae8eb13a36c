use serde::{Deserialize, Deserializer, Serialize};

use super::JobId;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::object::Object;
use crate::wire::timestamp::Timestamp;

/// The response to a request that starts a job: the action, and the job that runs it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobDescriptor {
    /// The requested action, such as `import`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub action: String,
    /// The job that runs it. The platform doesn't always name one.
    #[serde(deserialize_with = "described", skip_serializing_if = "Option::is_none")]
    pub job: Option<DescribedJob>,
}

impl JobDescriptor {
    /// The id of the job, if the platform named one.
    #[must_use]
    pub fn job_id(&self) -> Option<&JobId> {
        self.job.as_ref().map(|job| &job.id)
    }
}

/// Reads a job without an id as none: it can't be tracked, but the request was accepted.
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

/// A job, as described by the response to the request that started it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DescribedJob {
    /// The job's id.
    pub id: JobId,
    /// Whether the job was accepted.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub accepted: bool,
    /// The queue it waits in.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub queue: String,
    /// When it is scheduled to start; `None` if it isn't delayed.
    #[serde(default, with = "lenient::or_never")]
    pub schedule: Option<Timestamp>,
    /// What it may run in parallel with.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub parallel: Parallel,
    /// The steps or tasks it consists of.
    #[serde(default, deserialize_with = "lenient::list")]
    pub tasks: Vec<DescribedTask>,
}

/// What a job may run in parallel with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Parallel {
    /// The sub-queue.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub sub_queue: Option<String>,
    /// Whether its tasks may run in parallel.
    #[serde(deserialize_with = "lenient::or_default")]
    pub tasks: bool,
}

/// A task of a described job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DescribedTask {
    /// A short description of what it does.
    #[serde(deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// The platform function it calls.
    #[serde(deserialize_with = "lenient::or_default")]
    pub header: String,
    /// Its steps.
    #[serde(deserialize_with = "lenient::list")]
    pub steps: Vec<TaskStep>,
    /// The input, which depends on the function.
    pub input: Option<Json>,
}

/// A step of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TaskStep {
    /// A short description of what it does.
    #[serde(deserialize_with = "lenient::or_default")]
    pub caption: String,
    /// A longer description of what it does.
    #[serde(deserialize_with = "lenient::or_default")]
    pub description: String,
    /// When it started.
    #[serde(with = "lenient::or_never")]
    pub started: Option<Timestamp>,
    /// When it was completed.
    #[serde(with = "lenient::or_never")]
    pub completed: Option<Timestamp>,
}
