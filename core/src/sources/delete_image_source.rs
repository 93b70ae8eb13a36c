use crate::model::JobDescriptor;
use crate::model::SourceId;
use crate::operation::{One, Operation, Path, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Deletes an image source: `DELETE /v1/images/sources/{id}`, documented as `deleteImageSource`.
/// Capability: `images-sources-manage`. The reply describes the job that does it.
///
/// ```
/// use cycle_images::{SourceId, sources::DeleteImageSource};
///
/// let operation = DeleteImageSource::new(SourceId::new("651586fca6078e98982dbd90")?);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// let request = hub.request(&operation)?;
/// assert_eq!(request.method(), "DELETE");
/// assert_eq!(request.uri().path(), "/v1/images/sources/651586fca6078e98982dbd90");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct DeleteImageSource {
    id: SourceId,
}

impl DeleteImageSource {
    /// The source with this id.
    pub fn new(id: impl Into<SourceId>) -> Self {
        Self { id: id.into() }
    }
}

impl Operation for DeleteImageSource {
    const NAME: &'static str = "DeleteImageSource";
    const METHOD: Method = Method::DELETE;
    const CAPABILITY: &'static str = "images-sources-manage";
    type Output = One<JobDescriptor>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources").id(&self.id);
    }

    read_here!();
}
