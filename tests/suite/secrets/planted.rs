//! The secrets that are planted, beside those of the operations. All begin with `sec-`.

use cycle_images::model::Image;
use serde_json::json;

pub(crate) const KEY: &str = "sec-api-key-0b5e9d";
/// The value of a header that the program has marked as sensitive.
pub(crate) const HEADER: &str = "sec-header-77aa01";
/// The token of an upload, which goes to the factory.
pub(crate) const UPLOAD: &str = "sec-upload-token-4c1d";
/// Not a secret, but no flow, recording or event names it.
pub(crate) const HUB: &str = "hub-5f0c2e91";

/// An image that waits for its upload.
pub(crate) fn waiting_image() -> Image {
    let origin = json!({"type": "cycle-upload",
        "details": {"token": UPLOAD, "expires": "2999-01-01T00:00:00Z"}});
    let image = json!({"id": "i1", "state": {"current": "uploading"},
        "source": {"type": "direct", "details": {"id": "s1", "origin": origin}}});
    serde_json::from_value(image).unwrap()
}
