use crate::model::BuildLog;
use crate::model::ImageId;
use crate::operation::{One, Operation, Path, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Reads the log of an image's build: `GET /v1/images/{id}/build-log`, documented as
/// `getImageBuildLog`. Capability: `images-view`.
///
/// ```
/// use cycle_images::{ImageId, images::GetImageBuildLog};
///
/// let operation = GetImageBuildLog::new(ImageId::new("651586fca6078e98982dbd90")?);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.uri().path(),
///     "/v1/images/651586fca6078e98982dbd90/build-log",
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetImageBuildLog {
    id: ImageId,
}

impl GetImageBuildLog {
    /// The build log of the image with this id.
    pub fn new(id: impl Into<ImageId>) -> Self {
        Self { id: id.into() }
    }
}

impl Operation for GetImageBuildLog {
    const NAME: &'static str = "GetImageBuildLog";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-view";
    type Output = One<BuildLog>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images").id(&self.id).literal("/build-log");
    }

    read_here!();
}
