use std::collections::BTreeMap;

use super::{Acl, Creator, GitRef, LifeStatus, RepoAuth, ResourceState, StateCounts};
use crate::wire::debug::{Names, Url, debug};
use crate::wire::id::{HubId, Id};
use crate::wire::json::Json;
use crate::wire::model::model;
use crate::wire::tagged::tagged;
use crate::wire::timestamp::Timestamp;

/// The id of a [`Stack`].
pub type StackId = Id<Stack>;

model! {
    /// A stack: containers that are built and deployed together.
    #[derive(Clone, PartialEq)]
    pub struct Stack {
        /// The stack's id.
        #[wire(required)]
        pub id: StackId,
        /// Human-readable identifier, derived from `name`; several stacks may have the same.
        pub identifier: String,
        /// Human-readable name.
        pub name: String,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The creator.
        pub creator: Option<Creator>,
        /// The source of its description.
        pub source: Option<StackSource>,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<LifeStatus>,
        /// The default values of its variables.
        pub variables: BTreeMap<String, String>,
        /// Access rights.
        pub acl: Option<Acl>,
        /// Lifecycle timestamps.
        pub events: StackEvents,
        /// Computed values, if the request asked for them with `meta`.
        pub meta: Option<StackMeta>,
    }
}

debug!(Stack { id, identifier, name, hub_id, creator, source, state, variables = Names(variables), acl, events, meta });

model! {
    /// Lifecycle timestamps of a stack; `None` means never.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct StackEvents {
        /// When it was created.
        pub created: Option<Timestamp>,
        /// When it was last updated.
        pub updated: Option<Timestamp>,
        /// When it was deleted.
        pub deleted: Option<Timestamp>,
        /// When it was last built.
        pub last_build: Option<Timestamp>,
    }
}

model! {
    /// Computed values of a stack.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct StackMeta {
        /// How many containers it has, by state.
        pub containers_count: Option<StateCounts>,
        /// How many builds it has, by state.
        pub builds_count: Option<StateCounts>,
    }
}

tagged! {
    /// The source of a stack's description.
    pub enum StackSource("details") {
        /// A git repository.
        GitRepo(StackRepo) = "git-repo",
        /// The description itself, as sent.
        Raw(Option<Json>) = "raw",
    }
}

model! {
    /// The git repository that a stack's description comes from.
    #[derive(Clone, Default, PartialEq)]
    pub struct StackRepo {
        /// The file with the description; the platform's default is `cycle.json`.
        pub stack_file: Option<String>,
        /// The repository's URL.
        pub url: String,
        /// The branch; the platform's default is `master`.
        pub branch: Option<String>,
        /// Credentials for the repository.
        pub auth: Option<RepoAuth>,
        /// The commit, tag or branch; documented as `ref`.
        #[wire(key = "ref")]
        pub git_ref: Option<GitRef>,
    }
}

debug!(StackRepo { stack_file, url = Url(url), branch, auth, git_ref });
