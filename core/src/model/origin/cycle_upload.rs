use serde::{Deserialize, Serialize};

use crate::wire::lenient;
use crate::wire::secret::Secret;
use crate::wire::timestamp::Timestamp;

/// The details of [`Origin::CycleUpload`](super::Origin::CycleUpload).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CycleUpload {
    /// When the token expires.
    #[serde(with = "lenient::or_never")]
    pub expires: Option<Timestamp>,
    /// The token that authorizes the upload.
    #[serde(deserialize_with = "lenient::or_default")]
    pub token: Secret,
}

impl CycleUpload {
    /// Images that are uploaded to the factory. The platform issues a token for each image; the
    /// source has none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
