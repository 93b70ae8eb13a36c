use crate::wire::debug::debug;
use crate::wire::model::{model, setters};
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

model! {
    /// A user and a token.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct UserAuth {
        /// The user.
        pub username: Option<String>,
        /// The user's token.
        pub token: Option<Secret>,
        ..unknown
    }
}

impl UserAuth {
    /// No user and no token yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

setters!(UserAuth { username: String, token: Secret });

model! {
    /// An account with a cloud provider.
    #[derive(Clone, Debug, PartialEq, Eq, Default)]
    pub struct ProviderAuth {
        /// The kind of registry.
        pub flavor: ProviderFlavor,
        /// Credentials for it.
        pub credentials: ProviderCredentials,
        ..unknown
    }
}

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

model! {
    /// Credentials for a cloud provider's registry; which fields are needed depends on the
    /// provider.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ProviderCredentials {
        /// The region.
        pub region: Option<String>,
        /// The namespace.
        pub namespace: Option<String>,
        /// The API key.
        pub api_key: Option<Secret>,
        /// The secret of the API key.
        pub secret: Option<Secret>,
        /// The subscription.
        pub subscription_id: Option<String>,
        /// The client.
        pub client_id: Option<String>,
        /// More configuration, in base64; secret, because it may hold a whole key file.
        pub config: Option<Secret>,
        ..unknown
    }
}

impl ProviderCredentials {
    /// No credentials yet; which are needed depends on the provider.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

setters!(ProviderCredentials {
    region: String,
    namespace: String,
    api_key: Secret,
    secret: Secret,
    subscription_id: String,
    client_id: String,
    config: Secret
});

model! {
    /// A webhook that returns `username:password` in base64. `Debug` doesn't show its URL, as the
    /// URL alone gives access to them.
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct WebhookAuth {
        /// The webhook's URL.
        pub url: String,
        ..unknown
    }
}

debug!(WebhookAuth { url = Secret::from(url.as_str()), unknown });

impl WebhookAuth {
    /// The webhook at this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}
