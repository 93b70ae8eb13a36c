use std::collections::BTreeMap;

use super::{Account, AccountName, ApiKeyCreator, Creator, CreatorType, Environment};
use crate::wire::model::model;

model! {
    /// Creators of resources, by kind and id.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Creators {
        /// People with an account.
        pub accounts: BTreeMap<String, Account>,
        /// People who work for Cycle.
        pub employees: BTreeMap<String, Account>,
        /// People without an account.
        pub visitors: BTreeMap<String, Account>,
        /// Environments that created a resource on their own.
        pub environments: BTreeMap<String, Environment>,
        /// API keys.
        pub api_keys: BTreeMap<String, ApiKeyCreator>,
    }
}

impl Creators {
    /// The name of a creator, if it is included: first and last name of a person, or the name of an
    /// environment or an API key.
    ///
    /// ```
    /// use cycle_images::model::{Creator, Creators};
    ///
    /// let creators: Creators = serde_json::from_str(
    ///     r#"{"accounts": {"a1": {"name": {"first": "Ada", "last": "Lovelace"}}}}"#,
    /// )?;
    /// let creator: Creator = serde_json::from_str(r#"{"id": "a1", "type": "account"}"#)?;
    /// assert_eq!(creators.name_of(&creator).as_deref(), Some("Ada Lovelace"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn name_of(&self, creator: &Creator) -> Option<String> {
        let id = creator.id.as_ref()?.as_str();
        let person = |people: &BTreeMap<String, Account>| {
            let AccountName { first, last } = &people.get(id)?.name;
            Some(format!("{first} {last}").trim().to_owned())
        };
        let name = match creator.kind {
            CreatorType::Account => person(&self.accounts),
            CreatorType::Employee => person(&self.employees),
            CreatorType::Visitor => person(&self.visitors),
            CreatorType::Environment => Some(self.environments.get(id)?.name.clone()),
            CreatorType::ApiKey => Some(self.api_keys.get(id)?.name.clone()),
            _ => None,
        };
        name.filter(|name| !name.is_empty())
    }
}
