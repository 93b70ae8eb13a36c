//! Keys, the hub and capabilities.

use cycle_images_tests::sandbox::Sandbox;
use serde_json::json;

use crate::client::Client;

#[test]
fn a_request_without_a_known_key_is_refused_the_oauth_way() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = Client::new(&sandbox);
    let hub = client.headers.pop().unwrap();
    for authorization in [None, Some("Bearer wrong"), Some("Basic YTpi"), Some("")] {
        client.headers = vec![hub.clone()];
        if let Some(value) = authorization {
            let header = ("Authorization".to_owned(), value.to_owned());
            client.headers.push(header);
        }
        let answer = client.get("/v1/images");
        assert_eq!(answer.status, 401);
        let body = answer.json();
        assert_eq!(body["error"], "invalid_client");
        assert!(body["error_description"].is_string());
        assert_eq!(body.get("data"), None);
    }
}

#[test]
fn a_known_key_needs_its_hub() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = Client::new(&sandbox);
    client.headers[1].1 = "0123456789abcdef01234567".to_owned();
    client.get("/v1/images").refused("403.wrong-hub");
    client.headers.pop();
    client.get("/v1/images").refused("403.wrong-hub");
}

#[test]
fn a_missing_capability_is_named() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::with_key(&sandbox, sandbox.view_only_api_key());
    let image = client.image_path("web next");
    let source = format!("/v1/images/sources/{}", sandbox.source_id());
    for path in [&image, &source, "/v1/jobs", "/v1/images/sources"] {
        client.get(path).data(200);
    }
    let tasks = format!("{image}/tasks");
    let access = format!("{source}/access");
    for (method, path, capability) in [
        ("POST", "/v1/images", "images-manage"),
        ("PATCH", &image, "images-manage"),
        ("DELETE", &image, "images-manage"),
        ("POST", "/v1/images/tasks", "images-manage"),
        ("POST", &tasks, "images-import"),
        ("POST", "/v1/images/sources", "images-sources-manage"),
        ("PATCH", &source, "images-sources-manage"),
        ("PATCH", &access, "images-sources-manage"),
        ("DELETE", &source, "images-sources-manage"),
    ] {
        let body = (method != "DELETE").then_some(("application/json", "{}"));
        let answer = client.send(method, path, body).unwrap();
        let error = answer.refused("403.permissions");
        assert_eq!(error["extra"], json!({"capability": capability}));
    }
    assert_eq!(client.state(&image), "new");
}
