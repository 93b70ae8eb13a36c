use std::collections::BTreeMap;

use super::StackId;
use super::{GitRef, ResourceEvents, ResourceState, StateCounts};
use crate::wire::debug::{Names, debug};
use crate::wire::id::{HubId, Id};
use crate::wire::json::Json;
use crate::wire::model::model;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a [`StackBuild`].
pub type StackBuildId = Id<StackBuild>;

model! {
    /// A build of a [`Stack`](super::Stack).
    #[derive(Clone, Debug, PartialEq)]
    pub struct StackBuild {
        /// The build's id.
        #[wire(required)]
        pub id: StackBuildId,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The stack that was built.
        pub stack_id: Option<StackId>,
        /// The stack's description, as sent.
        pub spec: Option<Json>,
        /// Descriptive text.
        pub about: StackBuildAbout,
        /// The build instructions.
        pub instructions: StackBuildInstructions,
        /// Lifecycle timestamps.
        pub events: ResourceEvents,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<StackBuildStatus>,
        /// Computed values, if the request asked for them with `meta`.
        pub meta: Option<StackBuildMeta>,
    }
}

string_enum! {
    /// The state of a stack build.
    pub enum StackBuildStatus {
        /// Created, not started yet.
        New = "new",
        /// Importing its images.
        Importing = "importing",
        /// Being built.
        Building = "building",
        /// Being verified.
        Verifying = "verifying",
        /// Being saved.
        Saving = "saving",
        /// Ready to be deployed.
        Live = "live",
        /// Being deployed.
        Deploying = "deploying",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

model! {
    /// Descriptive text of a stack build.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct StackBuildAbout {
        /// The version of the stack.
        pub version: String,
        /// A description.
        pub description: String,
        /// The commit that it was built from.
        pub git_commit: Option<GitCommit>,
    }
}

model! {
    /// The commit that a stack build was built from.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct GitCommit {
        /// The commit's hash.
        pub hash: String,
        /// The commit's message.
        pub message: String,
        /// When it was created.
        pub time: Option<Timestamp>,
        /// The creator.
        pub author: GitAuthor,
    }
}

model! {
    /// The author of a commit.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct GitAuthor {
        /// The author's name.
        pub name: String,
        /// The author's address.
        pub email: String,
    }
}

model! {
    /// The build instructions of a stack build.
    #[derive(Clone, Default, PartialEq, Eq)]
    pub struct StackBuildInstructions {
        /// The reference to a commit.
        pub git: Option<GitRef>,
        /// The values of the stack's variables.
        pub variables: BTreeMap<String, String>,
    }
}

debug!(StackBuildInstructions { git, variables = Names(variables) });

model! {
    /// Computed values of a stack build.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct StackBuildMeta {
        /// How many containers it has, by state.
        pub containers_count: Option<StateCounts>,
    }
}
