//! Faults, outcomes of jobs and time, requested over HTTP.

use cycle_images_tests::sandbox::Sandbox;

use crate::client::{Answer, Client, agent, still};

fn control(sandbox: &Sandbox, path: &str, body: &str) -> Answer {
    let url = format!("{}/_sandbox/{path}", sandbox.url());
    let key = format!("Bearer {}", sandbox.api_key());
    Answer::of(agent().post(&url).header("Authorization", key).send(body).unwrap())
}

#[track_caller]
fn accepted(sandbox: &Sandbox, path: &str, body: &str) {
    let answer = control(sandbox, path, body);
    assert_eq!(answer.status, 204, "{}", answer.text);
}

#[test]
fn requested_faults_happen_in_order() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    accepted(&sandbox, "faults", r#"{"fault": "too_many_requests", "retry_after": "7"}"#);
    accepted(&sandbox, "faults", r#"{"fault": "unavailable"}"#);
    accepted(&sandbox, "faults", r#"{"fault": "bad_gateway"}"#);
    accepted(&sandbox, "faults", r#"{"status": 418, "headers": {"x-a": "b"}, "body": "tea"}"#);
    accepted(&sandbox, "faults", r#"{"fault": "delay", "ms": 1}"#);
    let answer = client.get("/v1/images");
    answer.refused("429.rate-limiting");
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(client.get("/v1/images").status, 503);
    assert_eq!(client.get("/v1/images").status, 502);
    let answer = client.get("/v1/images");
    assert_eq!((answer.status, answer.header("x-a"), &*answer.text), (418, Some("b"), "tea"));
    client.get("/v1/images").data(200);
    client.get("/v1/images").data(200);
    assert_eq!(sandbox.requests().len(), 6);
    for fault in ["close", "close_after", "truncate"] {
        accepted(&sandbox, "faults", &format!(r#"{{"fault": "{fault}"}}"#));
        let url = format!("{}/v1/images", sandbox.url());
        let response = agent().get(&url).call();
        let broken = response.is_err()
            || response.is_ok_and(|mut response| response.body_mut().read_to_string().is_err());
        assert!(broken, "{fault}");
    }
}

#[test]
fn requested_outcomes_and_time_change_jobs() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    for (body, state) in [
        (r#"{"outcome": "fail", "step": 0, "message": "disk full"}"#, "error"),
        (r#"{"outcome": "expire"}"#, "expired"),
        (r#"{"outcome": "complete"}"#, "completed"),
    ] {
        accepted(&sandbox, "jobs", body);
        let path = format!("/v1/images/sources/{}", sandbox.source_id());
        let job = client.delete(&path).data(202)["job"]["id"].clone();
        accepted(&sandbox, "skip", r#"{"ms": 3600000}"#);
        let job = client.get(&format!("/v1/jobs/{}", job.as_str().unwrap())).data(200);
        assert_eq!(job["state"]["current"], state);
        let message = &job["state"]["error"]["message"];
        assert_eq!(message == "disk full", state == "error", "{job:#}");
    }
}

#[test]
fn invalid_control_requests_are_refused() {
    let sandbox = Sandbox::start().unwrap();
    for (path, body, source) in [
        ("faults", "{}", "/status"),
        ("faults", r#"{"status": 99}"#, "/status"),
        ("faults", r#"{"fault": "fire"}"#, "/fault"),
        ("faults", r#"{"fault": "close", "ms": 1}"#, "/ms"),
        ("faults", r#"{"fault": "delay"}"#, "/ms"),
        ("jobs", r#"{"outcome": "win"}"#, "/outcome"),
        ("jobs", "{}", "/outcome"),
        ("skip", r#"{"ms": -1}"#, "/ms"),
    ] {
        let answer = control(&sandbox, path, body);
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        assert_eq!(answer.json()["error"]["source"], source, "{body}");
    }
    control(&sandbox, "faults", "{").refused("400.invalid-syntax");
}
