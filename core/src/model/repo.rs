use crate::wire::debug::{Url, debug};
use crate::wire::model::{model, setters};
use crate::wire::secret::Secret;
use crate::wire::tagged::tagged;

model! {
    /// A git repository.
    #[derive(Clone, Default, PartialEq)]
    pub struct Repo {
        /// The repository's URL.
        pub url: String,
        /// The branch; the platform's default is `master`.
        pub branch: Option<String>,
        /// Credentials for the repository.
        pub auth: Option<RepoAuth>,
        /// The commit, tag or branch; documented as `ref`.
        #[wire(key = "ref")]
        pub git_ref: Option<GitRef>,
        ..unknown
    }
}

debug!(Repo { url = Url(url), branch, auth, git_ref, unknown });

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
}

setters!(Repo { branch: String, git_ref: GitRef, auth: RepoAuth });

model! {
    /// A reference to a commit.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct GitRef {
        /// The kind of the value: `hash`, `tag` or `branch`; documented as `type`.
        #[wire(key = "type")]
        pub kind: String,
        /// The hash or the name.
        pub value: String,
        ..unknown
    }
}

impl GitRef {
    /// A reference of this kind. The documented kinds are `hash`, `tag` and `branch`.
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

tagged! {
    /// Credentials for a git repository.
    pub enum RepoAuth("credentials") {
        /// A user and a password, over HTTP.
        Http(HttpCredentials) = "http",
        /// A private key, over SSH.
        Ssh(SshCredentials) = "ssh",
    }
}

model! {
    /// Credentials for a repository over HTTP.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct HttpCredentials {
        /// The user.
        pub username: String,
        /// The user's password.
        pub password: Secret,
        ..unknown
    }
}

impl HttpCredentials {
    /// A user with a password.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into(), ..Self::default() }
    }
}

model! {
    /// Credentials for a repository over SSH.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct SshCredentials {
        /// The user that the key belongs to.
        pub username: String,
        /// The passphrase of the key.
        pub passphrase: Secret,
        /// The key, in PEM.
        pub private_key: Secret,
        ..unknown
    }
}

impl SshCredentials {
    /// A user with a private key in PEM.
    #[must_use]
    pub fn new(username: impl Into<String>, private_key: impl Into<Secret>) -> Self {
        Self { username: username.into(), private_key: private_key.into(), ..Self::default() }
    }

    /// The passphrase of the key, if it has one.
    #[must_use]
    pub fn passphrase(mut self, passphrase: impl Into<Secret>) -> Self {
        self.passphrase = passphrase.into();
        self
    }
}
