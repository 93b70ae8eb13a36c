use crate::error::RequestError;
use crate::model::ImageId;
use crate::model::JobDescriptor;
use crate::operation::{One, Operation, Path, json_body, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Imports an image: `POST /v1/images/{id}/tasks` with the action `import`, documented as
/// `createImageJob`. Capability: `images-import`. The reply describes the job that downloads,
/// builds, verifies and saves the image.
///
/// ```
/// use cycle_images::{ImageId, images::CreateImageJob};
///
/// let operation = CreateImageJob::import(ImageId::new("651586fca6078e98982dbd90")?);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(hub.request(&operation)?.into_body(), br#"{"action":"import"}"#);
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[doc(alias = "import")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct CreateImageJob {
    id: ImageId,
}

impl CreateImageJob {
    /// Imports the image with this id.
    pub fn import(id: impl Into<ImageId>) -> Self {
        Self { id: id.into() }
    }
}

impl Operation for CreateImageJob {
    const NAME: &'static str = "CreateImageJob";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "images-import";
    type Output = One<JobDescriptor>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images").id(&self.id).literal("/tasks");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        #[derive(Serialize)]
        struct Body {
            action: &'static str,
        }

        json_body(&Body { action: "import" })
    }

    read_here!();
}
