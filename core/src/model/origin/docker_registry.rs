use serde::{Deserialize, Serialize};

use super::ExistingSource;
use crate::model::SourceId;
use crate::model::unknown::{Unknown, keeps_unknown};
use crate::wire::debug::{Url, debug};
use crate::wire::lenient;
use crate::wire::secret::Secret;

/// The details of [`Origin::DockerRegistry`](super::Origin::DockerRegistry).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct DockerRegistry {
    /// A source whose values are used for all that isn't set here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The image's name on the registry.
    #[serde(deserialize_with = "lenient::or_default")]
    pub target: String,
    /// The registry's URL.
    #[serde(deserialize_with = "lenient::or_default")]
    pub url: String,
    /// The user, for a private image.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's token.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The user's password.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(DockerRegistry);

debug!(DockerRegistry { existing, target, url = Url(url), username, token, password, unknown });

impl DockerRegistry {
    /// An image on the registry at this URL.
    #[must_use]
    pub fn new(target: impl Into<String>, url: impl Into<String>) -> Self {
        Self { target: target.into(), url: url.into(), ..Self::default() }
    }

    /// The user, for a private image.
    #[must_use]
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The user's token.
    #[must_use]
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The user's password.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// A source whose values are used for all that isn't set here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}
