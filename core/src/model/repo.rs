use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::unknown::Unknown;
use crate::wire::lenient::{self, or_default};
use crate::wire::secret::Secret;
use crate::wire::shown::{Url, debug};
use crate::wire::tagged::{self, Tagged, UnknownKind};

/// A git repository.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Repo {
    /// The repository's URL.
    #[serde(deserialize_with = "or_default")]
    pub url: String,
    /// The branch; the platform takes `master` if none is given.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// What opens the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<RepoAuth>,
    /// The commit, tag or branch; documented as `ref`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<GitRef>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

debug!(Repo { url = Url(url), branch, auth, git_ref, unknown });

/// A place in a repository's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GitRef {
    /// Whether the value is a `hash`, a `tag` or a `branch`; documented as `type`.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// The hash, or the name.
    #[serde(deserialize_with = "or_default")]
    pub value: String,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

/// What opens a git repository.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RepoAuth {
    /// A user and a password.
    Http(HttpCredentials),
    /// A private key.
    Ssh(SshCredentials),
    /// A kind that this version doesn't know; kept, and written back unchanged.
    Unknown(UnknownKind),
}

/// What opens a repository over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HttpCredentials {
    /// The user.
    #[serde(deserialize_with = "or_default")]
    pub username: String,
    /// The user's password.
    #[serde(deserialize_with = "or_default")]
    pub password: Secret,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

/// What opens a repository over SSH.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SshCredentials {
    /// The user that the key belongs to.
    #[serde(deserialize_with = "or_default")]
    pub username: String,
    /// What opens the key.
    #[serde(deserialize_with = "or_default")]
    pub passphrase: Secret,
    /// The key, in PEM.
    #[serde(deserialize_with = "or_default")]
    pub private_key: Secret,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

impl Tagged for RepoAuth {
    const CONTENT: &'static str = "credentials";

    fn read<'de, D: Deserializer<'de>>(tag: &str, credentials: D) -> Result<Self, D::Error> {
        match tag {
            "http" => or_default(credentials).map(Self::Http),
            "ssh" => or_default(credentials).map(Self::Ssh),
            other => UnknownKind::read(other, credentials).map(Self::Unknown),
        }
    }
}

impl<'de> Deserialize<'de> for RepoAuth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::deserialize(deserializer)
    }
}

impl Serialize for RepoAuth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Http(http) => tagged::write::<Self, S>(serializer, "http", Some(http)),
            Self::Ssh(ssh) => tagged::write::<Self, S>(serializer, "ssh", Some(ssh)),
            Self::Unknown(unknown) => {
                tagged::write::<Self, S>(serializer, unknown.kind(), unknown.content())
            }
        }
    }
}
