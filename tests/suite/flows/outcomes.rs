//! Outcomes of requests.

use std::io;
use std::ops::Range;

use cycle_images::flow::SendFailure;
use cycle_images::http::Response;
use serde_json::{Value, json};

use crate::jobs_platform::object_id;

pub(crate) type Outcome = Result<Response<String>, SendFailure>;

/// An outcome under a name, for tables.
pub(crate) type Case = (&'static str, fn() -> Outcome);

#[expect(clippy::unnecessary_wraps, reason = "it is passed as an outcome")]
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Ok(response.body(body.to_owned()).unwrap())
}

pub(crate) fn status(status: u16) -> Outcome {
    answer(status, &[], "")
}

pub(crate) fn asking(status: u16, retry_after: &str) -> Outcome {
    answer(status, &[("Retry-After", retry_after)], "")
}

/// The platform's error envelope.
pub(crate) fn refusal(status: u16, code: &str) -> Outcome {
    answer(status, &[("content-type", "application/json")], &envelope(code))
}

pub(crate) fn envelope(code: &str) -> String {
    let status: u16 = code.split('.').next().unwrap().parse().unwrap();
    let error = json!({"status": status, "code": code, "title": "No."});
    json!({"error": error, "data": null}).to_string()
}

pub(crate) fn data(data: &Value) -> Outcome {
    answer(200, &[("content-type", "application/json")], &json!({"data": data}).to_string())
}

pub(crate) fn unsent() -> Outcome {
    Err(SendFailure::not_sent(io::Error::other("no route")))
}

pub(crate) fn lost() -> Outcome {
    Err(SendFailure::maybe_sent(io::Error::other("the peer hung up")))
}

pub(crate) fn fatal() -> Outcome {
    Err(SendFailure::maybe_sent(io::Error::other("the answer is odd")).fatal())
}

pub(crate) fn image(id: &str) -> Value {
    json!({"id": id, "name": "web", "size": 4_294_967_296_u64, "state": {"current": "live"}})
}

/// A page of images with these ids.
pub(crate) fn page(ids: &[&str]) -> Outcome {
    data(&ids.iter().map(|id| image(id)).collect())
}

/// A job with one task of so many steps, the first of them done.
pub(crate) fn job(state: &str, done: usize, total: usize) -> Value {
    let time = |is_set| if is_set { "2026-03-26T10:00:00Z" } else { "0001-01-01T00:00:00Z" };
    let step = |n| json!({"started": time(n <= done), "completed": time(n < done)});
    let steps: Vec<Value> = (0..total).map(step).collect();
    let tasks = json!([{"caption": "Import", "state": {"current": "running"}, "steps": steps}]);
    json!({"id": "j1", "state": {"current": state}, "tasks": tasks})
}

/// A page of jobs with these numbers, created when the clock starts.
pub(crate) fn page_of_jobs(numbers: Range<usize>, state: &str) -> Outcome {
    let of = |number| {
        let mut job = job(state, 1, 4);
        job["id"] = object_id(0, number).into();
        job
    };
    data(&numbers.map(of).collect())
}

pub(crate) fn seen(state: &str, done: usize, total: usize) -> Outcome {
    data(&job(state, done, total))
}

pub(crate) fn unknown_job() -> Outcome {
    refusal(404, "404.job")
}
