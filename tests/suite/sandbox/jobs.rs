//! Jobs, as time moves them on.

use cycle_images_tests::sandbox::{JobOutcome, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, STEP, column, is_id, still, text};

const NEVER: &str = "0001-01-01T00:00:00Z";

/// Imports the seeded new image and says where its job is.
fn import(client: &Client) -> String {
    let tasks = format!("{}/tasks", client.image_path("web next"));
    let descriptor = client.post(&tasks, &json!({"action": "import"})).data(200);
    format!("/v1/jobs/{}", text(&descriptor["job"]["id"]))
}

/// How far each step of the first task is: `-` not begun, `>` begun, `x` done.
fn steps(job: &Value) -> String {
    let steps = job["tasks"][0]["steps"].as_array().unwrap().iter();
    steps
        .map(|step| match (step["started"] == NEVER, step["completed"] == NEVER) {
            (true, true) => '-',
            (false, true) => '>',
            _ => 'x',
        })
        .collect()
}

#[test]
fn a_job_runs_its_steps_in_order() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = import(&client);
    for (state, task, done) in [
        ("queued", "pending", "----"),
        ("running", "running", ">---"),
        ("running", "running", "x>--"),
        ("running", "running", "xx>-"),
        ("running", "running", "xxx>"),
        ("completed", "completed", "xxxx"),
        ("completed", "completed", "xxxx"),
    ] {
        let job = client.get(&path).data(200);
        assert_eq!(job["state"]["current"], state);
        assert_eq!(job["tasks"][0]["state"]["current"], task);
        assert_eq!(steps(&job), done);
        assert_eq!(job["events"]["completed"] == NEVER, state != "completed");
        assert_eq!(job["events"]["started"] == NEVER, state == "queued");
        sandbox.skip(STEP);
    }
}

#[test]
fn a_job_has_what_the_schema_requires() {
    let sandbox = Sandbox::start().unwrap();
    let jobs = Client::new(&sandbox).get("/v1/jobs").data(200);
    for job in jobs.as_array().unwrap() {
        assert!(is_id(&job["id"]));
        assert_eq!(job["hub_id"], sandbox.hub_id());
        assert_eq!(job["limit_duplicates"], false);
        for field in ["queue", "caption", "schedule", "expires", "hash"] {
            assert!(job[field].is_string(), "{field} in {job}");
        }
        assert!(job["creator"]["id"].is_string());
        assert!(job["state"].get("error").is_some());
        for task in job["tasks"].as_array().unwrap() {
            assert!(is_id(&task["id"]));
            assert!(task["caption"].is_string() && task["header"].is_string());
            assert!(task["events"]["queued"].is_string());
            assert!(task["input"].is_object());
            assert!(task.get("output").is_some() && task.get("error").is_some());
        }
    }
}

#[test]
fn a_failed_job_says_why_in_the_job_and_in_the_task() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let message = "unknown base image".to_owned();
    sandbox.next_job(JobOutcome::Fail { step: 1, message });
    let path = import(&client);
    sandbox.skip(2 * STEP);
    assert_eq!(client.state(&path), "running");
    sandbox.skip(STEP);
    let job = client.get(&path).data(200);
    assert_eq!(job["state"]["current"], "error");
    let error = json!({"message": "unknown base image"});
    assert_eq!(job["state"]["error"], error);
    assert_eq!(job["tasks"][0]["error"], error);
    assert_eq!(job["tasks"][0]["state"]["current"], "error");
    assert_eq!(steps(&job), "x>--");
    assert_eq!(job["events"]["completed"], NEVER);
}

#[test]
fn a_pruning_job_has_tasks_without_steps() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let contents = json!({"source_ids": [sandbox.source_id()]});
    let prune = json!({"action": "prune", "contents": contents});
    let message = "the image is locked".to_owned();
    sandbox.next_job(JobOutcome::Fail { step: 1, message });
    let descriptor = client.post("/v1/images/tasks", &prune).data(202);
    let path = format!("/v1/jobs/{}", text(&descriptor["job"]["id"]));
    let states = || {
        let job = client.get(&path).data(200);
        let tasks = job["tasks"].as_array().unwrap().iter();
        tasks
            .map(|task| {
                assert_eq!(task["steps"], Value::Null);
                text(&task["state"]["current"])
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(states(), ["pending", "pending", "pending"]);
    sandbox.skip(2 * STEP);
    assert_eq!(states(), ["completed", "running", "pending"]);
    sandbox.skip(STEP);
    assert_eq!(states(), ["completed", "error", "pending"]);
}

#[test]
fn a_job_may_expire() {
    let sandbox = Sandbox::with(still().job_fate(JobOutcome::Expire)).unwrap();
    let client = Client::new(&sandbox);
    let path = import(&client);
    assert_eq!(client.state(&path), "queued");
    sandbox.skip(STEP);
    let job = client.get(&path).data(200);
    assert_eq!(job["state"]["current"], "expired");
    assert_eq!(steps(&job), "----");
    assert_eq!(client.state(&client.image_path("web next")), "new");
}

#[test]
fn a_job_may_appear_late_or_vanish_early() {
    let sandbox = Sandbox::with(still().hidden_job_reads(2)).unwrap();
    let client = Client::new(&sandbox);
    sandbox.next_job(JobOutcome::Vanish);
    let path = import(&client);
    client.get(&path).refused("404.job");
    client.get(&path).refused("404.job");
    assert_eq!(client.state(&path), "queued");
    sandbox.skip(4 * STEP);
    assert_eq!(client.state(&path), "running");
    sandbox.skip(STEP);
    client.get(&path).refused("404.job");
    assert_eq!(client.state(&client.image_path("web next")), "live");
    client.get("/v1/jobs/0123456789abcdef01234567").refused("404.job");
}

#[test]
fn jobs_are_listed_by_state_time_and_caption() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = import(&client);
    let id = path.strip_prefix("/v1/jobs/").unwrap();
    let ids = |query: &str| match client.get(&format!("/v1/jobs?{query}")).data(200) {
        Value::Null => Vec::new(),
        jobs => column(&jobs, "id"),
    };
    for state in ["queued", "completed", "error", "expired", "scheduled"] {
        assert_eq!(ids(&format!("filter[state]={state}")).len(), 1, "{state}");
    }
    assert_eq!(ids("filter[state]=queued,error").len(), 2);
    assert_eq!(ids("filter[state]=queued"), [id]);
    assert!(ids("filter[state]=running").is_empty());
    assert_eq!(ids("filter[search]=IMPORT").len(), 5);
    assert!(ids("filter[search]=prune").is_empty());

    let queued = text(&client.get(&path).data(200)["events"]["queued"]);
    let from = ids(&format!("filter[range-start]={queued}&sort=queued"));
    assert_eq!((from.len(), from[0].as_str()), (2, id));
    let until = ids(&format!("filter[range-end]={queued}&sort=-queued"));
    assert_eq!((until.len(), until[0].as_str()), (4, id));
    assert_eq!(ids("sort=-id&page[size]=1"), [id]);
    for (query, source) in [
        ("filter[range-start]=yesterday", "/filter[range-start]"),
        ("filter[state]=done", "/filter[state]"),
        ("meta=x", "/meta"),
    ] {
        let answer = client.get(&format!("/v1/jobs?{query}"));
        answer.refused_at("422.invalid-argument", source);
    }

    let creators = client.get("/v1/jobs?include=creators").json();
    let creator = text(&client.get(&path).data(200)["creator"]["id"]);
    assert!(creators["includes"]["creators"]["api_keys"][creator].is_object());
}

#[test]
fn the_latest_jobs_are_newest_first() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let path = import(&client);
    let answer = client.get("/v1/jobs/latest");
    let states: Vec<String> = answer
        .data(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|job| text(&job["state"]["current"]))
        .collect();
    assert_eq!(states, ["queued", "expired", "error", "completed"]);
    assert!(path.ends_with(&column(&answer.data(200), "id")[0]));
    let wrong = client.get("/v1/jobs/latest?page[size]=1");
    wrong.refused_at("422.invalid-argument", "/page[size]");
}
