use std::error::Error;

use crate::Reply;
use crate::model::{Image, ImageId, ImageStatus};
use crate::wire::plain::plain;

/// Whether the image is live: a condition for [`Until`](crate::flow::Until) and the clients'
/// `wait_until`.
///
/// # Errors
/// If the image has failed or is deleted, with the platform's message: then it will not be live.
///
/// ```
/// use cycle_images::images::{GetImage, is_live};
/// use cycle_images::{Hub, ImageId, http};
///
/// let (hub, get) = (Hub::new("key", "hub")?, GetImage::new(ImageId::new("i1")?));
/// let read = |json| hub.response(&get, http::Response::new(json));
///
/// let building = read(r#"{"data": {"id": "i1", "state": {"current": "building"}}}"#)?;
/// assert!(!is_live(&building)?);
/// let failed = read(
///     r#"{"data": {"id": "i1", "state": {"current": "building", "error": {"message": "no space"}}}}"#,
/// )?;
/// assert_eq!(is_live(&failed).unwrap_err().to_string(), "image i1 failed: no space");
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub fn is_live<I>(reply: &Reply<Image, I>) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let Image { id, state, .. } = &reply.data;
    let id = id.clone();
    let message = state.error.as_ref().and_then(|error| error.message.clone());
    match (&state.current, message) {
        (ImageStatus::Live, _) => Ok(true),
        (ImageStatus::Deleting | ImageStatus::Deleted, _) => Err(NotLive::Deleted { id }.into()),
        (_, Some(message)) => {
            let message = plain(&message, 1000);
            Err(NotLive::Failed { id, message }.into())
        }
        // The platform also sends an error without a message, which is none.
        (_, None) => Ok(false),
    }
}

#[derive(Debug, thiserror::Error)]
enum NotLive {
    #[error("image {id} failed: {message}")]
    Failed { id: ImageId, message: String },
    #[error("image {id} is deleted")]
    Deleted { id: ImageId },
}
