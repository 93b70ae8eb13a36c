use serde::{Deserialize, Serialize};

use crate::wire::lenient;
use crate::wire::secret::Secret;
use crate::wire::timestamp::Timestamp;

/// The details of [`Origin::CycleUpload`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CycleUpload {
    /// When the token ends.
    #[serde(with = "lenient::or_never")]
    pub expires: Option<Timestamp>,
    /// What the factory wants to see to take the image.
    #[serde(deserialize_with = "lenient::or_default")]
    pub token: Secret,
}

impl CycleUpload {
    /// Images that are pushed to the factory. The platform gives each of them its own token and
    /// its end; a source has neither.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
