use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StackId;
use super::{GitRef, ResourceEvents, ResourceState, StateCounts};
use crate::hub::HubId;
use crate::wire::debug::{Names, debug};
use crate::wire::id::Id;
use crate::wire::json::Json;
use crate::wire::lenient;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a [`StackBuild`].
pub type StackBuildId = Id<StackBuild>;

/// A build of a [`Stack`](super::Stack).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StackBuild {
    /// The build's id.
    pub id: StackBuildId,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The stack that was built.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub stack_id: Option<StackId>,
    /// The stack's description, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Json>,
    /// Descriptive text.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub about: StackBuildAbout,
    /// The build instructions.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub instructions: StackBuildInstructions,
    /// Lifecycle timestamps.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub events: ResourceEvents,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<StackBuildStatus>,
    /// Computed values, if the request asked for them with `meta`.
    #[serde(default, deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub meta: Option<StackBuildMeta>,
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

/// Descriptive text of a stack build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StackBuildAbout {
    /// The version of the stack.
    #[serde(deserialize_with = "lenient::or_default")]
    pub version: String,
    /// A description.
    #[serde(deserialize_with = "lenient::or_default")]
    pub description: String,
    /// The commit that it was built from.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<GitCommit>,
}

/// The commit that a stack build was built from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GitCommit {
    /// The commit's hash.
    #[serde(deserialize_with = "lenient::or_default")]
    pub hash: String,
    /// The commit's message.
    #[serde(deserialize_with = "lenient::or_default")]
    pub message: String,
    /// When it was created.
    #[serde(with = "lenient::or_never")]
    pub time: Option<Timestamp>,
    /// The creator.
    #[serde(deserialize_with = "lenient::or_default")]
    pub author: GitAuthor,
}

/// The author of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GitAuthor {
    /// The author's name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The author's address.
    #[serde(deserialize_with = "lenient::or_default")]
    pub email: String,
}

/// The build instructions of a stack build.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StackBuildInstructions {
    /// The reference to a commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitRef>,
    /// The values of the stack's variables.
    #[serde(deserialize_with = "lenient::texts", skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

debug!(StackBuildInstructions { git, variables = Names(variables) });

/// Computed values of a stack build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StackBuildMeta {
    /// How many containers it has, by state.
    #[serde(deserialize_with = "lenient::maybe", skip_serializing_if = "Option::is_none")]
    pub containers_count: Option<StateCounts>,
}
