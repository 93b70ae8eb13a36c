//! A job: tasks whose steps pass with time.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::later;
use crate::settings::{JobOutcome, Settings};
use crate::wire::{self, Creator, Moment, NEVER};

/// A job before it is queued.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) action: &'static str,
    pub(crate) caption: String,
    pub(crate) tasks: Vec<Task>,
    pub(crate) work: Work,
}

/// What a job changes. Its tasks are only shown.
#[derive(Debug)]
pub(crate) enum Work {
    /// The image is in `states[n]` while the job is at its step `n`.
    Import {
        image: String,
        states: &'static [&'static str],
    },
    DeleteImages(Vec<String>),
    DeleteSource(String),
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) caption: &'static str,
    pub(crate) header: &'static str,
    pub(crate) input: Value,
    /// Caption and description. A task without steps counts as one.
    pub(crate) steps: &'static [(&'static str, &'static str)],
}

impl Task {
    pub(crate) fn units(&self) -> usize {
        self.steps.len().max(1)
    }
}

/// The progress of a job. Steps are counted over all tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Scheduled,
    Queued,
    Running(usize),
    Completed,
    Failed(usize),
    Expired,
}

impl Phase {
    pub(crate) fn is_success(self) -> bool {
        self == Self::Completed
    }

    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Failed(_) | Self::Expired)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Running(_) => "running",
            Self::Completed => "completed",
            Self::Failed(_) => "error",
            Self::Expired => "expired",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) action: &'static str,
    pub(crate) caption: String,
    pub(crate) tasks: Vec<Task>,
    pub(crate) work: Work,
    pub(crate) fate: JobOutcome,
    pub(crate) queued: Moment,
    pub(crate) creator: Creator,
    pub(crate) settled: bool,
    /// The reads that are still answered with `404.job`.
    pub(crate) hidden_reads: u32,
    step: Duration,
}

impl Job {
    pub(crate) fn new(
        plan: Plan,
        fate: JobOutcome,
        queued: Moment,
        creator: &Creator,
        settings: &Settings,
    ) -> Self {
        Self {
            id: wire::new_id(),
            action: plan.action,
            caption: plan.caption,
            tasks: plan.tasks,
            work: plan.work,
            fate,
            queued,
            creator: creator.clone(),
            settled: false,
            hidden_reads: settings.hidden_job_reads,
            step: settings.step,
        }
    }

    /// It is queued for the time of one step, then each step has the same time.
    pub(crate) fn phase(&self, now: Moment) -> Phase {
        if now < self.queued {
            return Phase::Scheduled;
        }
        // A step of no time ends at once.
        let waited = (now - self.queued).to_std().unwrap_or_default();
        let beat = waited
            .as_nanos()
            .checked_div(self.step.as_nanos())
            .map_or(usize::MAX, |beat| usize::try_from(beat).unwrap_or(usize::MAX));
        let units = self.tasks.iter().map(Task::units).sum();
        let Some(unit) = beat.checked_sub(1) else {
            return Phase::Queued;
        };
        match &self.fate {
            JobOutcome::Expire => Phase::Expired,
            JobOutcome::Fail { step, .. } if unit > *step => Phase::Failed(*step),
            _ if unit < units => Phase::Running(unit),
            _ => Phase::Completed,
        }
    }

    /// The beginning of a step; that after the last is the end.
    pub(crate) fn begins(&self, unit: usize) -> Moment {
        let beats = u32::try_from(unit.saturating_add(1)).unwrap_or(u32::MAX);
        later(self.queued, self.step.saturating_mul(beats))
    }

    /// The time of its end, if it has ended.
    pub(crate) fn ended(&self, phase: Phase) -> Option<Moment> {
        match phase {
            Phase::Scheduled | Phase::Queued | Phase::Running(_) => None,
            Phase::Completed => Some(self.begins(self.tasks.iter().map(Task::units).sum())),
            Phase::Failed(unit) => Some(self.begins(unit.saturating_add(1))),
            Phase::Expired => Some(self.begins(0)),
        }
    }

    /// The message of a job that failed or expired.
    pub(crate) fn message(&self, phase: Phase) -> Option<&str> {
        match (&self.fate, phase) {
            (JobOutcome::Fail { message, .. }, Phase::Failed(_)) => Some(message),
            (_, Phase::Expired) => Some("the job expired before it was picked up"),
            _ => None,
        }
    }

    pub(crate) fn queue(hub_id: &str) -> String {
        format!("{hub_id}-images")
    }

    pub(crate) fn descriptor(&self, hub_id: &str) -> Value {
        let tasks = self.tasks.iter().map(|task| {
            json!({
                "caption": task.caption,
                "header": task.header,
                "input": task.input,
                "steps": steps(task, |_| (None, None)),
            })
        });
        json!({
            "action": self.action,
            "job": {
                "id": self.id,
                "accepted": true,
                "queue": Self::queue(hub_id),
                "schedule": NEVER,
                "parallel": {"sub_queue": null, "tasks": false},
                "tasks": tasks.collect::<Vec<_>>(),
            },
        })
    }
}

/// The steps of a task, each with its times; `null` for a task without steps.
pub(crate) fn steps(
    task: &Task,
    times: impl Fn(usize) -> (Option<Moment>, Option<Moment>),
) -> Value {
    if task.steps.is_empty() {
        return Value::Null;
    }
    let steps = task.steps.iter().enumerate();
    let steps = steps.map(|(n, (caption, description))| {
        let (started, completed) = times(n);
        json!({
            "caption": caption,
            "description": description,
            "started": wire::time_or_never(started),
            "completed": wire::time_or_never(completed),
        })
    });
    Value::Array(steps.collect())
}
