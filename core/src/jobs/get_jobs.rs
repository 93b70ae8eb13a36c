use super::include::{JobInclude, JobIncludes};
use crate::error::RequestError;
use crate::model::{Job, JobStatus};
use crate::operation::{List, ListOptions, Operation, Path, Query, list_operation, read_here};
use crate::request::list_options::options;
use crate::wire::timestamp::Timestamp;
use http::Method;
use serde::{Deserialize, Serialize};

/// Lists jobs: `GET /v1/jobs`, documented as `getJobs`. Capability: `apionly-jobs-view`.
///
/// The platform may return fewer jobs on a page than requested, and reports no total.
///
/// ```
/// use cycle_images::Timestamp;
/// use cycle_images::jobs::GetJobs;
/// use cycle_images::model::JobStatus;
///
/// let since: Timestamp = "2026-03-26T10:00:00Z".parse()?;
/// let ended_badly = GetJobs::new()
///     .filter_range_start(since)
///     .filter_state(JobStatus::Error)
///     .filter_state(JobStatus::Expired);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&ended_badly)?.uri().path_and_query().unwrap(),
///     "/v1/jobs?filter%5Brange-start%5D=2026-03-26T10%3A00%3A00Z&filter%5Bstate%5D=error%2Cexpired",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetJobs {
    options: ListOptions,
    filter: Filter,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Filter {
    range_start: Option<Timestamp>,
    range_end: Option<Timestamp>,
    search: Option<String>,
    state: Vec<JobStatus>,
}

impl GetJobs {
    /// The first page of all jobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only jobs from this time on; documented as `filter[range-start]`.
    pub fn filter_range_start(mut self, start: impl Into<Timestamp>) -> Self {
        self.filter.range_start = Some(start.into());
        self
    }

    /// Only jobs up to this time; documented as `filter[range-end]`.
    pub fn filter_range_end(mut self, end: impl Into<Timestamp>) -> Self {
        self.filter.range_end = Some(end.into());
        self
    }

    /// Only jobs that match this search text.
    pub fn filter_search(mut self, text: impl Into<String>) -> Self {
        self.filter.search = Some(text.into());
        self
    }

    /// Only jobs in this state; may be called again for another state.
    pub fn filter_state(mut self, state: JobStatus) -> Self {
        self.filter.state.push(state);
        self
    }
}

options!(GetJobs of "jobs": include(JobInclude), pages);

impl Operation for GetJobs {
    const NAME: &'static str = "GetJobs";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "apionly-jobs-view";
    type Output = List<Job, JobIncludes>;

    fn check(&self) -> Result<(), RequestError> {
        match (self.filter.range_start, self.filter.range_end) {
            (Some(start), Some(end)) if end < start => {
                let reason = "is before filter[range-start], so that no job can match";
                Err(RequestError::new("filter[range-end]", reason))
            }
            _ => Ok(()),
        }
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/jobs");
    }

    fn query(&self, query: &mut Query<'_>) {
        let Filter { range_start, range_end, search, state } = &self.filter;
        query
            .timestamp("filter[range-start]", *range_start)
            .timestamp("filter[range-end]", *range_end)
            .text("filter[search]", search.as_deref())
            .joined("filter[state]", state)
            .options(&self.options);
    }

    read_here!();
}

list_operation!(GetJobs of Job);
