use serde::{Deserialize, Serialize};

use crate::model::SourceId;
use crate::wire::lenient;

/// The details of [`Origin::CycleSource`](super::Origin::CycleSource).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CycleSource {
    /// The source that the image comes from.
    #[serde(deserialize_with = "lenient::or_none")]
    pub source_id: Option<SourceId>,
}

impl CycleSource {
    /// A source on Cycle; only within stacks.
    #[must_use]
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self { source_id: Some(source_id.into()) }
    }
}
