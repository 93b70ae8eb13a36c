//! What comes along with images.

use cycle_images_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, text};

const ALL: &str = "creators,stack_builds,stacks,sources,integrations";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn includes_are_maps_by_id() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let document = client.get(&format!("/v1/images?include={ALL}")).json();
    let includes = &document["includes"];
    let expected = [
        "creators",
        "integrations",
        "integrations:identifiers",
        "sources",
        "sources:identifiers",
        "stack_builds",
        "stacks",
        "stacks:identifiers",
    ];
    assert_eq!(keys(includes), expected);
    let of_creators = ["accounts", "api_keys", "employees", "environments", "visitors"];
    assert_eq!(keys(&includes["creators"]), of_creators);
    assert_eq!(includes["creators"]["employees"], Value::Null);

    for kind in ["integrations", "sources", "stacks"] {
        let records = includes[kind].as_object().unwrap();
        assert!(!records.is_empty());
        for (id, record) in records {
            assert_eq!(record["id"], *id);
            assert_eq!(record["hub_id"], sandbox.hub_id());
            let identifier = text(&record["identifier"]);
            let ids = &includes[format!("{kind}:identifiers")][identifier];
            assert_eq!(*ids, json!([id]));
        }
    }
}

#[test]
fn includes_contain_what_the_images_refer_to() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let get = |name| {
        let path = format!("{}?include={ALL}", client.image_path(name));
        client.get(&path).json()
    };
    let stack = get("stack db");
    let details = &stack["data"]["source"]["details"];
    let includes = &stack["includes"];
    let build = &includes["stack_builds"][text(&details["id"])];
    assert_eq!(build["stack_id"], details["stack_id"]);
    assert!(build["instructions"].is_object() && build["about"]["version"].is_string());
    let of_build = &includes["stacks"][text(&details["stack_id"])];
    assert!(of_build["events"]["last_build"].is_string());
    assert_eq!(includes["sources"], json!({}));
    let creator = text(&stack["data"]["creator"]["id"]);
    let environment = &includes["creators"]["environments"][creator];
    assert_eq!(environment["identifier"], "production");

    let api = get("shop api");
    let includes = &api["includes"];
    let builder = text(&api["data"]["builder"]["integration_id"]);
    assert_eq!(includes["integrations"][builder]["vendor"], "example-builder");
    let source = text(&api["data"]["source"]["details"]["id"]);
    assert_eq!(includes["sources"][source]["identifier"], "shop-api");
    assert_eq!(includes["stacks"], Value::Null);
    let creator = text(&api["data"]["creator"]["id"]);
    let key = &includes["creators"]["api_keys"][creator];
    assert_eq!(key["capabilities"]["all"], true);
    assert_eq!(key.get("secret"), None);
}

#[test]
fn includes_are_requested_in_either_list_style() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let none = client.get("/v1/images").json();
    assert_eq!(none["includes"], Value::Null);
    let joined = client.get("/v1/images?include=sources,creators").json();
    let repeated = client.get("/v1/images?include=sources&include=creators").json();
    assert_eq!(joined, repeated);
    let expected = ["creators", "sources", "sources:identifiers"];
    assert_eq!(keys(&joined["includes"]), expected);
}
