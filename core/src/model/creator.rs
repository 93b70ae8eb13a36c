use std::collections::BTreeMap;

use super::EnvironmentId;
use super::ResourceState;
use crate::wire::id::{HubId, Id};
use crate::wire::model::model;
use crate::wire::secret::Secret;
use crate::wire::string_enum::string_enum;
use crate::wire::timestamp::Timestamp;

/// The id of a resource's creator; [`Creator::kind`] is the kind of creator.
pub type CreatorId = Id<Creator>;

model! {
    /// The creator of a resource.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Creator {
        /// The creator's id.
        pub id: Option<CreatorId>,
        /// The kind of creator; documented as `type`.
        #[wire(key = "type")]
        pub kind: CreatorType,
    }
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

model! {
    /// The public part of a person's account.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Account {
        /// The account's id.
        pub id: String,
        /// The person's name.
        pub name: AccountName,
        /// The e-mail address.
        pub email: EmailAddress,
        /// Whether the account is protected by a second factor.
        pub two_factor_auth: TwoFactorAuth,
        /// Lifecycle timestamps, by the event's name, such as `last_login`.
        pub events: BTreeMap<String, Option<Timestamp>>,
    }
}

model! {
    /// A person's name.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct AccountName {
        /// The first name.
        pub first: String,
        /// The last name.
        pub last: String,
    }
}

model! {
    /// The e-mail address of a person.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct EmailAddress {
        /// The address.
        pub address: String,
    }
}

model! {
    /// Whether an account is protected by a second factor.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct TwoFactorAuth {
        /// Whether it is.
        pub verified: bool,
    }
}

model! {
    /// An API key that created a resource.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ApiKeyCreator {
        /// The key's id.
        #[wire(required)]
        pub id: CreatorId,
        /// Human-readable name.
        pub name: String,
        /// The hub it belongs to.
        pub hub_id: Option<HubId>,
        /// The creator of the key. It is documented as required, but not what it is.
        pub creator: Option<Creator>,
        /// The key itself.
        pub secret: Option<Secret>,
        /// The environments it may access.
        pub permissions: Permissions,
        /// Permissions.
        pub capabilities: Capabilities,
        /// The IP addresses that it may be used from; any if it is empty.
        pub ips: Vec<String>,
        /// The lifecycle state.
        #[wire(required)]
        pub state: ResourceState<LifeStatus>,
        /// Lifecycle timestamps, by the event's name.
        pub events: BTreeMap<String, Option<Timestamp>>,
    }
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

model! {
    /// The environments that an API key may access.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Permissions {
        /// Whether it may access all of them.
        pub all_environments: bool,
        /// The environments it may access, if not all.
        pub environments: Vec<EnvironmentPermission>,
    }
}

model! {
    /// An environment that an API key may touch.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct EnvironmentPermission {
        /// The environment.
        pub id: Option<EnvironmentId>,
        /// Whether it may change what is in it.
        pub manage: bool,
    }
}

model! {
    /// The permissions of an API key.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Capabilities {
        /// Whether it may do everything.
        pub all: bool,
        /// The capabilities that it has, if not all, such as `images-view`.
        pub specific: Vec<String>,
    }
}
