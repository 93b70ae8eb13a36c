use serde::{Deserialize, Serialize};

use super::{Job, JobTask, TaskStatus};

/// The progress of a job, in units: each step of a task is a unit, and so is a task without steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobProgress {
    /// Units that were completed.
    pub done: usize,
    /// Units that started and will never be completed, because their task has ended.
    pub failed: usize,
    /// All units of the job.
    pub total: usize,
}

impl Job {
    /// The progress of the job, counted as the platform's own clients do.
    ///
    /// A step that hasn't started when its task ends is neither done nor failed, so a job may end
    /// with units left. Whether it has ended is shown by its [state](Self::state).
    ///
    /// ```
    /// use cycle_images::model::Job;
    ///
    /// let job: Job = serde_json::from_str(r#"{"id": "1", "state": {"current": "running"}, "tasks": [
    ///     {"state": {"current": "completed"}},
    ///     {"state": {"current": "running"}, "steps": [
    ///         {"started": "2026-03-10T14:05:09Z", "completed": "2026-03-10T14:05:12Z"},
    ///         {"started": "2026-03-10T14:05:12Z", "completed": "0001-01-01T00:00:00Z"}
    ///     ]}
    /// ]}"#)?;
    /// let progress = job.progress();
    /// assert_eq!((progress.done, progress.failed, progress.total), (2, 0, 3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn progress(&self) -> JobProgress {
        self.tasks.iter().fold(JobProgress::default(), |sum, task| {
            let task = task.progress();
            JobProgress {
                done: sum.done + task.done,
                failed: sum.failed + task.failed,
                total: sum.total + task.total,
            }
        })
    }
}

impl JobTask {
    /// The progress of the task.
    #[must_use]
    pub fn progress(&self) -> JobProgress {
        let status = self.state.current.as_ref();
        if self.steps.is_empty() {
            return JobProgress {
                done: usize::from(status == Some(&TaskStatus::Completed)),
                failed: usize::from(status == Some(&TaskStatus::Error)),
                total: 1,
            };
        }
        let has_ended = status.is_some_and(TaskStatus::is_final);
        let done = self.steps.iter().filter(|step| step.completed.is_some());
        let begun = self.steps.iter().filter(|s| s.started.is_some() && s.completed.is_none());
        JobProgress {
            done: done.count(),
            failed: if has_ended { begun.count() } else { 0 },
            total: self.steps.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETED: &str =
        r#"{"started": "2026-03-10T14:00:00Z", "completed": "2026-03-10T14:01:00Z"}"#;
    const BEGUN: &str =
        r#"{"started": "2026-03-10T14:01:00Z", "completed": "0001-01-01T00:00:00Z"}"#;
    const WAITING: &str =
        r#"{"started": "0001-01-01T00:00:00Z", "completed": "0001-01-01T00:00:00Z"}"#;

    /// Done, failed and total of a job with these tasks: their state and their steps.
    fn count(tasks: &[(&str, &[&str])]) -> (usize, usize, usize) {
        let tasks: Vec<String> = tasks
            .iter()
            .map(|(state, steps)| {
                let steps = steps.join(",");
                format!(r#"{{"state": {{"current": "{state}"}}, "steps": [{steps}]}}"#)
            })
            .collect();
        let tasks = tasks.join(",");
        let json =
            format!(r#"{{"id": "1", "state": {{"current": "running"}}, "tasks": [{tasks}]}}"#);
        let JobProgress { done, failed, total } =
            serde_json::from_str::<Job>(&json).unwrap().progress();
        (done, failed, total)
    }

    #[test]
    fn a_task_without_steps_is_one_unit() {
        assert_eq!(count(&[("pending", &[])]), (0, 0, 1));
        assert_eq!(count(&[("running", &[])]), (0, 0, 1));
        assert_eq!(count(&[("completed", &[])]), (1, 0, 1));
        assert_eq!(count(&[("error", &[])]), (0, 1, 1));
        assert_eq!(count(&[("paused", &[])]), (0, 0, 1));
    }

    #[test]
    fn a_task_is_as_many_units_as_it_has_steps() {
        assert_eq!(count(&[("pending", &[WAITING, WAITING, WAITING])]), (0, 0, 3));
        assert_eq!(count(&[("completed", &[COMPLETED, COMPLETED])]), (2, 0, 2));
    }

    #[test]
    fn a_step_is_done_once_its_end_is_not_the_zero_time() {
        assert_eq!(count(&[("running", &[COMPLETED, BEGUN, WAITING])]), (1, 0, 3));
        let no_start = r#"{"completed": "2026-03-10T14:01:00Z"}"#;
        assert_eq!(count(&[("running", &[no_start])]), (1, 0, 1));
    }

    #[test]
    fn a_step_that_began_has_failed_once_its_task_has_ended() {
        let steps: &[&str] = &[COMPLETED, BEGUN, WAITING];
        assert_eq!(count(&[("error", steps)]), (1, 1, 3));
        assert_eq!(count(&[("completed", steps)]), (1, 1, 3));
        for going_on in ["pending", "running", "paused", ""] {
            assert_eq!(count(&[(going_on, steps)]), (1, 0, 3), "{going_on}");
        }
    }

    #[test]
    fn a_step_that_never_began_is_neither_done_nor_failed() {
        assert_eq!(count(&[("error", &[WAITING])]), (0, 0, 1));
        assert_eq!(count(&[("completed", &[WAITING])]), (0, 0, 1));
    }

    #[test]
    fn the_state_of_a_task_with_steps_is_not_a_unit() {
        assert_eq!(count(&[("completed", &[COMPLETED, WAITING])]), (1, 0, 2));
        assert_eq!(count(&[("error", &[COMPLETED])]), (1, 0, 1));
    }

    #[test]
    fn tasks_add_up() {
        let tasks: &[(&str, &[&str])] = &[
            ("completed", &[]),
            ("completed", &[COMPLETED, COMPLETED]),
            ("error", &[COMPLETED, BEGUN, WAITING]),
            ("error", &[]),
            ("pending", &[]),
        ];
        assert_eq!(count(tasks), (4, 2, 8));
        assert_eq!(count(&[]), (0, 0, 0));
    }

    #[test]
    fn null_steps_and_a_missing_state_count_as_one_unit_to_do() {
        let json = r#"{"id": "1", "state": {"current": "new"}, "tasks": [{"steps": null}]}"#;
        let job: Job = serde_json::from_str(json).unwrap();
        assert_eq!(job.progress(), JobProgress { done: 0, failed: 0, total: 1 });
    }
}
