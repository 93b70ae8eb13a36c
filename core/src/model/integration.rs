use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Creator, ResourceEvents, ResourceState};
use crate::hub::HubId;
use crate::wire::debug::{Names, debug};
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::secret::Secret;
use crate::wire::string_enum::string_enum;

/// The id of an [`Integration`].
pub type IntegrationId = Id<Integration>;

/// A hub's connection to another vendor, which may build images.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Integration {
    /// The integration's id.
    pub id: IntegrationId,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The vendor.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub vendor: String,
    /// Human-readable identifier; several integrations may share one.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub identifier: String,
    /// Credentials for the vendor.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub auth: Option<IntegrationAuth>,
    /// Further values.
    #[serde(
        default,
        deserialize_with = "lenient::texts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub extra: BTreeMap<String, String>,
    /// The creator.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub creator: Option<Creator>,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<IntegrationStatus>,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: ResourceEvents,
    /// Computed values, if the request asked for them with `meta`.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub meta: Option<IntegrationMeta>,
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

/// Credentials for a vendor; which fields are needed depends on the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IntegrationAuth {
    /// The region.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The namespace.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The API key.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// The id of the key.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
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
    pub base64_config: Option<Secret>,
}

/// Computed values of an integration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IntegrationMeta {
    /// The vendor's description, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Json>,
}
