//! Import, delete and prune, and what becomes of the images.

use cycle_images_tests::sandbox::{JobOutcome, Sandbox};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

use crate::client::{Client, STEP, is_id, still, text};

#[track_caller]
fn check_descriptor(descriptor: &Value, action: &str) {
    assert_eq!(descriptor["action"], action);
    let job = &descriptor["job"];
    assert!(is_id(&job["id"]));
    assert_eq!(job["accepted"], true);
    assert!(job["queue"].is_string());
    assert_eq!(job["schedule"], "0001-01-01T00:00:00Z");
    assert_eq!(job["parallel"], json!({"sub_queue": null, "tasks": false}));
    for task in job["tasks"].as_array().unwrap() {
        assert!(task["caption"].is_string() && task["header"].is_string());
        assert!(task["input"].is_object());
        for step in task["steps"].as_array().into_iter().flatten() {
            assert!(step["caption"].is_string() && step["description"].is_string());
            assert_eq!(step["started"], "0001-01-01T00:00:00Z");
            assert_eq!(step["completed"], "0001-01-01T00:00:00Z");
        }
    }
}

#[test]
fn an_import_walks_the_image_to_live() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let (tasks, log) = (format!("{path}/tasks"), format!("{path}/build-log"));
    let import = json!({"action": "import"});
    let descriptor = client.post(&tasks, &import).data(200);
    check_descriptor(&descriptor, "import");
    assert_eq!(descriptor["job"]["tasks"][0]["steps"].as_array().unwrap().len(), 4);
    for state in ["new", "downloading", "building", "verifying", "saving", "live"] {
        assert_eq!(client.state(&path), state);
        client.post(&tasks, &import).refused("403.invalid-state");
        let has_log = !["new", "downloading"].contains(&state);
        assert_eq!(client.get(&log).status, if has_log { 200 } else { 404 });
        sandbox.skip(STEP);
    }
    let image = client.get(&path).data(200);
    assert!(image["size"].as_u64().unwrap() > 0);
    assert_eq!(image["backend"]["size"], image["size"]);
    assert_ne!(image["backend"]["file_name"], "");
    assert!(image["config"]["ports"].is_array());
    assert!(image["factory"]["node_id"].is_string());
}

#[test]
fn an_import_happens_by_itself_in_the_usual_time() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let begun = Instant::now();
    let answer = client.post(&format!("{path}/tasks"), &json!({"action": "import"}));
    answer.data(200);
    while client.state(&path) != "live" {
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
    assert!(begun.elapsed() >= Duration::from_millis(5 * 25));
}

#[test]
fn a_failed_import_shows_in_the_image_and_can_be_repeated() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let tasks = format!("{path}/tasks");
    let message = "no space left".to_owned();
    sandbox.next_job(JobOutcome::Fail { step: 1, message });
    client.post(&tasks, &json!({"action": "import"})).data(200);
    sandbox.skip(3 * STEP);
    let image = client.get(&path).data(200);
    assert_eq!(image["state"]["current"], "building");
    assert_eq!(image["state"]["error"]["message"], "no space left");
    let log = client.get(&format!("{path}/build-log")).data(200);
    assert!(text(&log["log"]).contains("no space left"));
    client.post(&tasks, &json!({"action": "import"})).data(200);
    sandbox.skip(5 * STEP);
    assert_eq!(client.state(&path), "live");
}

#[test]
fn a_deleted_image_is_removed_later() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web 1.26");
    check_descriptor(&client.delete(&path).data(200), "delete");
    assert_eq!(client.state(&path), "deleting");
    client.delete(&path).refused("403.invalid-state");
    sandbox.skip(3 * STEP);
    client.get(&path).refused("404.image");
    client.delete(&path).refused("404.image");
}

#[test]
fn an_image_in_the_making_is_not_deleted() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = client.image_path("web next");
    let import = json!({"action": "import"});
    client.post(&format!("{path}/tasks"), &import).data(200);
    client.delete(&path).refused("403.invalid-state");
}

#[test]
fn pruning_deletes_unused_images() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let source = sandbox.source_id();
    let prune = |ids: Value| {
        let body = json!({"action": "prune", "contents": {"source_ids": ids}});
        client.post("/v1/images/tasks", &body)
    };
    let descriptor = prune(json!([source])).data(202);
    check_descriptor(&descriptor, "prune");
    let tasks = descriptor["job"]["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 3);
    assert!(tasks.iter().all(|task| task["steps"].is_null()));
    let query = format!("/v1/images?filter[source_id]={source}&filter[state]=deleting");
    assert_eq!(client.get(&query).data(200).as_array().unwrap().len(), 3);
    sandbox.skip(4 * STEP);
    let left = client.get(&format!("/v1/images?filter[source_id]={source}"));
    assert_eq!(left.data(200).as_array().unwrap().len(), 1);
    // Images of other sources stay, used or not.
    assert_eq!(client.state(&client.image_path("worker")), "live");
    assert_eq!(prune(json!([source])).data(202), json!({"action": "prune"}));
}

#[test]
fn pruning_can_spare_new_images() {
    const AGE: Duration = Duration::from_secs(15 * 60);
    let sandbox = Sandbox::with(still().prune_age(AGE)).unwrap();
    let client = Client::new(&sandbox);
    let source = sandbox.source_called("pushed").unwrap();
    let image = client.post("/v1/images", &json!({"source_id": source})).data(201);
    let prune = || {
        let body = json!({"action": "prune", "contents": {"source_ids": [source]}});
        client.post("/v1/images/tasks", &body).data(202)
    };
    assert_eq!(prune(), json!({"action": "prune"}));
    sandbox.skip(AGE);
    assert_eq!(prune()["job"]["tasks"][0]["input"]["image_id"], image["id"]);
}

#[test]
fn a_task_has_to_be_one_that_there_is() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let (missing, invalid) = ("422.missing-argument", "422.invalid-argument");
    let ids = |ids: Value| json!({"action": "prune", "contents": {"source_ids": ids}});
    for (body, code, source) in [
        (json!({}), missing, "/action"),
        (json!({"action": "import"}), invalid, "/action"),
        (json!({"action": "prune"}), missing, "/contents"),
        (json!({"action": "prune", "contents": {}}), missing, "/contents/source_ids"),
        (ids(json!("x")), invalid, "/contents/source_ids"),
        (ids(json!([1])), invalid, "/contents/source_ids"),
        (ids(json!(["nope"])), invalid, "/contents/source_ids"),
    ] {
        client.post("/v1/images/tasks", &body).refused_at(code, source);
    }
    let tasks = format!("{}/tasks", client.image_path("web next"));
    client.post(&tasks, &json!({})).refused_at(missing, "/action");
    let more = json!({"action": "import", "contents": {}});
    client.post(&tasks, &more).refused_at(invalid, "/contents");
}
