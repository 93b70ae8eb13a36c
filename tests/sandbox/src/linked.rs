//! The records that `seed.json` has, and those of the API keys.

use chrono::Duration;
use serde_json::{Map, Value, json};

use crate::auth::Key;
use crate::state::Linked;
use crate::wire::{self, Creator, Moment};

/// The creators and ids of the records in `seed.json`.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) account: Creator,
    pub(crate) environment: Creator,
    pub(crate) platform: Creator,
    pub(crate) integration: String,
}

impl Names {
    pub(crate) fn new() -> Self {
        let creator = |kind| Creator { kind, id: wire::new_id() };
        Self {
            account: creator("account"),
            environment: creator("environment"),
            platform: creator("platform"),
            integration: wire::new_id(),
        }
    }
}

/// The parts of `seed.json`.
#[derive(Debug)]
pub(crate) struct Seed(Value);

impl Seed {
    pub(crate) fn new(names: &Names, hub_id: &str, past: Moment) -> Self {
        let text = [
            ("<account>", &*names.account.id),
            ("<environment>", &names.environment.id),
            ("<integration>", &names.integration),
            ("<stack>", &wire::new_id()),
            ("<stack-build>", &wire::new_id()),
            ("<hub>", hub_id),
            ("<past>", &wire::time(past)),
            ("<built>", &wire::time(past + Duration::hours(6))),
        ]
        .iter()
        .fold(include_str!("seed.json").to_owned(), |text, (name, id)| text.replace(name, id));
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    /// The part at a JSON pointer.
    pub(crate) fn part(&self, pointer: &str) -> Value {
        self.0.pointer(pointer).cloned().unwrap_or_default()
    }

    fn records(&self, pointer: &str) -> Map<String, Value> {
        match self.part(pointer) {
            Value::Object(records) => records,
            _ => Map::new(),
        }
    }

    pub(crate) fn linked(
        &self,
        account: &Creator,
        keys: &[Key],
        hub: &str,
        past: Moment,
    ) -> Linked {
        let api_keys = keys.iter().map(|key| (key.id.clone(), api_key(key, account, hub, past)));
        Linked {
            accounts: self.records("/accounts"),
            environments: self.records("/environments"),
            api_keys: api_keys.collect(),
            stacks: self.records("/stacks"),
            stack_builds: self.records("/stack_builds"),
            integrations: self.records("/integrations"),
        }
    }
}

fn api_key(key: &Key, account: &Creator, hub_id: &str, past: Moment) -> Value {
    json!({
        "id": key.id,
        "name": "Sandbox key",
        "creator": account.to_json(),
        "hub_id": hub_id,
        "permissions": {"all_environments": true, "environments": null},
        "capabilities": {"all": key.capabilities.is_none(), "specific": key.capabilities},
        "ips": null,
        "state": {"current": "live", "changed": wire::time(past)},
        "events": wire::events(past, past),
    })
}
