use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::unknown::Unknown;
use crate::wire::lenient::{self, or_default};
use crate::wire::secret::Secret;
use crate::wire::shown::debug;
use crate::wire::string_enum::string_enum;
use crate::wire::tagged::{self, Tagged, UnknownKind};

/// What opens a registry that speaks OCI.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RegistryAuth {
    /// A user and a token.
    User(UserAuth),
    /// An account with a cloud provider.
    Provider(ProviderAuth),
    /// A webhook that hands out `username:password` in base64.
    Webhook(WebhookAuth),
    /// A kind that this version doesn't know; kept, and written back unchanged.
    Unknown(UnknownKind),
}

/// A user and a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserAuth {
    /// The user.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's token.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

/// An account with a cloud provider.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ProviderAuth {
    /// The provider's kind of registry.
    #[serde(deserialize_with = "or_default")]
    pub flavor: ProviderFlavor,
    /// What opens it.
    #[serde(deserialize_with = "or_default")]
    pub credentials: ProviderCredentials,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

string_enum! {
    /// A cloud provider's kind of registry.
    pub enum ProviderFlavor {
        /// Amazon's Elastic Container Registry.
        Ecr = "ecr",
    }
}

/// What opens a cloud provider's registry; which of it is needed depends on the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ProviderCredentials {
    /// The region.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The namespace.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The API key.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// The secret that belongs to the key.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// The subscription.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// The client.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// More configuration, in base64; secret, because it may hold a whole key file.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub config: Option<Secret>,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

/// A webhook that hands out `username:password` in base64. `Debug` doesn't show its URL: who knows it
/// is handed them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookAuth {
    /// The webhook's URL.
    #[serde(deserialize_with = "or_default")]
    pub url: String,
    #[serde(flatten)]
    pub(super) unknown: Unknown,
}

debug!(WebhookAuth { url = Secret::from(url.as_str()), unknown });

impl Tagged for RegistryAuth {
    const CONTENT: &'static str = "details";

    fn read<'de, D: Deserializer<'de>>(tag: &str, details: D) -> Result<Self, D::Error> {
        match tag {
            "user" => or_default(details).map(Self::User),
            "provider" => or_default(details).map(Self::Provider),
            "webhook" => or_default(details).map(Self::Webhook),
            other => UnknownKind::read(other, details).map(Self::Unknown),
        }
    }
}

impl<'de> Deserialize<'de> for RegistryAuth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged::deserialize(deserializer)
    }
}

impl Serialize for RegistryAuth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::User(user) => tagged::write::<Self, S>(serializer, "user", Some(user)),
            Self::Provider(auth) => tagged::write::<Self, S>(serializer, "provider", Some(auth)),
            Self::Webhook(hook) => tagged::write::<Self, S>(serializer, "webhook", Some(hook)),
            Self::Unknown(unknown) => {
                tagged::write::<Self, S>(serializer, unknown.kind(), unknown.content())
            }
        }
    }
}
