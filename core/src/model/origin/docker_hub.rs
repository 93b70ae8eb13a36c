use serde::{Deserialize, Serialize};

use super::ExistingSource;
use crate::model::SourceId;
use crate::model::unknown::{Unknown, keeps_unknown};
use crate::wire::lenient;
use crate::wire::secret::Secret;

/// The details of [`Origin::DockerHub`](super::Origin::DockerHub).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct DockerHub {
    /// A source whose values are used for all that isn't set here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The image and its tag, such as `mysql:5.7`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub target: String,
    /// The user, for a private image.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's token.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(DockerHub);

impl DockerHub {
    /// An image and tag on Docker Hub, such as `mysql:5.7`.
    #[must_use]
    pub fn new(target: impl Into<String>) -> Self {
        Self { target: target.into(), ..Self::default() }
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

    /// A source whose values are used for all that isn't set here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}
