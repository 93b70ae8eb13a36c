use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Acl, Creator, GitRef, LifeStatus, RepoAuth, ResourceState, StateCounts};
use crate::hub::HubId;
use crate::wire::debug::{Names, Url, debug};
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::tagged::tagged;
use crate::wire::timestamp::Timestamp;

/// The id of a [`Stack`].
pub type StackId = Id<Stack>;

/// A stack: containers that are built and deployed together.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stack {
    /// The stack's id.
    pub id: StackId,
    /// Human-readable identifier, derived from `name`; several stacks may have the same.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub identifier: String,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The creator.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub creator: Option<Creator>,
    /// The source of its description.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub source: Option<StackSource>,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<LifeStatus>,
    /// The default values of its variables.
    #[serde(
        default,
        deserialize_with = "lenient::texts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub variables: BTreeMap<String, String>,
    /// Access rights.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: StackEvents,
    /// Computed values, if the request asked for them with `meta`.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub meta: Option<StackMeta>,
}

debug!(Stack { id, identifier, name, hub_id, creator, source, state, variables = Names(variables), acl, events, meta });

/// Lifecycle timestamps of a stack; `None` means never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StackEvents {
    /// When it was created.
    #[serde(with = "lenient::or_never")]
    pub created: Option<Timestamp>,
    /// When it was last updated.
    #[serde(with = "lenient::or_never")]
    pub updated: Option<Timestamp>,
    /// When it was deleted.
    #[serde(with = "lenient::or_never")]
    pub deleted: Option<Timestamp>,
    /// When it was last built.
    #[serde(with = "lenient::or_never")]
    pub last_build: Option<Timestamp>,
}

/// Computed values of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StackMeta {
    /// How many containers it has, by state.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub containers_count: Option<StateCounts>,
    /// How many builds it has, by state.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub builds_count: Option<StateCounts>,
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

/// The git repository that a stack's description comes from.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StackRepo {
    /// The file with the description; the platform's default is `cycle.json`.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub stack_file: Option<String>,
    /// The repository's URL.
    #[serde(deserialize_with = "lenient::or_default")]
    pub url: String,
    /// The branch; the platform's default is `master`.
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Credentials for the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<RepoAuth>,
    /// The commit, tag or branch; documented as `ref`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub git_ref: Option<GitRef>,
}

debug!(StackRepo { stack_file, url = Url(url), branch, auth, git_ref });
