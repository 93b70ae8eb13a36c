use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SourceId;
use super::unknown::Unknown;
use super::{RegistryAuth, Repo};
use crate::wire::id;
use crate::wire::lenient::{self, or_default};
use crate::wire::secret::Secret;
use crate::wire::shown::{Url, debug};
use crate::wire::tagged::{self, Tagged, UnknownKind};
use crate::wire::timestamp::{Timestamp, or_never};

/// Where a source has its images from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// Pulled from Docker Hub.
    DockerHub(DockerHub),
    /// Built from a Dockerfile in a git repository or a tar file.
    DockerFile(DockerFile),
    /// Pulled from a Docker registry.
    DockerRegistry(DockerRegistry),
    /// Pulled from a registry that speaks OCI, such as those of the cloud providers.
    OciRegistry(OciRegistry),
    /// Pushed by the client to the factory.
    CycleUpload(CycleUpload),
    /// A source on Cycle; only within stacks.
    CycleSource(CycleSource),
    /// Nowhere.
    None,
    /// A kind that this version doesn't know; kept, and written back unchanged.
    Unknown(UnknownKind),
}

impl Origin {
    /// The kind as the platform writes it under `type`.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::DockerHub(_) => "docker-hub",
            Self::DockerFile(_) => "docker-file",
            Self::DockerRegistry(_) => "docker-registry",
            Self::OciRegistry(_) => "oci-registry",
            Self::CycleUpload(_) => "cycle-upload",
            Self::CycleSource(_) => "cycle-source",
            Self::None => "none",
            Self::Unknown(unknown) => unknown.kind(),
        }
    }
}

impl Tagged for Origin {
    const CONTENT: &'static str = "details";

    fn read<'de, D: Deserializer<'de>>(tag: &str, details: D) -> Result<Self, D::Error> {
        match tag {
            "docker-hub" => or_default(details).map(Self::DockerHub),
            "docker-file" => or_default(details).map(Self::DockerFile),
            "docker-registry" => or_default(details).map(Self::DockerRegistry),
            "oci-registry" => or_default(details).map(Self::OciRegistry),
            "cycle-upload" => or_default(details).map(Self::CycleUpload),
            "cycle-source" => or_default(details).map(Self::CycleSource),
            "none" => serde::de::IgnoredAny::deserialize(details).map(|_| Self::None),
            other => UnknownKind::read(other, details).map(Self::Unknown),
        }
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::deserialize(deserializer)
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind();
        match self {
            Self::DockerHub(details) => tagged::write::<Self, S>(serializer, kind, Some(details)),
            Self::DockerFile(details) => tagged::write::<Self, S>(serializer, kind, Some(details)),
            Self::DockerRegistry(details) => {
                tagged::write::<Self, S>(serializer, kind, Some(details))
            }
            Self::OciRegistry(details) => tagged::write::<Self, S>(serializer, kind, Some(details)),
            Self::CycleUpload(details) => tagged::write::<Self, S>(serializer, kind, Some(details)),
            Self::CycleSource(details) => tagged::write::<Self, S>(serializer, kind, Some(details)),
            Self::None => tagged::write::<Self, S>(serializer, kind, None::<&()>),
            Self::Unknown(unknown) => tagged::write::<Self, S>(serializer, kind, unknown.content()),
        }
    }
}

/// The details of [`Origin::DockerHub`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DockerHub {
    /// A source that fills in what isn't given here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The image and its tag, such as `mysql:5.7`.
    #[serde(deserialize_with = "or_default")]
    pub target: String,
    /// The user, for a private image.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's token.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

/// The details of [`Origin::DockerFile`].
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DockerFile {
    /// A source that fills in what isn't given here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<Repo>,
    /// The URL of a tar file, in place of a repository.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub targz_url: Option<String>,
    /// The directory that the build sees.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub context_dir: Option<String>,
    /// The path of the Dockerfile.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub build_file: Option<String>,
    /// What opens the private images that the Dockerfile builds on.
    #[serde(deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<RegistryCredentials>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

debug!(DockerFile { existing, repo, targz_url = targz_url.as_deref().map(Url), context_dir, build_file, credentials, unknown });

/// What opens a registry whose images a Dockerfile builds on.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

debug!(RegistryCredentials { url = url.as_deref().map(Url), username, token, unknown });

/// The details of [`Origin::DockerRegistry`].
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DockerRegistry {
    /// A source that fills in what isn't given here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The image's name on the registry.
    #[serde(deserialize_with = "or_default")]
    pub target: String,
    /// The registry's URL.
    #[serde(deserialize_with = "or_default")]
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
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

debug!(DockerRegistry { existing, target, url = Url(url), username, token, password, unknown });

/// The details of [`Origin::OciRegistry`].
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OciRegistry {
    /// A source that fills in what isn't given here; only within stacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingSource>,
    /// The image's name on the registry.
    #[serde(deserialize_with = "or_default")]
    pub target: String,
    /// The registry's URL.
    #[serde(deserialize_with = "or_default")]
    pub url: String,
    /// What opens the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<RegistryAuth>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

debug!(OciRegistry { existing, target, url = Url(url), auth, unknown });

/// The details of [`Origin::CycleUpload`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CycleUpload {
    /// When the token ends.
    #[serde(with = "or_never")]
    pub expires: Option<Timestamp>,
    /// What the factory wants to see to take the image.
    #[serde(deserialize_with = "or_default")]
    pub token: Secret,
}

/// The details of [`Origin::CycleSource`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CycleSource {
    /// The source that the image comes from.
    #[serde(deserialize_with = "id::or_none")]
    pub source_id: Option<SourceId>,
}

/// A source whose values fill in what an origin leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ExistingSource {
    /// The source.
    #[serde(deserialize_with = "id::or_none", skip_serializing_if = "Option::is_none")]
    pub source_id: Option<SourceId>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}
