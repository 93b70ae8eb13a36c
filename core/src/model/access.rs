use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::lenient;

/// Who may do what with a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Acl {
    /// What each role may do, by the role's id.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, AccessRights>,
}

/// What a role may do with a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessRights {
    /// See it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub view: bool,
    /// Change it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub modify: bool,
    /// Change who may do what with it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub manage: bool,
}
