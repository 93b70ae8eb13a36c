//! What once went wrong in the sandbox.

use cycle_images_tests::sandbox::{JobOutcome, Sandbox, Settings};

use crate::client::{Client, STEP, still};

const JSON: &str = "application/json";

fn fail(step: usize) -> JobOutcome {
    JobOutcome::Fail { step, message: "the store is full".to_owned() }
}

#[test]
fn a_source_whose_deletion_fails_is_live_again_and_says_why() {
    for outcome in [fail(0), JobOutcome::Expire] {
        let sandbox = Sandbox::with(still()).unwrap();
        let client = Client::new(&sandbox);
        let path = format!("/v1/images/sources/{}", sandbox.source_id());
        sandbox.next_job(outcome);
        client.delete(&path).data(202);
        assert_eq!(client.get(&path).data(200)["state"]["current"], "deleting");
        sandbox.skip(STEP * 3);
        let state = &client.get(&path).data(200)["state"];
        assert_eq!(state["current"], "live");
        assert_ne!(state["error"]["message"], "");
        client.delete(&path).data(202);
        assert_eq!(client.get(&path).data(200)["state"]["error"]["message"], "");
        sandbox.skip(STEP * 3);
        client.get(&path).refused("404.image.source");
    }
}

#[test]
fn an_image_that_was_never_built_doesnt_look_built_while_it_is_deleted() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let body = format!(r#"{{"source_id": "{}"}}"#, sandbox.source_id());
    let image = client.send("POST", "/v1/images", Some((JSON, &body))).unwrap().data(201);
    let path = format!("/v1/images/{}", image["id"].as_str().unwrap());
    sandbox.next_job(fail(1));
    client.delete(&path).data(200);
    let deleting = client.get(&path).data(200);
    assert_eq!(deleting["state"]["current"], "deleting");
    for part in ["size", "backend", "config"] {
        assert_eq!(deleting[part], image[part], "{part}");
    }
    sandbox.skip(STEP * 4);
    let kept = client.get(&path).data(200);
    assert_eq!(kept["state"]["current"], "new");
    assert_eq!(kept["state"]["error"]["message"], "the store is full");
}

#[test]
fn a_job_that_failed_or_expired_changed_then() {
    for (outcome, ended) in [(fail(1), STEP * 3), (JobOutcome::Expire, STEP)] {
        let is_expired = outcome == JobOutcome::Expire;
        let sandbox = Sandbox::with(still().job_fate(outcome)).unwrap();
        let client = Client::new(&sandbox);
        let image = client.get("/v1/images?filter[state]=live").data(200)[2]["id"].clone();
        let path = format!("/v1/images/{}", image.as_str().unwrap());
        let id = client.delete(&path).data(200)["job"]["id"].clone();
        sandbox.skip(STEP * 10);
        let job = client.get(&format!("/v1/jobs/{}", id.as_str().unwrap())).data(200);
        let time = |at: &str| {
            let text = job.pointer(at).unwrap().as_str().unwrap();
            chrono::DateTime::parse_from_rfc3339(text).unwrap()
        };
        let lasted = time("/state/changed") - time("/events/queued");
        assert_eq!(lasted.to_std().unwrap(), ended, "{job:#}");
        assert_eq!(time("/expires") == time("/state/changed"), is_expired, "{job:#}");
    }
}

#[test]
fn a_job_that_doesnt_show_yet_is_in_no_list() {
    let sandbox = Sandbox::with(still().hidden_job_reads(1)).unwrap();
    let client = Client::new(&sandbox);
    let count = |path: &str| client.get(path).data(200).as_array().unwrap().len();
    let (all, latest) = (count("/v1/jobs"), count("/v1/jobs/latest"));
    let path = format!("/v1/images/sources/{}", sandbox.source_id());
    let job = client.delete(&path).data(202)["job"]["id"].clone();
    assert_eq!((count("/v1/jobs"), count("/v1/jobs/latest")), (all, latest));
    let job = format!("/v1/jobs/{}", job.as_str().unwrap());
    client.get(&job).refused("404.job");
    client.get(&job).data(200);
    assert_eq!((count("/v1/jobs"), count("/v1/jobs/latest")), (all + 1, latest + 1));
}

#[test]
fn a_large_body_gets_the_envelope() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = |size: usize| format!(r#"{{"source_id": "1", "name": "{}"}}"#, "x".repeat(size));
    let answer = client.send("POST", "/v1/images", Some((JSON, &body(3 << 20)))).unwrap();
    answer.refused_at("422.invalid-argument", "/source_id");
    let answer = client.send("POST", "/v1/images", Some((JSON, &body(17 << 20)))).unwrap();
    answer.refused("413.content-too-large");
}

#[test]
fn an_empty_identifier_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let body = r#"{"identifier": "", "type": "direct", "origin": {"type": "none"}}"#;
    let answer = client.send("POST", "/v1/images/sources", Some((JSON, body))).unwrap();
    answer.refused_at("422.invalid-argument", "/identifier");
    let path = format!("/v1/images/sources/{}", sandbox.source_id());
    let answer = client.send("PATCH", &path, Some((JSON, r#"{"identifier": ""}"#))).unwrap();
    answer.refused_at("422.invalid-argument", "/identifier");
}

#[test]
fn a_second_import_is_refused_for_the_first() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let body = format!(r#"{{"source_id": "{}"}}"#, sandbox.source_id());
    let image = client.send("POST", "/v1/images", Some((JSON, &body))).unwrap().data(201);
    let path = format!("/v1/images/{}/tasks", image["id"].as_str().unwrap());
    let import = Some((JSON, r#"{"action": "import"}"#));
    client.send("POST", &path, import).unwrap().data(200);
    let error = client.send("POST", &path, import).unwrap().refused("403.invalid-state");
    assert_eq!(error["detail"], "A job of this image has not ended.");
}

#[test]
fn case_doesnt_matter_in_media_types_and_schemes() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = Client::new(&sandbox);
    client.headers[0].1 = format!("bEARER {}", sandbox.api_key());
    let body = format!(r#"{{"source_id": "{}"}}"#, sandbox.source_id());
    client
        .send("POST", "/v1/images", Some(("Application/JSON; charset=utf-8", &body)))
        .unwrap()
        .data(201);
}

#[test]
fn a_property_that_stands_twice_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    for body in [
        r#"{"source_id": "1", "source_id": "2"}"#,
        r#"{"source_id": "1", "build": {"args": {"A": "1", "\u0041": "2"}}}"#,
    ] {
        let answer = client.send("POST", "/v1/images", Some((JSON, body))).unwrap();
        let error = answer.refused("400.invalid-syntax");
        assert!(error["detail"].as_str().unwrap().contains("stands twice"));
    }
}

#[test]
fn only_the_last_requests_are_kept() {
    let sandbox = Sandbox::with(Settings::default().kept_requests(2)).unwrap();
    let client = Client::new(&sandbox);
    for page in 1..=5 {
        client.get(&format!("/v1/images?page[number]={page}")).data(200);
    }
    let queries: Vec<_> = sandbox.requests().into_iter().map(|request| request.query).collect();
    assert_eq!(queries.len(), 2);
    assert!(queries[0].ends_with("=4") && queries[1].ends_with("=5"), "{queries:?}");
    assert!(sandbox.wait_for_requests(5, STEP));
}
