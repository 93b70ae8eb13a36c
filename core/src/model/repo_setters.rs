//! How programs write git repositories and what opens them.

use super::{GitRef, HttpCredentials, Repo, RepoAuth, SshCredentials};
use crate::wire::secret::Secret;

impl Repo {
    /// The repository at this URL.
    ///
    /// ```
    /// use cycle_images::model::{GitRef, Repo, SshCredentials};
    ///
    /// let repo = Repo::new("git@git.example.com:shop.git")
    ///     .git_ref(GitRef::tag("v1.4"))
    ///     .auth(SshCredentials::new("git", "-----BEGIN OPENSSH PRIVATE KEY-----\n..."));
    /// assert_eq!(repo.git_ref.unwrap().kind, "tag");
    /// ```
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// The branch; the platform takes `master` if none is given.
    #[must_use]
    pub fn branch(mut self, branch: impl Into<String>) -> Self {
        self.branch = Some(branch.into());
        self
    }

    /// The commit, tag or branch; documented as `ref`.
    #[must_use]
    pub fn git_ref(mut self, git_ref: GitRef) -> Self {
        self.git_ref = Some(git_ref);
        self
    }

    /// What opens the repository: [`HttpCredentials`] or [`SshCredentials`].
    #[must_use]
    pub fn auth(mut self, auth: impl Into<RepoAuth>) -> Self {
        self.auth = Some(auth.into());
        self
    }
}

impl GitRef {
    /// A place of any kind: the document leaves open which kinds there are.
    #[must_use]
    pub fn new(kind: impl Into<String>, value: impl Into<String>) -> Self {
        Self { kind: kind.into(), value: value.into(), ..Self::default() }
    }

    /// The commit with this hash.
    #[must_use]
    pub fn hash(hash: impl Into<String>) -> Self {
        Self::new("hash", hash)
    }

    /// The commit with this tag.
    #[must_use]
    pub fn tag(name: impl Into<String>) -> Self {
        Self::new("tag", name)
    }

    /// The tip of this branch.
    #[must_use]
    pub fn branch(name: impl Into<String>) -> Self {
        Self::new("branch", name)
    }
}

impl HttpCredentials {
    /// This user, with this password.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into(), ..Self::default() }
    }
}

impl SshCredentials {
    /// This user, with this key in PEM.
    #[must_use]
    pub fn new(username: impl Into<String>, private_key: impl Into<Secret>) -> Self {
        Self { username: username.into(), private_key: private_key.into(), ..Self::default() }
    }

    /// What opens the key, if it is locked.
    #[must_use]
    pub fn passphrase(mut self, passphrase: impl Into<Secret>) -> Self {
        self.passphrase = passphrase.into();
        self
    }
}

impl From<HttpCredentials> for RepoAuth {
    fn from(credentials: HttpCredentials) -> Self {
        Self::Http(credentials)
    }
}

impl From<SshCredentials> for RepoAuth {
    fn from(credentials: SshCredentials) -> Self {
        Self::Ssh(credentials)
    }
}
