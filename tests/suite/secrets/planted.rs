//! The planted secrets, beside those of the operations. All begin with `sec-`.

use cycle_images::model::Image;

pub(crate) const KEY: &str = "sec-api-key-0b5e9d";
/// The value of a header that the program has marked as sensitive.
pub(crate) const HEADER: &str = "sec-header-77aa01";
/// The token of an upload, which goes to the factory.
pub(crate) const UPLOAD: &str = "sec-upload-token-4c1d";
/// Not a secret, but no flow, recording or event names it.
pub(crate) const HUB: &str = "hub-5f0c2e91";

pub(crate) fn waiting_image() -> Image {
    cycle_images_tests::uploads::waiting_image(UPLOAD)
}
