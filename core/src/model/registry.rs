use serde::{Deserialize, Serialize};

use super::unknown::{Unknown, keeps_unknown};
use crate::wire::debug::debug;
use crate::wire::lenient;
use crate::wire::secret::Secret;
use crate::wire::string_enum::string_enum;
use crate::wire::tagged::tagged;

tagged! {
    /// Credentials for an OCI registry.
    pub enum RegistryAuth("details") {
        /// A user and a token.
        User(UserAuth) = "user",
        /// An account with a cloud provider.
        Provider(ProviderAuth) = "provider",
        /// A webhook that returns `username:password` in base64.
        Webhook(WebhookAuth) = "webhook",
    }
}

/// A user and a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct UserAuth {
    /// The user.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's token.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(UserAuth);

impl UserAuth {
    /// No user and no token yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

/// An account with a cloud provider.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct ProviderAuth {
    /// The kind of registry.
    #[serde(deserialize_with = "lenient::or_default")]
    pub flavor: ProviderFlavor,
    /// Credentials for it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub credentials: ProviderCredentials,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(ProviderAuth);

impl ProviderAuth {
    /// Amazon's Elastic Container Registry.
    ///
    /// ```
    /// use cycle_images::model::{OciRegistry, ProviderAuth, ProviderCredentials};
    ///
    /// let credentials = ProviderCredentials::new()
    ///     .region("eu-central-1")
    ///     .api_key("AKIA...")
    ///     .secret("the key's secret");
    /// let registry = "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    /// let origin = OciRegistry::new("shop/api:1.4", registry).auth(ProviderAuth::ecr(credentials));
    /// # assert!(origin.auth.is_some());
    /// ```
    #[must_use]
    pub fn ecr(credentials: ProviderCredentials) -> Self {
        Self::new(ProviderFlavor::Ecr, credentials)
    }

    /// A registry of any provider.
    #[must_use]
    pub fn new(flavor: impl Into<ProviderFlavor>, credentials: ProviderCredentials) -> Self {
        Self { flavor: flavor.into(), credentials, ..Self::default() }
    }
}

string_enum! {
    /// A cloud provider's kind of registry.
    pub enum ProviderFlavor {
        /// Amazon's Elastic Container Registry.
        Ecr = "ecr",
    }
}

/// Credentials for a cloud provider's registry; which fields are needed depends on the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
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
    /// The secret of the API key.
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
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(ProviderCredentials);

impl ProviderCredentials {
    /// No credentials yet; which are needed depends on the provider.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The region.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The API key.
    #[must_use]
    pub fn api_key(mut self, api_key: impl Into<Secret>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// The secret of the API key.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// The subscription.
    #[must_use]
    pub fn subscription_id(mut self, subscription_id: impl Into<String>) -> Self {
        self.subscription_id = Some(subscription_id.into());
        self
    }

    /// The client.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// More configuration, in base64.
    #[must_use]
    pub fn config(mut self, config: impl Into<Secret>) -> Self {
        self.config = Some(config.into());
        self
    }
}

/// A webhook that returns `username:password` in base64. `Debug` doesn't show its URL, as the URL
/// alone gives access to them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct WebhookAuth {
    /// The webhook's URL.
    #[serde(deserialize_with = "lenient::or_default")]
    pub url: String,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(WebhookAuth);

debug!(WebhookAuth { url = Secret::from(url.as_str()), unknown });

impl WebhookAuth {
    /// The webhook at this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}
