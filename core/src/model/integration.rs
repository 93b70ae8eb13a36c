use std::collections::BTreeMap;

use super::{Creator, ResourceEvents, ResourceState};
use crate::wire::debug::{Names, debug};
use crate::wire::id::{HubId, Id};
use crate::wire::json::Json;
use crate::wire::model::model;
use crate::wire::secret::Secret;
use crate::wire::string_enum::string_enum;

/// The id of an [`Integration`].
pub type IntegrationId = Id<Integration>;

model! {
    /// A hub's connection to another vendor, which may build images.
    #[derive(Clone, PartialEq)]
    pub struct Integration {
        /// The integration's id.
        #[wire(required)]
        pub id: IntegrationId,
        /// Human-readable name.
        pub name: String,
        /// The vendor.
        pub vendor: String,
        /// Human-readable identifier; several integrations may share one.
        pub identifier: String,
        /// Credentials for the vendor.
        pub auth: Option<IntegrationAuth>,
        /// Further values.
        pub extra: BTreeMap<String, String>,
        /// The creator.
        pub creator: Option<Creator>,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<IntegrationStatus>,
        /// Lifecycle timestamps.
        pub events: ResourceEvents,
        /// Computed values, if the request asked for them with `meta`.
        pub meta: Option<IntegrationMeta>,
    }
}

debug!(Integration { id, name, vendor, identifier, auth, extra = Names(extra), creator, hub_id, state, events, meta });

string_enum! {
    /// The state of an integration.
    pub enum IntegrationStatus {
        /// Created, not verified yet.
        New = "new",
        /// Being verified.
        Verifying = "verifying",
        /// Ready for use.
        Live = "live",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

model! {
    /// Credentials for a vendor; which fields are needed depends on the vendor.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct IntegrationAuth {
        /// The region.
        pub region: Option<String>,
        /// The namespace.
        pub namespace: Option<String>,
        /// The API key.
        pub api_key: Option<Secret>,
        /// The id of the key.
        pub key_id: Option<String>,
        /// The secret of the API key.
        pub secret: Option<Secret>,
        /// The subscription.
        pub subscription_id: Option<String>,
        /// The client.
        pub client_id: Option<String>,
        /// More configuration, in base64; secret, because it may hold a whole key file.
        pub base64_config: Option<Secret>,
    }
}

model! {
    /// Computed values of an integration.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct IntegrationMeta {
        /// The vendor's description, as sent.
        pub definition: Option<Json>,
    }
}
