use super::ExistingSource;
use crate::wire::model::{model, setters};
use crate::wire::secret::Secret;

model! {
    /// The details of [`Origin::DockerHub`](super::Origin::DockerHub).
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct DockerHub {
        /// A source whose values are used for all that isn't set here; only within stacks.
        pub existing: Option<ExistingSource>,
        /// The image and its tag, such as `mysql:5.7`.
        pub target: String,
        /// The user, for a private image.
        pub username: Option<String>,
        /// The user's token.
        pub token: Option<Secret>,
        ..unknown
    }
}

impl DockerHub {
    /// An image and tag on Docker Hub, such as `mysql:5.7`.
    #[must_use]
    pub fn new(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
    }
}

setters!(DockerHub { existing: ExistingSource, username: String, token: Secret });
