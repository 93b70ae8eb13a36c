use std::collections::BTreeMap;

use crate::wire::model::model;
use crate::wire::timestamp::Timestamp;

model! {
    /// The state of a resource; `S` lists its states.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ResourceState<S> {
        /// The current state.
        #[wire(required)]
        pub current: S,
        /// When it entered this state.
        pub changed: Option<Timestamp>,
        /// The error, if there is one.
        pub error: Option<StateError>,
    }
}

model! {
    /// The error of a resource.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct StateError {
        /// The error message.
        pub message: Option<String>,
        /// When the error occurred.
        pub time: Option<Timestamp>,
    }
}

model! {
    /// Lifecycle timestamps of a resource; `None` means never.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ResourceEvents {
        /// When it was created.
        pub created: Option<Timestamp>,
        /// When it was last updated.
        pub updated: Option<Timestamp>,
        /// When it was deleted.
        pub deleted: Option<Timestamp>,
    }
}

model! {
    /// How many resources there are, by state.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct StateCounts {
        /// The number in each state.
        pub state: BTreeMap<String, u64>,
        /// The number of them.
        pub total: u64,
        /// The number of them, without the deleted ones.
        pub available: u64,
    }
}
