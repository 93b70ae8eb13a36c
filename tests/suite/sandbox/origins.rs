//! Where a source's images come from.

use cycle_images_tests::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn origins_are_checked_field_by_field() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let post = |origin: Value| {
        client.post("/v1/images/sources", &json!({"type": "direct", "origin": origin}))
    };
    for origin in [
        json!({"type": "docker-file", "details": {
            "repo": {"url": "https://g", "branch": "main", "ref": {"type": "tag", "value": "v1"},
                "auth": {"type": "ssh", "credentials":
                    {"username": "git", "passphrase": "", "private_key": "k"}}},
            "credentials": [{"url": "https://r", "username": "u", "token": "t"}],
            "build_file": null, "existing": null}}),
        json!({"type": "oci-registry", "details": {"target": "t", "url": "u", "auth":
            {"type": "provider", "details": {"flavor": "ecr", "credentials": {"region": "eu"}}}}}),
        json!({"type": "oci-registry", "details": {"target": "t", "url": "u", "auth":
            {"type": "webhook", "details": {"url": "https://w"}}}}),
        json!({"type": "docker-hub", "details":
            {"target": "t", "existing": {"source_id": sandbox.source_id()}}}),
        json!({"type": "none"}),
    ] {
        assert_eq!(post(origin.clone()).data(201)["origin"], origin);
    }
    let (missing, invalid) = ("422.missing-argument", "422.invalid-argument");
    let details = |kind: &str, details: Value| json!({"type": kind, "details": details});
    let git =
        json!({"repo": {"url": "u", "auth": {"type": "http", "credentials": {"username": "u"}}}});
    for (origin, code, source) in [
        (json!({}), missing, "/origin/type"),
        (json!({"type": "docker-hub"}), missing, "/origin/details"),
        (details("docker-hub", json!({})), missing, "/origin/details/target"),
        (details("docker-hub", json!({"target": 1})), invalid, "/origin/details/target"),
        (details("docker-hub", json!({"target": "t", "url": "u"})), invalid, "/origin/details/url"),
        (details("docker-registry", json!({"target": "t"})), missing, "/origin/details/url"),
        (details("docker-file", git), missing, "/origin/details/repo/auth/credentials/password"),
        (details("docker_hub", json!({})), invalid, "/origin/type"),
        (details("cycle-source", json!({})), invalid, "/origin/type"),
    ] {
        post(origin).refused_at(code, source);
    }
}
