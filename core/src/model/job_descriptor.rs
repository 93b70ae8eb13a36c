use super::JobId;
use crate::wire::json::Json;
use crate::wire::model::model;
use crate::wire::timestamp::Timestamp;

model! {
    /// The response to a request that starts a job: the action, and the job that runs it.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct JobDescriptor {
        /// The requested action, such as `import`.
        pub action: String,
        /// The job that runs it. The platform doesn't always name one.
        pub job: Option<DescribedJob>,
    }
}

impl JobDescriptor {
    /// The id of the job, if the platform named one.
    #[must_use]
    pub fn job_id(&self) -> Option<&JobId> {
        self.job.as_ref()?.id.as_ref()
    }
}

model! {
    /// A job, as described by the response to the request that started it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DescribedJob {
        /// The job's id. The platform doesn't always send one.
        pub id: Option<JobId>,
        /// Whether the job was accepted.
        pub accepted: bool,
        /// The queue it waits in.
        pub queue: String,
        /// When it is scheduled to start; `None` if it isn't delayed.
        pub schedule: Option<Timestamp>,
        /// What it may run in parallel with.
        pub parallel: Parallel,
        /// The steps or tasks it consists of.
        pub tasks: Vec<DescribedTask>,
    }
}

model! {
    /// What a job may run in parallel with.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Parallel {
        /// The sub-queue.
        pub sub_queue: Option<String>,
        /// Whether its tasks may run in parallel.
        pub tasks: bool,
    }
}

model! {
    /// A task of a described job.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DescribedTask {
        /// A short description of what it does.
        pub caption: String,
        /// The platform function it calls.
        pub header: String,
        /// Its steps.
        pub steps: Vec<TaskStep>,
        /// The input, which depends on the function.
        pub input: Option<Json>,
    }
}

model! {
    /// A step of a task.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct TaskStep {
        /// A short description of what it does.
        pub caption: String,
        /// A longer description of what it does.
        pub description: String,
        /// When it started.
        pub started: Option<Timestamp>,
        /// When it was completed.
        pub completed: Option<Timestamp>,
    }
}
