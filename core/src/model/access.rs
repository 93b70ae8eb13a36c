use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::lenient;

/// Access rights to a resource: an access control list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Acl {
    /// The rights of each role, by the role's id.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, AccessRights>,
}

impl Acl {
    /// A list without any role.
    ///
    /// ```
    /// use cycle_images::model::{AccessRights, Acl};
    ///
    /// let acl = Acl::new()
    ///     .role("651586fca6078e98982dbd90", AccessRights::none().view(true))
    ///     .role("651586fca6078e98982dbd91", AccessRights::all());
    /// assert!(!acl.roles["651586fca6078e98982dbd90"].modify);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the rights of the role with this id; may be called again for another role.
    #[must_use]
    pub fn role(mut self, id: impl Into<String>, rights: AccessRights) -> Self {
        self.roles.insert(id.into(), rights);
        self
    }
}

/// The rights of a role to a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessRights {
    /// May view it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub view: bool,
    /// May modify it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub modify: bool,
    /// May manage access to it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub manage: bool,
}

impl AccessRights {
    /// No rights.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// All rights.
    #[must_use]
    pub fn all() -> Self {
        Self { view: true, modify: true, manage: true }
    }

    /// Sets whether the role may view it.
    #[must_use]
    pub fn view(mut self, view: bool) -> Self {
        self.view = view;
        self
    }

    /// Sets whether the role may modify it.
    #[must_use]
    pub fn modify(mut self, modify: bool) -> Self {
        self.modify = modify;
        self
    }

    /// Sets whether the role may manage access to it.
    #[must_use]
    pub fn manage(mut self, manage: bool) -> Self {
        self.manage = manage;
        self
    }
}
