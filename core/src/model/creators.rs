use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Account, ApiKeyCreator, Environment};
use crate::wire::lenient;

/// Creators of resources, by kind and id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Creators {
    /// People with an account.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, Account>,
    /// People who work for Cycle.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub employees: BTreeMap<String, Account>,
    /// People without an account.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub visitors: BTreeMap<String, Account>,
    /// Environments that created a resource on their own.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub environments: BTreeMap<String, Environment>,
    /// API keys.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub api_keys: BTreeMap<String, ApiKeyCreator>,
}

impl Creators {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
