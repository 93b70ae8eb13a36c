use http::Method;
use serde::{Deserialize, Serialize};

use crate::document::NoIncludes;
use crate::id::JobId;
use crate::model::Job;
use crate::operation::Operation;
use crate::path::Path;

/// Reads one job: `GET /v1/jobs/{id}`, documented as `getJob`. Capability: `apionly-jobs-view`.
///
/// For some seconds after it was accepted a job may not be there yet, and some time after its end
/// it may be gone: both are answered with the code `404.job`.
///
/// ```
/// use cycle_images::{JobId, jobs::GetJob};
///
/// let operation = GetJob::new(JobId::new("651586fca6078e98982dbd90")?);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(hub.request(&operation)?.uri().path(), "/v1/jobs/651586fca6078e98982dbd90");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetJob {
    id: JobId,
}

impl GetJob {
    /// The job with this id, as a [`JobDescriptor`](crate::model::JobDescriptor) names it.
    pub fn new(id: impl Into<JobId>) -> Self {
        Self { id: id.into() }
    }
}

impl Operation for GetJob {
    const NAME: &'static str = "GetJob";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "apionly-jobs-view";
    type Data = Job;
    type Includes = NoIncludes;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/jobs").id(&self.id);
    }
}
