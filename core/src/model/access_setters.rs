//! How programs write who may do what.

use super::{AccessRights, Acl};

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
