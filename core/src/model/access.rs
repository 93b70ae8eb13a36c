use std::collections::BTreeMap;

use crate::wire::model::model;

model! {
    /// Access rights to a resource: an access control list.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Acl {
        /// The rights of each role, by the role's id.
        pub roles: BTreeMap<String, AccessRights>,
    }
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

model! {
    /// The rights of a role to a resource.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct AccessRights {
        /// May view it.
        pub view: bool,
        /// May modify it.
        pub modify: bool,
        /// May manage access to it.
        pub manage: bool,
    }
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
