//! The records of the sandbox, which change with time.

use serde_json::{Map, Value};
use std::collections::VecDeque;

use crate::auth::Key;
use crate::clock::Clock;
use crate::errors::Refusal;
use crate::faults::Fault;
use crate::image::Image;
use crate::job::{Job, Plan, Work};
use crate::settings::{JobOutcome, Settings};
use crate::source::Source;
use crate::wire::Creator;

/// The records of the hub.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) hub_id: String,
    pub(crate) keys: Vec<Key>,
    pub(crate) images: Vec<Image>,
    pub(crate) sources: Vec<Source>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) linked: Linked,
    pub(crate) faults: VecDeque<Fault>,
    pub(crate) fates: VecDeque<JobOutcome>,
}

/// The records that are only includes, by id.
#[derive(Debug, Default)]
pub(crate) struct Linked {
    pub(crate) accounts: Map<String, Value>,
    pub(crate) environments: Map<String, Value>,
    pub(crate) api_keys: Map<String, Value>,
    pub(crate) stacks: Map<String, Value>,
    pub(crate) stack_builds: Map<String, Value>,
    pub(crate) integrations: Map<String, Value>,
}

impl State {
    /// Applies the progress of the jobs to images and sources.
    pub(crate) fn tick(&mut self) {
        let now = self.clock.now();
        for job in self.jobs.iter_mut().filter(|job| !job.settled) {
            let phase = job.phase(now);
            match &job.work {
                Work::Import { image, states } => {
                    if let Some(image) = self.images.iter_mut().find(|i| i.id == *image) {
                        image.follow(job, states, phase);
                    }
                }
                Work::DeleteImages(ids) if phase.is_success() => {
                    self.images.retain(|image| !ids.contains(&image.id));
                }
                Work::DeleteSource(id) if phase.is_success() => {
                    self.sources.retain(|source| source.id != *id);
                }
                // The deletion failed or expired.
                Work::DeleteImages(ids) if phase.is_end() => {
                    for image in self.images.iter_mut().filter(|i| ids.contains(&i.id)) {
                        image.keep(job.message(phase), job.ended(phase).unwrap_or(now));
                    }
                }
                Work::DeleteSource(id) if phase.is_end() => {
                    if let Some(source) = self.sources.iter_mut().find(|s| s.id == *id) {
                        let ended = job.ended(phase).unwrap_or(now);
                        source.enter("live", job.message(phase), ended);
                    }
                }
                Work::DeleteImages(_) | Work::DeleteSource(_) | Work::Nothing => {}
            }
            job.settled = phase.is_end();
        }
    }

    pub(crate) fn image(&self, id: &str) -> Result<&Image, Refusal> {
        let image = self.images.iter().find(|image| image.id == id);
        image.ok_or_else(|| Refusal::not_found("image"))
    }

    pub(crate) fn image_mut(&mut self, id: &str) -> Result<&mut Image, Refusal> {
        let image = self.images.iter_mut().find(|image| image.id == id);
        image.ok_or_else(|| Refusal::not_found("image"))
    }

    pub(crate) fn source(&self, id: &str) -> Result<&Source, Refusal> {
        let source = self.sources.iter().find(|source| source.id == id);
        source.ok_or_else(|| Refusal::not_found("image.source"))
    }

    pub(crate) fn source_mut(&mut self, id: &str) -> Result<&mut Source, Refusal> {
        let source = self.sources.iter_mut().find(|source| source.id == id);
        source.ok_or_else(|| Refusal::not_found("image.source"))
    }

    /// The id of the integration with this id or identifier.
    pub(crate) fn integration_id(&self, name: &str) -> Option<String> {
        let mut integrations = self.linked.integrations.iter();
        let found = integrations.find(|(id, integration)| {
            *id == name || integration.get("identifier").and_then(Value::as_str) == Some(name)
        });
        found.map(|(id, _)| id.clone())
    }

    /// Whether a job of this image has not ended.
    pub(crate) fn is_busy(&self, image: &str) -> bool {
        let mut unsettled = self.jobs.iter().filter(|job| !job.settled);
        unsettled.any(|job| match &job.work {
            Work::Import { image: id, .. } => id == image,
            Work::DeleteImages(ids) => ids.iter().any(|id| id == image),
            Work::DeleteSource(_) | Work::Nothing => false,
        })
    }

    /// Adds a job, and returns its descriptor.
    pub(crate) fn submit(&mut self, plan: Plan, caller: &Creator) -> Value {
        let usual = || self.settings.job_fate.clone();
        let fate = self.fates.pop_front().unwrap_or_else(usual);
        let job = Job::new(plan, fate, self.clock.now(), caller, &self.settings);
        let descriptor = job.descriptor(&self.hub_id);
        self.jobs.push(job);
        descriptor
    }
}
