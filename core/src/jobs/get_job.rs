use crate::model::Job;
use crate::model::JobId;
use crate::operation::{One, Operation, Path, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Reads one job: `GET /v1/jobs/{id}`, documented as `getJob`. Capability: `apionly-jobs-view`.
///
/// A job may be missing for some seconds after it was accepted, and may be removed some time after
/// it ended: both are the error `404.job`.
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
    type Output = One<Job>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/jobs").id(&self.id);
    }

    read_here!();
}
