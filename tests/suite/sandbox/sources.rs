//! Image sources.

use cycle_images_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, STEP, column, is_id, still, text};

const SOURCES: &str = "/v1/images/sources";

fn docker_hub() -> Value {
    json!({"type": "docker-hub", "details": {"target": "redis:8", "username": "u", "token": "t"}})
}

#[test]
fn a_source_has_what_the_schema_requires() {
    let sandbox = Sandbox::start().unwrap();
    let sources = Client::new(&sandbox).get(SOURCES).data(200);
    assert_eq!(column(&sources, "identifier"), ["web", "shop-api", "worker", "pushed"]);
    for source in sources.as_array().unwrap() {
        assert!(is_id(&source["id"]));
        assert_eq!(source["hub_id"], sandbox.hub_id());
        assert!(source["name"].is_string() && source["type"].is_string());
        assert!(source["origin"]["type"].is_string());
        assert!(source["creator"]["id"].is_string());
        assert_eq!(source["state"]["current"], "live");
        assert!(source["events"]["created"].is_string());
        let called = sandbox.source_called(source["identifier"].as_str().unwrap());
        assert_eq!(called.as_deref(), source["id"].as_str());
    }
    assert_eq!(sources[0]["id"], sandbox.source_id());
    assert_eq!(sources[0]["origin"]["type"], "docker-hub");
}

#[test]
fn sources_are_filtered_ordered_and_cut() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let names = |query: &str| column(&client.get(&format!("{SOURCES}?{query}")).data(200), "name");
    assert_eq!(names("filter[search]=shop"), ["Shop API"]);
    assert_eq!(names("filter[identifier]=shop-api"), ["Shop API"]);
    assert_eq!(names("filter[state]=live,deleting").len(), 4);
    assert_eq!(names("sort=-name"), ["Worker", "Web", "Shop API", "Pushed"]);
    assert_eq!(names("sort=name&page[size]=2&page[number]=2"), ["Web", "Worker"]);
    let nothing = client.get(&format!("{SOURCES}?filter[state]=deleted"));
    assert_eq!(nothing.data(200), Value::Null);
    for (query, source) in [
        ("filter[source_id]=x", "/filter[source_id]"),
        ("include=stacks", "/include"),
        ("meta=containers_count", "/meta"),
        ("filter[state]=new", "/filter[state]"),
    ] {
        let answer = client.get(&format!("{SOURCES}?{query}"));
        answer.refused_at("422.invalid-argument", source);
    }
}

#[test]
fn a_source_has_meta_and_includes() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let id = sandbox.source_called("shop-api").unwrap();
    let query = "meta=images_count&include=creators,integrations";
    let document = client.get(&format!("{SOURCES}/{id}?{query}")).json();
    let count = &document["data"]["meta"]["images_count"];
    assert_eq!(count["total"], 2);
    assert_eq!(count["state"]["live"], 1);
    assert_eq!(count["state"]["building"], 1);
    assert_eq!(count["state"]["saving"], 0);
    let includes = &document["includes"];
    let ids = includes["integrations:identifiers"]["big-builder"].as_array().unwrap();
    assert_eq!(document["data"]["builder"]["integration_id"], "big-builder");
    assert!(includes["integrations"][text(&ids[0])]["name"].is_string());
    assert!(includes["creators"]["api_keys"].is_object());
    let page = client.get(&format!("{SOURCES}/{id}?page[size]=1"));
    page.refused_at("422.invalid-argument", "/page[size]");
}

#[test]
fn a_source_is_created_changed_and_cleared() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = json!({
        "name": "My Cache",
        "type": "direct",
        "origin": docker_hub(),
        "builder": {"integration_id": "big-builder"},
        "about": {"description": "kept warm"},
        "acl": null,
    });
    let made = client.post(SOURCES, &body).data(201);
    assert_eq!(made["identifier"], "my-cache");
    assert_eq!(made["origin"], docker_hub());
    assert_eq!(made["acl"], Value::Null);
    let path = format!("{SOURCES}/{}", text(&made["id"]));
    assert_eq!(client.get(&path).data(200), made);

    let patch = |body: Value| client.patch(&path, &body).data(200);
    let changed = patch(json!({"name": "Cache", "identifier": "hot"}));
    assert_eq!((&changed["name"], &changed["identifier"]), (&json!("Cache"), &json!("hot")));
    assert_eq!(changed["about"]["description"], "kept warm");
    assert_eq!(changed["builder"]["integration_id"], "big-builder");
    let cleared = patch(json!({
        "identifier": null, "builder": null, "about": {"description": null},
    }));
    assert_eq!(cleared["identifier"], "cache");
    assert_eq!(cleared["builder"], Value::Null);
    assert_eq!(cleared["about"]["description"], Value::Null);
    let origin =
        json!({"type": "docker-registry", "details": {"target": "a:1", "url": "https://r"}});
    let moved = patch(json!({"origin": origin, "builder": {"integration_id": null}}));
    assert_eq!(moved["origin"], origin);

    // An image made of it names the integration by its id.
    let body = json!({"source_id": sandbox.source_called("shop-api")});
    let image = client.post("/v1/images", &body).data(201);
    assert!(is_id(&image["builder"]["integration_id"]));
}

#[test]
fn access_is_set_and_cleared() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let path = format!("{SOURCES}/{}", sandbox.source_id());
    let access = format!("{path}/access");
    let acl = json!({"roles": {"r1": {"view": true, "modify": true, "manage": false}}});
    let set = client.patch(&access, &json!({"acl": acl})).data(200);
    assert_eq!(set["acl"], acl);
    assert_eq!(client.patch(&access, &json!({})).data(200)["acl"], acl);
    assert_eq!(client.get(&path).data(200)["acl"], acl);
    let cleared = client.patch(&access, &json!({"acl": null})).data(200);
    assert_eq!(cleared["acl"], Value::Null);
    let short = json!({"acl": {"roles": {"r1": {"view": true, "modify": true}}}});
    let answer = client.patch(&access, &short);
    answer.refused_at("422.missing-argument", "/acl/roles/r1/manage");
}

#[test]
fn an_invalid_source_is_refused_with_a_pointer() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let (missing, invalid) = ("422.missing-argument", "422.invalid-argument");
    let with = |name: &str, value: Value| {
        let mut body = json!({"type": "direct", "origin": docker_hub()});
        body[name] = value;
        body
    };
    for (body, code, source) in [
        (json!({}), missing, "/type"),
        (json!({"type": "direct"}), missing, "/origin"),
        (with("type", json!("stack_build")), invalid, "/type"),
        (with("builder", json!({})), missing, "/builder/integration_id"),
        (with("builder", json!({"integration_id": "no"})), invalid, "/builder/integration_id"),
        (with("about", json!({})), missing, "/about/description"),
        (with("identifier", json!(null)), invalid, "/identifier"),
    ] {
        client.post(SOURCES, &body).refused_at(code, source);
    }
    let path = format!("{SOURCES}/{}", sandbox.source_id());
    let answer = client.patch(&path, &json!({"type": "bucket"}));
    answer.refused_at(invalid, "/type");
    let nowhere = format!("{SOURCES}/0123456789abcdef01234567");
    client.get(&nowhere).refused("404.image.source");
    client.patch(&nowhere, &json!({})).refused("404.image.source");
    client.delete(&nowhere).refused("404.image.source");
}

#[test]
fn a_deleted_source_is_removed_later() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = format!("{SOURCES}/{}", sandbox.source_id());
    let descriptor = client.delete(&path).data(202);
    assert_eq!(descriptor["action"], "delete");
    assert!(is_id(&descriptor["job"]["id"]));
    assert_eq!(client.state(&path), "deleting");
    client.patch(&path, &json!({"name": "x"})).refused("403.invalid-state");
    let body = json!({"source_id": sandbox.source_id()});
    let answer = client.post("/v1/images", &body);
    answer.refused_at("422.invalid-argument", "/source_id");
    sandbox.skip(2 * STEP);
    client.get(&path).refused("404.image.source");
}
