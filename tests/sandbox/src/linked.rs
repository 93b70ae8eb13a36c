//! The records of other parts of the platform that images and sources point at.

use chrono::Duration;
use serde_json::{Map, Value, json};

use crate::auth::Key;
use crate::state::Linked;
use crate::wire::{self, Creator, Moment, NEVER};

/// What those records are called.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) account: Creator,
    pub(crate) environment: Creator,
    pub(crate) platform: Creator,
    pub(crate) integration: String,
    pub(crate) integration_identifier: &'static str,
    stack: String,
    stack_build: String,
}

impl Names {
    pub(crate) fn new() -> Self {
        let creator = |kind| Creator { kind, id: wire::new_id() };
        Self {
            account: creator("account"),
            environment: creator("environment"),
            platform: creator("platform"),
            integration: wire::new_id(),
            integration_identifier: "big-builder",
            stack: wire::new_id(),
            stack_build: wire::new_id(),
        }
    }

    /// The `source` object of an image that came of the stack build.
    pub(crate) fn stack_source(&self) -> Value {
        json!({
            "type": "stack-build",
            "details": {
                "id": self.stack_build,
                "stack_id": self.stack,
                "containers": ["db", "db-backup"],
                "origin": {
                    "type": "docker-registry",
                    "details": {
                        "target": "team/db:9",
                        "url": "https://registry.example.com",
                        "username": "ci",
                        "token": "",
                        "password": "registry-password",
                    },
                },
            },
        })
    }
}

pub(crate) fn records(names: &Names, keys: &[Key], hub_id: &str, past: Moment) -> Linked {
    let one = |id: &str, record| Map::from_iter([(id.to_owned(), record)]);
    let environment = environment(names, hub_id, past);
    let api_keys = keys.iter().map(|k| (k.id.clone(), api_key(k, names, hub_id, past)));
    Linked {
        accounts: one(&names.account.id, account(names, past)),
        environments: one(&names.environment.id, environment),
        api_keys: api_keys.collect(),
        stacks: one(&names.stack, stack(names, hub_id, past)),
        stack_builds: one(&names.stack_build, stack_build(names, hub_id, past)),
        integrations: one(&names.integration, integration(names, hub_id, past)),
    }
}

fn account(names: &Names, past: Moment) -> Value {
    json!({
        "id": names.account.id,
        "name": {"first": "Ada", "last": "Lovelace"},
        "email": {"address": "ada@example.com"},
        "two_factor_auth": {"verified": true},
        "events": {"created": wire::time(past), "last_login": wire::time(past)},
    })
}

fn environment(names: &Names, hub_id: &str, past: Moment) -> Value {
    json!({
        "id": names.environment.id,
        "identifier": "production",
        "name": "Production",
        "cluster": "production",
        "about": {"description": "", "favorite": false},
        "creator": names.account.to_json(),
        "hub_id": hub_id,
        "state": wire::state("live", past),
        "events": wire::events(past, past),
        "features": {"legacy_networking": false, "monitoring": null},
        "services": {"loadbalancer": null, "discovery": null, "vpn": null},
        "acl": null,
        "private_network": null,
        "deployments": null,
    })
}

fn api_key(key: &Key, names: &Names, hub_id: &str, past: Moment) -> Value {
    json!({
        "id": key.id,
        "name": "Sandbox key",
        "creator": names.account.to_json(),
        "hub_id": hub_id,
        "permissions": {"all_environments": true, "environments": null},
        "capabilities": {"all": key.capabilities.is_none(), "specific": key.capabilities},
        "ips": null,
        "state": wire::state("live", past),
        "events": {"created": wire::time(past), "updated": wire::time(past), "deleted": NEVER},
    })
}

fn stack(names: &Names, hub_id: &str, past: Moment) -> Value {
    let mut events = wire::events(past, past);
    if let Some(events) = events.as_object_mut() {
        let built = wire::time(past + Duration::hours(6));
        events.insert("last_build".to_owned(), json!(built));
    }
    json!({
        "id": names.stack,
        "identifier": "shop",
        "name": "Shop",
        "hub_id": hub_id,
        "creator": names.account.to_json(),
        "source": {
            "type": "git-repo",
            "details": {
                "stack_file": null,
                "url": "https://git.example.com/shop/stack.git",
                "branch": "main",
            },
        },
        "state": wire::state("live", past),
        "variables": null,
        "acl": null,
        "events": events,
    })
}

fn stack_build(names: &Names, hub_id: &str, past: Moment) -> Value {
    json!({
        "id": names.stack_build,
        "hub_id": hub_id,
        "stack_id": names.stack,
        "spec": {
            "version": "1.0",
            "containers": {
                "db": {
                    "name": "Database",
                    "image": {
                        "name": "db",
                        "origin": {"type": "docker-hub", "details": {"target": "postgres:17"}},
                    },
                    "stateful": true,
                    "config": {
                        "network": {"public": "disable", "hostname": "db"},
                        "deploy": {"instances": 1},
                    },
                },
            },
        },
        "about": {
            "version": "v1.4.0",
            "description": "",
            "git_commit": {
                "hash": "9fceb02d0ae598e95dc970b74767f19372d61af8",
                "message": "Raise the database to 9",
                "time": wire::time(past),
                "author": {"name": "Ada Lovelace", "email": "ada@example.com"},
            },
        },
        "instructions": {
            "git": {"type": "branch", "value": "main"},
            "variables": null,
        },
        "events": wire::events(past, past),
        "state": wire::state("live", past),
    })
}

fn integration(names: &Names, hub_id: &str, past: Moment) -> Value {
    json!({
        "id": names.integration,
        "name": "Big builder",
        "vendor": "example-builder",
        "identifier": names.integration_identifier,
        "auth": {"region": "eu-1", "namespace": null, "api_key": "builder-api-key"},
        "extra": null,
        "creator": names.account.to_json(),
        "hub_id": hub_id,
        "state": wire::state("live", past),
        "events": wire::events(past, past),
        "meta": null,
    })
}
