use crate::model::ImageId;
use crate::model::JobDescriptor;
use crate::operation::{One, Operation, Path, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Deletes an image: `DELETE /v1/images/{id}`, documented as `deleteImage`. Capability:
/// `images-manage`. The reply describes the job that does it.
///
/// ```
/// use cycle_images::{ImageId, images::DeleteImage};
///
/// let operation = DeleteImage::new(ImageId::new("651586fca6078e98982dbd90")?);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(hub.request(&operation)?.uri().path(), "/v1/images/651586fca6078e98982dbd90");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct DeleteImage {
    id: ImageId,
}

impl DeleteImage {
    /// The image with this id.
    pub fn new(id: impl Into<ImageId>) -> Self {
        Self { id: id.into() }
    }
}

impl Operation for DeleteImage {
    const NAME: &'static str = "DeleteImage";
    const METHOD: Method = Method::DELETE;
    const CAPABILITY: &'static str = "images-manage";
    type Output = One<JobDescriptor>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images").id(&self.id);
    }

    read_here!();
}
