use crate::wire::model::model;
use crate::wire::secret::Secret;
use crate::wire::timestamp::Timestamp;

model! {
    /// The details of [`Origin::CycleUpload`](super::Origin::CycleUpload).
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct CycleUpload {
        /// When the token expires.
        pub expires: Option<Timestamp>,
        /// The token that authorizes the upload.
        pub token: Secret,
    }
}

impl CycleUpload {
    /// Images that are uploaded to the factory. The platform issues a token for each image; the
    /// source has none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
