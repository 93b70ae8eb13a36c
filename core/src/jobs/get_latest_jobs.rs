use crate::model::Job;
use crate::operation::{List, Operation, Path, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Lists the latest jobs: `GET /v1/jobs/latest`, documented as `getLatestJobs`. Capability:
/// `apionly-jobs-view`. The platform decides how many; there are no pages.
///
/// ```
/// use cycle_images::jobs::GetLatestJobs;
///
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(hub.request(&GetLatestJobs::new())?.uri().path(), "/v1/jobs/latest");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
#[non_exhaustive]
pub struct GetLatestJobs {}

impl GetLatestJobs {
    /// The latest jobs.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for GetLatestJobs {
    const NAME: &'static str = "GetLatestJobs";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "apionly-jobs-view";
    type Output = List<Job>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/jobs/latest");
    }

    read_here!();
}
