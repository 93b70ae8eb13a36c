use crate::model::SourceId;
use crate::wire::model::model;

model! {
    /// The details of [`Origin::CycleSource`](super::Origin::CycleSource).
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct CycleSource {
        /// The source that the image comes from.
        pub source_id: Option<SourceId>,
    }
}

impl CycleSource {
    /// A source on Cycle; only within stacks.
    #[must_use]
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self { source_id: Some(source_id.into()) }
    }
}
