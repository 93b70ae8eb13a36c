use crate::model::SourceId;
use crate::wire::model::model;

model! {
    /// A source whose values fill in what an origin leaves open.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ExistingSource {
        /// The source.
        pub source_id: Option<SourceId>,
        ..unknown
    }
}

impl ExistingSource {
    /// An existing source.
    #[must_use]
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self { source_id: Some(source_id.into()), ..Self::default() }
    }
}

impl From<SourceId> for ExistingSource {
    fn from(source_id: SourceId) -> Self {
        Self::new(source_id)
    }
}

impl From<&SourceId> for ExistingSource {
    fn from(source_id: &SourceId) -> Self {
        Self::new(source_id)
    }
}
