use serde::{Deserialize, Serialize};

use super::ExistingSource;
use crate::model::unknown::{Unknown, keeps_unknown};
use crate::model::{Repo, SourceId};
use crate::wire::debug::{Url, debug};
use crate::wire::lenient;
use crate::wire::secret::Secret;

/// The details of [`Origin::DockerFile`](super::Origin::DockerFile).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct DockerFile {
    /// A source whose values are used for all that isn't set here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<Repo>,
    /// The URL of a tar file, in place of a repository.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub targz_url: Option<String>,
    /// The build context: the directory that the build can read.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub context_dir: Option<String>,
    /// The path of the Dockerfile.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub build_file: Option<String>,
    /// Credentials for registries with private base images of the Dockerfile.
    #[serde(deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<RegistryCredentials>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(DockerFile);

debug!(DockerFile { existing, repo, targz_url = targz_url.as_deref().map(Url), context_dir, build_file, credentials, unknown });

impl DockerFile {
    /// A Dockerfile in a git repository.
    ///
    /// ```
    /// use cycle_images::model::{DockerFile, HttpCredentials, RegistryCredentials, Repo};
    ///
    /// let repo = Repo::new("https://git.example.com/shop.git")
    ///     .branch("main")
    ///     .auth(HttpCredentials::new("ci", "git-token"));
    /// let origin = DockerFile::of_repo(repo)
    ///     .context_dir("api")
    ///     .build_file("api/Dockerfile")
    ///     .credentials(RegistryCredentials::new("ghcr.io").username("ci").token("ghcr-token"));
    /// assert_eq!(origin.credentials.len(), 1);
    /// ```
    #[must_use]
    pub fn of_repo(repo: Repo) -> Self {
        Self { repo: Some(repo), ..Self::default() }
    }

    /// A Dockerfile in a `.tar.gz` that this URL serves.
    #[must_use]
    pub fn of_targz(url: impl Into<String>) -> Self {
        Self { targz_url: Some(url.into()), ..Self::default() }
    }

    /// The build context: the directory that the build can read.
    #[must_use]
    pub fn context_dir(mut self, directory: impl Into<String>) -> Self {
        self.context_dir = Some(directory.into());
        self
    }

    /// The path of the Dockerfile.
    #[must_use]
    pub fn build_file(mut self, path: impl Into<String>) -> Self {
        self.build_file = Some(path.into());
        self
    }

    /// Credentials for a registry with private base images of the Dockerfile; may be called again
    /// for another registry.
    #[must_use]
    pub fn credentials(mut self, credentials: RegistryCredentials) -> Self {
        self.credentials.push(credentials);
        self
    }

    /// A source whose values are used for all that isn't set here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}

/// Credentials for a registry with base images of a Dockerfile.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct RegistryCredentials {
    /// The registry's URL.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The user.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's token.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(RegistryCredentials);

debug!(RegistryCredentials { url = url.as_deref().map(Url), username, token, unknown });

impl RegistryCredentials {
    /// Credentials for the registry at this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    /// The user.
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
}
