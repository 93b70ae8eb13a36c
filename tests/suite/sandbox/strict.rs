//! Mistakes of a client that a lenient server would let pass.

use cycle_images_tests::sandbox::Sandbox;

use serde_json::json;

use crate::client::{Client, agent};

#[test]
fn a_query_with_mistakes_is_refused_by_the_name_of_the_parameter() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    for (query, parameter) in [
        ("page[number]=0", "page[number]"),
        ("page[number]=-1", "page[number]"),
        ("page[number]=two", "page[number]"),
        ("page[number]=%2B1", "page[number]"),
        ("page[size]=0", "page[size]"),
        ("page[size]=1.5", "page[size]"),
        ("page[number]=1&page[number]=2", "page[number]"),
        ("page=2", "page"),
        ("meta=containers", "meta"),
        ("include=creators,nothing", "include"),
        ("include=creators,,stacks", "include"),
        ("sort=colour", "sort"),
        ("sort=-", "sort"),
        ("filter[state]=alive", "filter[state]"),
        ("filter[state]=", "filter[state]"),
        ("filter[source_type]=stack_build", "filter[source_type]"),
        ("filter[name]=web", "filter[name]"),
        ("filter[search]", "filter[search]"),
        ("filter[search]=%FF", "filter[search]"),
        ("filter%255Bsearch%255D=web", "filter%5Bsearch%5D"),
        ("colour=red", "colour"),
        ("", ""),
        ("&meta=containers_count", ""),
        ("meta=containers_count&", ""),
        ("meta=containers_count&&sort=id", ""),
    ] {
        let answer = client.get(&format!("/v1/images?{query}"));
        let source = format!("/{parameter}");
        answer.refused_at("422.invalid-argument", &source);
    }
    let image = client.image_path("web next");
    for path in [format!("{image}?filter[state]=new"), format!("{image}/build-log?meta=x")] {
        client.get(&path).refused("422.invalid-argument");
    }
    let answer = client.delete(&format!("{image}?force=true"));
    answer.refused_at("422.invalid-argument", "/force");
    let body = Some(("application/json", r#"{"name":"x"}"#));
    let answer = client.send("PATCH", &format!("{image}?a=b"), body).unwrap();
    answer.refused_at("422.invalid-argument", "/a");
}

#[test]
fn the_documented_options_of_a_single_image_are_accepted() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let query = "meta=containers_count&include=sources&sort=-id&page[number]=1&page[size]=5";
    let image = client.get(&format!("{path}?{query}")).data(200);
    assert_eq!(image["name"], "web next");
}

#[test]
fn a_body_is_json_and_says_so() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let send = |kind, body| client.send("POST", "/v1/images", Some((kind, body))).unwrap();
    send("application/json", "{").refused("400.invalid-syntax");
    send("application/json", "").refused("400.invalid-syntax");
    let (code, form) = ("415.invalid-content-type", "application/x-www-form-urlencoded");
    send("text/plain", "{}").refused(code);
    send(form, "source_id=1").refused(code);
    send("application/json; charset=utf-8", "{}").refused("422.missing-argument");
    let answer = client.send("PUT", "/v1/images", Some(("text/plain", "{}"))).unwrap();
    answer.refused("405.method-not-allowed");
}

#[test]
fn the_body_of_a_patch_is_optional() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let source = format!("/v1/images/sources/{}", sandbox.source_id());
    for path in [&client.image_path("web next"), &source, &format!("{source}/access")] {
        client.send("PATCH", path, None).unwrap().data(200);
        let answer = client.send("PATCH", path, Some(("text/plain", "{}"))).unwrap();
        answer.refused("415.invalid-content-type");
    }
}

#[test]
fn details_of_an_origin_are_an_object() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    for kind in ["cycle-upload", "docker-hub", "docker-file"] {
        for details in [json!(5), json!("x"), json!([])] {
            let origin = json!({"type": kind, "details": details});
            let body = json!({"type": "direct", "origin": origin});
            let answer = client.post("/v1/images/sources", &body);
            answer.refused_at("422.invalid-argument", "/origin/details");
        }
    }
}

#[test]
fn a_get_or_delete_carries_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let [key, hub] = client.headers.clone().try_into().unwrap();
    let response = agent()
        .get(format!("{}/v1/images", client.url))
        .header(key.0, key.1)
        .header(hub.0, hub.1)
        .force_send_body()
        .send("{}")
        .unwrap();
    crate::client::Answer::of(response).refused("400.invalid-syntax");
    let content_type = ("Content-Type".to_owned(), "application/json".to_owned());
    client.headers.push(content_type);
    client.get("/v1/images").refused("400.invalid-syntax");
    client.delete(&path).refused("400.invalid-syntax");
    client.headers.pop();
    assert_eq!(client.state(&path), "new");
}
