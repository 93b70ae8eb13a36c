use serde::{Deserialize, Serialize};

use super::ExistingSource;
use crate::model::unknown::{Unknown, keeps_unknown};
use crate::model::{RegistryAuth, SourceId};
use crate::wire::debug::{Url, debug};
use crate::wire::lenient;

/// The details of [`Origin::OciRegistry`](super::Origin::OciRegistry).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct OciRegistry {
    /// A source whose values are used for all that isn't set here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The image's name on the registry.
    #[serde(deserialize_with = "lenient::or_default")]
    pub target: String,
    /// The registry's URL.
    #[serde(deserialize_with = "lenient::or_default")]
    pub url: String,
    /// Credentials for the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<RegistryAuth>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(OciRegistry);

debug!(OciRegistry { existing, target, url = Url(url), auth, unknown });

impl OciRegistry {
    /// An image on the registry at this URL.
    #[must_use]
    pub fn new(target: impl Into<String>, url: impl Into<String>) -> Self {
        Self { target: target.into(), url: url.into(), ..Self::default() }
    }

    /// Credentials for the registry: a [`UserAuth`](crate::model::UserAuth), a
    /// [`ProviderAuth`](crate::model::ProviderAuth) or a [`WebhookAuth`](crate::model::WebhookAuth).
    #[must_use]
    pub fn auth(mut self, auth: impl Into<RegistryAuth>) -> Self {
        self.auth = Some(auth.into());
        self
    }

    /// A source whose values are used for all that isn't set here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}
