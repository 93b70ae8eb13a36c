//! Reading, making and renaming images.

use cycle_images_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, column, is_id, text};

const REQUIRED: &[&str] = &[
    "/id",
    "/hub_id",
    "/name",
    "/size",
    "/about/description",
    "/backend/provider",
    "/backend/size",
    "/backend/file_name",
    "/backend/file_id",
    "/requires",
    "/config/user",
    "/config/ports",
    "/config/env",
    "/config/labels",
    "/config/command",
    "/config/entrypoint",
    "/config/volumes",
    "/config/workdir",
    "/config/signal_stop",
    "/source/type",
    "/source/details/id",
    "/source/details/origin/type",
    "/creator/id",
    "/creator/type",
    "/state/current",
    "/state/changed",
    "/events/created",
    "/events/updated",
    "/events/deleted",
];

#[test]
fn every_image_has_what_the_schema_requires() {
    let sandbox = Sandbox::start().unwrap();
    let images = Client::new(&sandbox).get("/v1/images").data(200);
    let images = images.as_array().unwrap();
    assert!(images.len() >= 7);
    for image in images {
        for pointer in REQUIRED {
            assert!(image.pointer(pointer).is_some(), "{pointer} in {image}");
        }
        assert!(is_id(&image["id"]));
        assert_eq!(image["hub_id"], sandbox.hub_id());
        assert_eq!(image["events"]["deleted"], "0001-01-01T00:00:00Z");
        assert_eq!(image.get("meta"), None);
    }
    let mut ids = column(&Value::Array(images.clone()), "id");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), images.len());
}

#[test]
fn absent_values_are_written_as_go_does() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let fresh = client.image("web next");
    assert_eq!(fresh["size"], 0);
    assert_eq!(fresh["config"]["ports"], Value::Null);
    assert_eq!(fresh["config"]["workdir"], "");
    assert_eq!(fresh["state"]["error"]["message"], "");
    assert_eq!(fresh["state"]["error"]["time"], "0001-01-01T00:00:00Z");
    let broken = client.image("shop api broken");
    assert_eq!(broken["state"]["current"], "building");
    assert_ne!(broken["state"]["error"]["message"], "");
    let big = client.image("web 1.27");
    assert!(big["size"].as_u64().unwrap() > u64::from(u32::MAX));
}

#[test]
fn one_image_is_the_one_in_the_list() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let listed = client.image("shop api");
    let got = client.get(&client.image_path("shop api"));
    assert_eq!(got.data(200), listed);
    assert_eq!(got.json().get("includes"), None);
    assert!(is_id(&json!(got.header("x-request-id").unwrap())));
}

#[test]
fn an_image_is_created_from_a_source_and_renamed() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = json!({
        "name": "Web Canary",
        "source_id": sandbox.source_id(),
        "build": {"args": {"A": "1"}, "use_disk": true},
        "override": {"target": "nginx:1.28"},
    });
    let made = client.post("/v1/images", &body).data(201);
    assert_eq!(made["name"], "Web Canary");
    assert_eq!(made["state"]["current"], "new");
    assert_eq!(made["build"], json!({"args": {"A": "1"}, "use_disk": true}));
    assert_eq!(made["source"]["override"], json!({"target": "nginx:1.28"}));
    assert_eq!(made["source"]["details"]["id"], sandbox.source_id());
    assert_eq!(made["creator"]["type"], "api-key");
    let path = format!("/v1/images/{}", text(&made["id"]));
    assert_eq!(client.get(&path).data(200), made);

    let renamed = client.patch(&path, &json!({"name": "Web"})).data(200);
    assert_eq!(renamed["name"], "Web");
    let unchanged = client.patch(&path, &json!({})).data(200);
    assert_eq!(unchanged["name"], "Web");
    assert!(text(&renamed["events"]["updated"]) >= text(&made["events"]["updated"]));
}

#[test]
fn an_invalid_image_is_refused_with_a_pointer() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let id = sandbox.source_id();
    let (missing, invalid) = ("422.missing-argument", "422.invalid-argument");
    for (body, code, source) in [
        (json!({}), missing, "/source_id"),
        (json!({"source_id": 7}), invalid, "/source_id"),
        (json!({"source_id": null}), invalid, "/source_id"),
        (json!({"source_id": "nope"}), invalid, "/source_id"),
        (json!([]), invalid, ""),
        (json!({"source_id": id, "nmae": "x"}), invalid, "/nmae"),
        (json!({"source_id": id, "name": null}), invalid, "/name"),
        (json!({"source_id": id, "build": 1}), invalid, "/build"),
        (json!({"source_id": id, "build": {"args": {"A": 1}}}), invalid, "/build/args/A"),
        (json!({"source_id": id, "build": {"args": {"a/b~c": 1}}}), invalid, "/build/args/a~1b~0c"),
        (json!({"source_id": id, "override": {"targz_url": "x"}}), invalid, "/override/targz_url"),
    ] {
        client.post("/v1/images", &body).refused_at(code, source);
    }
    let path = client.image_path("web next");
    let answer = client.patch(&path, &json!({"name": 1}));
    answer.refused_at(invalid, "/name");
}

#[test]
fn missing_resources_have_different_codes() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let nowhere = "/v1/images/0123456789abcdef01234567";
    client.get(nowhere).refused("404.image");
    client.delete(nowhere).refused("404.image");
    client.patch(nowhere, &json!({})).refused("404.image");
    client.get(&format!("{nowhere}/build-log")).refused("404.image");
    let import = json!({"action": "import"});
    client.post(&format!("{nowhere}/tasks"), &import).refused("404.image");
    for path in ["/", "/v1", "/v1/image", "/v1/images/", "/v2/images"] {
        client.get(path).refused("404.uri");
    }
    for method in ["POST", "PUT", "TRACE"] {
        let answer = client.send(method, nowhere, None).unwrap();
        answer.refused("405.method-not-allowed");
        assert_eq!(answer.header("allow"), Some("GET,HEAD,PATCH,DELETE"));
    }
    // A slash that was encoded belongs to the id.
    client.get("/v1/images/a%2Fbuild-log").refused("404.image");
}

#[test]
fn a_build_log_belongs_to_an_image_that_was_built() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let fresh = format!("{}/build-log", client.image_path("web next"));
    client.get(&fresh).refused("404.image.build-log");
    let image = client.image("shop api broken");
    let path = format!("/v1/images/{}/build-log", text(&image["id"]));
    let log = client.get(&path).data(200);
    assert!(is_id(&log["id"]));
    assert_eq!(log["hub_id"], sandbox.hub_id());
    assert_eq!(log["image_id"], image["id"]);
    let lines = text(&log["log"]);
    assert!(lines.lines().count() > 3);
    assert!(lines.contains("exited with status 101"));
    assert!(log["events"]["created"].is_string());
}
