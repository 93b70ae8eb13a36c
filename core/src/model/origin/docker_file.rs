use super::ExistingSource;
use crate::model::Repo;
use crate::wire::debug::{Url, debug};
use crate::wire::model::{model, setters};
use crate::wire::secret::Secret;

model! {
    /// The details of [`Origin::DockerFile`](super::Origin::DockerFile).
    #[derive(Clone, Default, PartialEq)]
    pub struct DockerFile {
        /// A source whose values are used for all that isn't set here; only within stacks.
        pub existing: Option<ExistingSource>,
        /// The git repository.
        pub repo: Option<Repo>,
        /// The URL of a tar file, in place of a repository.
        pub targz_url: Option<String>,
        /// The build context: the directory that the build can read.
        pub context_dir: Option<String>,
        /// The path of the Dockerfile.
        pub build_file: Option<String>,
        /// Credentials for registries with private base images of the Dockerfile.
        pub credentials: Vec<RegistryCredentials>,
        ..unknown
    }
}

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

    /// Credentials for a registry with private base images of the Dockerfile; may be called again
    /// for another registry.
    #[must_use]
    pub fn credentials(mut self, credentials: RegistryCredentials) -> Self {
        self.credentials.push(credentials);
        self
    }
}

setters!(DockerFile { existing: ExistingSource, context_dir: String, build_file: String });

model! {
    /// Credentials for a registry with base images of a Dockerfile.
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct RegistryCredentials {
        /// The registry's URL.
        pub url: Option<String>,
        /// The user.
        pub username: Option<String>,
        /// The user's token.
        pub token: Option<Secret>,
        ..unknown
    }
}

debug!(RegistryCredentials { url = url.as_deref().map(Url), username, token, unknown });

impl RegistryCredentials {
    /// Credentials for the registry at this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }
}

setters!(RegistryCredentials { username: String, token: Secret });
