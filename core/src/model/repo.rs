use serde::{Deserialize, Serialize};

use super::unknown::{Unknown, keeps_unknown};
use crate::wire::debug::{Url, debug};
use crate::wire::lenient;
use crate::wire::secret::Secret;
use crate::wire::tagged::tagged;

/// A git repository.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct Repo {
    /// The repository's URL.
    #[serde(deserialize_with = "lenient::or_default")]
    pub url: String,
    /// The branch; the platform's default is `master`.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Credentials for the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<RepoAuth>,
    /// The commit, tag or branch; documented as `ref`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<GitRef>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(Repo);

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

    /// The branch; the platform's default is `master`.
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

    /// Credentials for the repository: [`HttpCredentials`] or [`SshCredentials`].
    #[must_use]
    pub fn auth(mut self, auth: impl Into<RepoAuth>) -> Self {
        self.auth = Some(auth.into());
        self
    }
}

/// A reference to a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct GitRef {
    /// The kind of the value: `hash`, `tag` or `branch`; documented as `type`.
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// The hash or the name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub value: String,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(GitRef);

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

/// Credentials for a repository over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct HttpCredentials {
    /// The user.
    #[serde(deserialize_with = "lenient::or_default")]
    pub username: String,
    /// The user's password.
    #[serde(deserialize_with = "lenient::or_default")]
    pub password: Secret,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(HttpCredentials);

impl HttpCredentials {
    /// A user with a password.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into(), ..Self::default() }
    }
}

/// Credentials for a repository over SSH.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct SshCredentials {
    /// The user that the key belongs to.
    #[serde(deserialize_with = "lenient::or_default")]
    pub username: String,
    /// The passphrase of the key.
    #[serde(deserialize_with = "lenient::or_default")]
    pub passphrase: Secret,
    /// The key, in PEM.
    #[serde(deserialize_with = "lenient::or_default")]
    pub private_key: Secret,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(SshCredentials);

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
