use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Creators, Integration};
use crate::wire::lenient;

/// Resources that image sources refer to, by id, as far as they were asked for with `include`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SourceIncludes {
    /// Who made the sources.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "Creators::is_empty")]
    pub creators: Creators,
    /// The integrations that build their images.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub integrations: BTreeMap<String, Integration>,
    /// The ids of the integrations that share an identifier; documented as
    /// `integrations:identifiers`.
    #[serde(
        rename = "integrations:identifiers",
        deserialize_with = "lenient::map",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub integrations_identifiers: BTreeMap<String, Vec<String>>,
}
