use super::ExistingSource;
use crate::wire::debug::{Url, debug};
use crate::wire::model::{model, setters};
use crate::wire::secret::Secret;

model! {
    /// The details of [`Origin::DockerRegistry`](super::Origin::DockerRegistry).
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct DockerRegistry {
        /// A source whose values are used for all that isn't set here; only within stacks.
        pub existing: Option<ExistingSource>,
        /// The image's name on the registry.
        pub target: String,
        /// The registry's URL.
        pub url: String,
        /// The user, for a private image.
        pub username: Option<String>,
        /// The user's token.
        pub token: Option<Secret>,
        /// The user's password.
        pub password: Option<Secret>,
        ..unknown
    }
}

debug!(DockerRegistry { existing, target, url = Url(url), username, token, password, unknown });

impl DockerRegistry {
    /// An image on the registry at this URL.
    #[must_use]
    pub fn new(target: impl Into<String>, url: impl Into<String>) -> Self {
        Self { target: target.into(), url: url.into(), ..Self::default() }
    }
}

setters!(DockerRegistry {
    existing: ExistingSource,
    username: String,
    token: Secret,
    password: Secret
});
