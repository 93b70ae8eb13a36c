//! How programs write what opens registries.

use super::{
    ProviderAuth, ProviderCredentials, ProviderFlavor, RegistryAuth, RegistryCredentials, UserAuth,
    WebhookAuth,
};
use crate::wire::secret::Secret;

impl RegistryCredentials {
    /// For the registry at this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
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

impl UserAuth {
    /// Neither a user nor a token yet.
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

    /// Any provider's kind of registry.
    #[must_use]
    pub fn new(flavor: impl Into<ProviderFlavor>, credentials: ProviderCredentials) -> Self {
        Self { flavor: flavor.into(), credentials, ..Self::default() }
    }
}

impl ProviderCredentials {
    /// Nothing yet; which of it is needed depends on the provider.
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

    /// The secret that belongs to the key.
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

impl WebhookAuth {
    /// The webhook at this URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}

impl From<UserAuth> for RegistryAuth {
    fn from(auth: UserAuth) -> Self {
        Self::User(auth)
    }
}

impl From<ProviderAuth> for RegistryAuth {
    fn from(auth: ProviderAuth) -> Self {
        Self::Provider(auth)
    }
}

impl From<WebhookAuth> for RegistryAuth {
    fn from(auth: WebhookAuth) -> Self {
        Self::Webhook(auth)
    }
}
