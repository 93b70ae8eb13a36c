use super::ExistingSource;
use crate::model::RegistryAuth;
use crate::wire::debug::{Url, debug};
use crate::wire::model::{model, setters};

model! {
    /// The details of [`Origin::OciRegistry`](super::Origin::OciRegistry).
    #[derive(Clone, Default, PartialEq)]
    pub struct OciRegistry {
        /// A source whose values are used for all that isn't set here; only within stacks.
        pub existing: Option<ExistingSource>,
        /// The image's name on the registry.
        pub target: String,
        /// The registry's URL.
        pub url: String,
        /// Credentials for the registry.
        pub auth: Option<RegistryAuth>,
        ..unknown
    }
}

debug!(OciRegistry { existing, target, url = Url(url), auth, unknown });

impl OciRegistry {
    /// An image on the registry at this URL.
    #[must_use]
    pub fn new(target: impl Into<String>, url: impl Into<String>) -> Self {
        Self { target: target.into(), url: url.into(), ..Self::default() }
    }
}

setters!(OciRegistry { existing: ExistingSource, auth: RegistryAuth });
