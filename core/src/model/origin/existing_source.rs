use serde::{Deserialize, Serialize};

use crate::model::SourceId;
use crate::model::unknown::{Unknown, keeps_unknown};
use crate::wire::lenient;

/// A source whose values fill in what an origin leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
#[non_exhaustive]
pub struct ExistingSource {
    /// The source.
    #[serde(deserialize_with = "lenient::or_none", skip_serializing_if = "Option::is_none")]
    pub source_id: Option<SourceId>,
    #[serde(flatten, skip_deserializing)]
    pub(crate) unknown: Unknown,
}

keeps_unknown!(ExistingSource);

impl ExistingSource {
    /// An existing source.
    #[must_use]
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self { source_id: Some(source_id.into()), ..Self::default() }
    }
}
