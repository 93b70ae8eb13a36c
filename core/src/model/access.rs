use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::lenient;

/// Who may do what with a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Acl {
    /// What each role may do, by the role's id.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, AccessRights>,
}

impl Acl {
    /// No role may do anything yet.
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

    /// What the role with this id may do; may be called again for another role.
    #[must_use]
    pub fn role(mut self, id: impl Into<String>, rights: AccessRights) -> Self {
        self.roles.insert(id.into(), rights);
        self
    }
}

/// What a role may do with a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessRights {
    /// See it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub view: bool,
    /// Change it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub modify: bool,
    /// Change who may do what with it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub manage: bool,
}

impl AccessRights {
    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self { view: true, modify: true, manage: true }
    }

    /// See it, or not.
    #[must_use]
    pub fn view(mut self, view: bool) -> Self {
        self.view = view;
        self
    }

    /// Change it, or not.
    #[must_use]
    pub fn modify(mut self, modify: bool) -> Self {
        self.modify = modify;
        self
    }

    /// Change who may do what with it, or not.
    #[must_use]
    pub fn manage(mut self, manage: bool) -> Self {
        self.manage = manage;
        self
    }
}
