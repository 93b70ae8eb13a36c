use crate::error::RequestError;
use crate::model::Image;
use crate::model::ImageId;
use crate::operation::{One, Operation, Path, json_body, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Changes an image: `PATCH /v1/images/{id}`, documented as `updateImage`. Capability:
/// `images-manage`. Only what is set is changed.
///
/// ```
/// use cycle_images::{ImageId, images::UpdateImage};
///
/// let operation = UpdateImage::new(ImageId::new("651586fca6078e98982dbd90")?).name("web 1.4");
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(hub.request(&operation)?.into_body(), br#"{"name":"web 1.4"}"#);
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UpdateImage {
    id: ImageId,
    name: Option<String>,
}

impl UpdateImage {
    /// The image with this id.
    pub fn new(id: impl Into<ImageId>) -> Self {
        Self { id: id.into(), name: None }
    }

    /// A new human-readable name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl Operation for UpdateImage {
    const NAME: &'static str = "UpdateImage";
    const METHOD: Method = Method::PATCH;
    const CAPABILITY: &'static str = "images-manage";
    type Output = One<Image>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images").id(&self.id);
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<&'a str>,
        }

        json_body(&Body { name: self.name.as_deref() })
    }

    read_here!();
}
