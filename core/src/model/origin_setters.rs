//! How programs write origins: what an origin is nothing without in `new`, the rest by setters.

use super::SourceId;
use super::{
    CycleSource, CycleUpload, DockerFile, DockerHub, DockerRegistry, ExistingSource, OciRegistry,
    Origin, RegistryAuth, RegistryCredentials, Repo,
};
use crate::wire::secret::Secret;

impl DockerHub {
    /// This image and tag, such as `mysql:5.7`.
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

    /// A source that fills in what isn't given here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}

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

    /// The directory that the build sees.
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

    /// What opens the private images that the Dockerfile builds on; may be called again for
    /// another registry.
    #[must_use]
    pub fn credentials(mut self, credentials: RegistryCredentials) -> Self {
        self.credentials.push(credentials);
        self
    }

    /// A source that fills in what isn't given here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}

impl DockerRegistry {
    /// This image on the registry at this URL.
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

    /// A source that fills in what isn't given here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}

impl OciRegistry {
    /// This image on the registry at this URL.
    #[must_use]
    pub fn new(target: impl Into<String>, url: impl Into<String>) -> Self {
        Self { target: target.into(), url: url.into(), ..Self::default() }
    }

    /// What opens the registry: a [`UserAuth`](super::UserAuth), a
    /// [`ProviderAuth`](super::ProviderAuth) or a [`WebhookAuth`](super::WebhookAuth).
    #[must_use]
    pub fn auth(mut self, auth: impl Into<RegistryAuth>) -> Self {
        self.auth = Some(auth.into());
        self
    }

    /// A source that fills in what isn't given here; only within stacks.
    #[must_use]
    pub fn existing(mut self, source_id: impl Into<SourceId>) -> Self {
        self.existing = Some(ExistingSource::new(source_id));
        self
    }
}

impl CycleUpload {
    /// Images that are pushed to the factory. The platform gives each of them its own token and
    /// its end; a source has neither.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl CycleSource {
    /// This source on Cycle; only within stacks.
    #[must_use]
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self { source_id: Some(source_id.into()) }
    }
}

impl ExistingSource {
    /// This source.
    #[must_use]
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self { source_id: Some(source_id.into()), ..Self::default() }
    }
}

impl From<DockerHub> for Origin {
    fn from(details: DockerHub) -> Self {
        Self::DockerHub(details)
    }
}

impl From<DockerFile> for Origin {
    fn from(details: DockerFile) -> Self {
        Self::DockerFile(details)
    }
}

impl From<DockerRegistry> for Origin {
    fn from(details: DockerRegistry) -> Self {
        Self::DockerRegistry(details)
    }
}

impl From<OciRegistry> for Origin {
    fn from(details: OciRegistry) -> Self {
        Self::OciRegistry(details)
    }
}

impl From<CycleUpload> for Origin {
    fn from(details: CycleUpload) -> Self {
        Self::CycleUpload(details)
    }
}

impl From<CycleSource> for Origin {
    fn from(details: CycleSource) -> Self {
        Self::CycleSource(details)
    }
}
