use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::EnvironmentId;
use super::ResourceState;
use crate::hub::HubId;
use crate::wire::id::Id;
use crate::wire::lenient;
use crate::wire::secret::Secret;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a resource's creator; [`Creator::kind`] is the kind of creator.
pub type CreatorId = Id<Creator>;

/// The creator of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Creator {
    /// The creator's id.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub id: Option<CreatorId>,
    /// The kind of creator; documented as `type`.
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    pub kind: CreatorType,
}

string_enum! {
    /// The kind of a creator.
    pub enum CreatorType {
        /// A person's account.
        Account = "account",
        /// An environment, on its own.
        Environment = "environment",
        /// The platform itself.
        Platform = "platform",
        /// A pipeline.
        PlatformPipeline = "platform-pipeline",
        /// Someone who works for Cycle.
        Employee = "employee",
        /// A program with an API key.
        ApiKey = "api-key",
        /// Someone without an account.
        Visitor = "visitor",
    }
}

/// The public part of a person's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Account {
    /// The account's id.
    #[serde(deserialize_with = "lenient::or_default")]
    pub id: String,
    /// The person's name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: AccountName,
    /// The e-mail address.
    #[serde(deserialize_with = "lenient::or_default")]
    pub email: EmailAddress,
    /// Whether the account is protected by a second factor.
    #[serde(deserialize_with = "lenient::or_default")]
    pub two_factor_auth: TwoFactorAuth,
    /// Lifecycle timestamps, by the event's name, such as `last_login`.
    #[serde(with = "lenient::times", skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, Option<Timestamp>>,
}

/// A person's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccountName {
    /// The first name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub first: String,
    /// The last name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub last: String,
}

/// The e-mail address of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmailAddress {
    /// The address.
    #[serde(deserialize_with = "lenient::or_default")]
    pub address: String,
}

/// Whether an account is protected by a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TwoFactorAuth {
    /// Whether it is.
    #[serde(deserialize_with = "lenient::or_default")]
    pub verified: bool,
}

/// An API key that created a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiKeyCreator {
    /// The key's id.
    pub id: CreatorId,
    /// Human-readable name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The hub it belongs to.
    #[serde(default, deserialize_with = "lenient::or_none")]
    pub hub_id: Option<HubId>,
    /// The creator of the key. It is documented as required, but not what it is.
    #[serde(default, deserialize_with = "lenient::maybe")]
    pub creator: Option<Creator>,
    /// The key itself.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// The environments it may access.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub permissions: Permissions,
    /// Permissions.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub capabilities: Capabilities,
    /// The IP addresses that it may be used from; any if it is empty.
    #[serde(default, deserialize_with = "lenient::list")]
    pub ips: Vec<String>,
    /// The lifecycle state.
    #[serde(deserialize_with = "lenient::object")]
    pub state: ResourceState<LifeStatus>,
    /// Lifecycle timestamps, by the event's name.
    #[serde(default, with = "lenient::times")]
    pub events: BTreeMap<String, Option<Timestamp>>,
}

string_enum! {
    /// The state of a resource that is ready as soon as it is created.
    pub enum LifeStatus {
        /// Ready for use.
        Live = "live",
        /// Being deleted.
        Deleting = "deleting",
        /// Deleted.
        Deleted = "deleted",
    }
}

/// The environments that an API key may access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Permissions {
    /// Whether it may access all of them.
    #[serde(deserialize_with = "lenient::or_default")]
    pub all_environments: bool,
    /// The environments it may access, if not all.
    #[serde(deserialize_with = "lenient::list")]
    pub environments: Vec<EnvironmentPermission>,
}

/// An environment that an API key may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EnvironmentPermission {
    /// The environment.
    #[serde(deserialize_with = "lenient::or_none")]
    pub id: Option<EnvironmentId>,
    /// Whether it may change what is in it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub manage: bool,
}

/// The permissions of an API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capabilities {
    /// Whether it may do everything.
    #[serde(deserialize_with = "lenient::or_default")]
    pub all: bool,
    /// The capabilities that it has, if not all, such as `images-view`.
    #[serde(deserialize_with = "lenient::list")]
    pub specific: Vec<String>,
}
