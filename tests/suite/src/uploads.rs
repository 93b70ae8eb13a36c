//! Images that wait for a tar, and tars.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a helper of tests fails as a test does"
)]

use cycle_images::SourceId;
use cycle_images::images::CreateImage;
use cycle_images::model::{Image, Origin};
use serde_json::json;

use crate::sandbox::Sandbox;

/// An image that waits for its tar, with this token.
#[must_use]
pub fn waiting_image(token: &str) -> Image {
    let origin = json!({"type": "cycle-upload",
        "details": {"token": token, "expires": "2999-01-01T00:00:00Z"}});
    let image = json!({"id": "i1", "state": {"current": "uploading"},
        "source": {"type": "direct", "details": {"id": "s1", "origin": origin}}});
    serde_json::from_value(image).unwrap()
}

/// Creates an image in the sandbox that waits for its tar.
pub fn create_waiting(sandbox: &Sandbox) -> CreateImage {
    CreateImage::new(SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap())
}

/// The upload token of an image.
#[must_use]
pub fn token(image: &Image) -> String {
    let origin = image.source.as_ref().and_then(|source| source.details.origin.as_ref());
    let Some(Origin::CycleUpload(upload)) = origin else { panic!("{image:?}") };
    upload.token.expose().to_owned()
}

/// The bytes of a tar, as far as the sandbox checks them.
#[must_use]
pub fn tar_bytes(size: usize) -> Vec<u8> {
    let mut tar = vec![b'.'; size];
    tar[257..262].copy_from_slice(b"ustar");
    tar
}
