use std::{fmt, iter};

use super::{Job, JobStatus};
use crate::wire::plain::plain;

/// Why a job ended without being completed, for a person to read.
///
/// `Display` joins the messages, each of them once: jobs often repeat the message of a task. It is
/// one line, of at most 1,000 characters a message and of 20 tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobFailure {
    /// The final state: [`Error`](JobStatus::Error) or [`Expired`](JobStatus::Expired).
    pub status: JobStatus,
    /// The error message of the job's own state.
    pub message: Option<String>,
    /// The error messages of its tasks, in their order.
    pub tasks: Vec<TaskFailure>,
}

/// The failure of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskFailure {
    /// A short description of what the task does.
    pub caption: String,
    /// The error.
    pub message: String,
}

impl Job {
    /// Why the job failed or expired.
    ///
    /// ```
    /// use cycle_images::model::Job;
    ///
    /// let job: Job = serde_json::from_str(r#"{"id": "1",
    ///     "state": {"current": "error", "error": {"message": "1 of 2 tasks failed"}},
    ///     "tasks": [
    ///         {"caption": "Build", "error": {"message": "npm exited with 1"}},
    ///         {"caption": "Verify", "error": null}
    ///     ]
    /// }"#)?;
    /// assert_eq!(
    ///     job.failure().unwrap().to_string(),
    ///     "the job failed: 1 of 2 tasks failed; Build: npm exited with 1",
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn failure(&self) -> Option<JobFailure> {
        let status = match &self.state.current {
            status @ (JobStatus::Error | JobStatus::Expired) => status.clone(),
            _ => return None,
        };
        let tasks = self.tasks.iter().filter_map(|task| {
            let message = task.error.as_ref()?.message.clone()?;
            Some(TaskFailure { caption: task.caption.clone(), message })
        });
        Some(JobFailure {
            status,
            message: self.state.error.as_ref().and_then(|error| error.message.clone()),
            tasks: tasks.collect(),
        })
    }
}

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.status {
            JobStatus::Expired => "the job expired",
            _ => "the job failed",
        })?;
        let said_by_a_task = |message: &str| self.tasks.iter().any(|task| task.message == message);
        let own = self.message.as_ref().filter(|message| !said_by_a_task(message));
        let own = own.map(|message| plain(message, MOST_CHARACTERS));
        let tasks = self.tasks.iter().take(MOST_TASKS).map(TaskFailure::to_string);
        for (separator, message) in
            iter::once(": ").chain(iter::repeat("; ")).zip(own.into_iter().chain(tasks))
        {
            write!(f, "{separator}{message}")?;
        }
        match self.tasks.len().saturating_sub(MOST_TASKS) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// How many characters of each message, and how many tasks are shown.
const MOST_CHARACTERS: usize = 1000;
const MOST_TASKS: usize = 20;

impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.caption.as_str() {
            "" => f.write_str(&plain(&self.message, MOST_CHARACTERS)),
            caption => {
                let caption = plain(caption, MOST_CHARACTERS);
                write!(f, "{caption}: {}", plain(&self.message, MOST_CHARACTERS))
            }
        }
    }
}

impl std::error::Error for JobFailure {}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(state: &str, tasks: &str) -> Option<JobFailure> {
        let json = format!(r#"{{"id": "1", "state": {state}, "tasks": [{tasks}]}}"#);
        serde_json::from_str::<Job>(&json).unwrap().failure()
    }

    fn shown(state: &str, tasks: &str) -> String {
        failure(state, tasks).unwrap().to_string()
    }

    const FAILED: &str = r#"{"current": "error", "error": {"message": "no space left"}}"#;

    #[test]
    fn only_a_job_that_failed_or_expired_has_a_failure() {
        let tasks = r#"{"caption": "Build", "error": {"message": "exit 1"}}"#;
        for word in ["new", "queued", "scheduled", "running", "completed", "paused"] {
            let state = format!(r#"{{"current": "{word}"}}"#);
            assert_eq!(failure(&state, tasks), None, "{word}");
        }
        assert_eq!(shown(r#"{"current": "error"}"#, tasks), "the job failed: Build: exit 1");
        assert_eq!(shown(r#"{"current": "expired"}"#, ""), "the job expired");
    }

    #[test]
    fn every_message_is_gathered_in_order() {
        let tasks = r#"
            {"caption": "Build", "error": {"message": "exit 1"}},
            {"caption": "Verify"}, {"caption": "Save", "error": {"message": ""}},
            {"error": {"message": "node lost"}}"#;
        let failure = failure(FAILED, tasks).unwrap();
        assert_eq!(failure.status, JobStatus::Error);
        assert_eq!(failure.message.as_deref(), Some("no space left"));
        let tasks: Vec<_> =
            failure.tasks.iter().map(|t| (t.caption.as_str(), t.message.as_str())).collect();
        assert_eq!(tasks, [("Build", "exit 1"), ("", "node lost")]);
        assert_eq!(failure.to_string(), "the job failed: no space left; Build: exit 1; node lost");
    }

    #[test]
    fn a_message_that_a_task_repeats_is_shown_once() {
        let tasks = r#"{"caption": "Save", "error": {"message": "no space left"}}"#;
        assert_eq!(shown(FAILED, tasks), "the job failed: Save: no space left");
        assert_eq!(shown(FAILED, ""), "the job failed: no space left");
    }
}
