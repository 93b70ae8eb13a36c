//! The sandbox's answers fit the response schemas, apart from `null` for an empty list or map.

use cycle_images_tests::openapi::{Document, Known, Sent, operations};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::support::{image, job, source};
use http::{HeaderValue, Request};
use serde_json::Value;
use ureq::Agent;

use crate::schemas::{errors, operation, validator};

/// The end of a message about an empty list or map, which the platform's Go writes as `null`.
const NULL: [&str; 2] = ["null is not of type \"array\"", "null is not of type \"object\""];

pub(crate) fn misfits(document: &Document) -> Vec<String> {
    let mut misfits = Vec::new();
    let mut checked = 0;
    for known in operations() {
        let Some(schema) = operation(document, &known.id()).and_then(|of| document.success(of))
        else {
            continue;
        };
        let validator = validator(document, schema);
        for request in &known.requests {
            checked += 1;
            let wrong = match answer(request) {
                Ok(answer) => {
                    let mut wrong = errors(&validator, &answer);
                    wrong.retain(|wrong| !NULL.iter().any(|null| wrong.ends_with(null)));
                    wrong
                }
                Err(error) => vec![error],
            };
            misfits.extend(wrong.into_iter().map(|wrong| shown(&known, request, &wrong)));
        }
    }
    println!("{checked} answers of the sandbox checked");
    misfits
}

fn shown(known: &Known, request: &Sent, wrong: &str) -> String {
    let wrong: String = wrong.chars().take(500).collect();
    format!("{known:?}: {} {}\n  {wrong}", request.method(), request.uri())
}

/// The answer of a new sandbox to the request, whose ids are replaced by those of the sandbox.
fn answer(request: &Sent) -> Result<Value, String> {
    let sandbox = Sandbox::start().unwrap();
    let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
    let send = |mut request: Sent| {
        let key = format!("Bearer {}", sandbox.api_key());
        let headers = request.headers_mut();
        headers.insert("authorization", HeaderValue::from_str(&key).unwrap());
        headers.insert("x-hub-id", HeaderValue::from_str(sandbox.hub_id()).unwrap());
        let mut response = match request.body().is_empty() {
            true => agent.run(request.map(|_| ())).unwrap(),
            false => agent.run(request).unwrap(),
        };
        let body = response.body_mut().read_to_string().unwrap();
        match response.status().is_success() {
            true => Ok(serde_json::from_str::<Value>(&body).unwrap()),
            false => Err(body),
        }
    };
    let found = |path: &str, is_wanted: &dyn Fn(&Value) -> bool| {
        let request = Request::get(format!("{}{path}", sandbox.url())).body(Vec::new()).unwrap();
        let list = send(request).unwrap();
        let record = list["data"].as_array().unwrap().iter().find(|record| is_wanted(record));
        record.unwrap()["id"].as_str().unwrap().to_owned()
    };
    // Only a new image is imported, and only a Dockerfile's build takes another tar file.
    let is_import = request.uri().path().ends_with("/tasks");
    let of_targz = request.body().windows(9).any(|part| part == b"targz_url");
    let image_wanted = |image: &Value| !is_import || image["state"]["current"] == "new";
    let source_wanted = |of: &Value| !of_targz || of["origin"]["type"] == "docker-file";
    let ids: [(String, &str, &dyn Fn(&Value) -> bool); 3] = [
        (image().to_string(), "/v1/images", &image_wanted),
        (source().to_string(), "/v1/images/sources", &source_wanted),
        (job().to_string(), "/v1/jobs", &|_| true),
    ];
    let replaced = |text: &str| {
        let mut text = text.replace("https://api.cycle.io", sandbox.url());
        for (id, path, is_wanted) in &ids {
            if text.contains(id) {
                text = text.replace(id, &found(path, *is_wanted));
            }
        }
        text
    };
    let (mut parts, body) = request.clone().into_parts();
    parts.uri = replaced(&parts.uri.to_string()).parse().unwrap();
    let body = replaced(std::str::from_utf8(&body).unwrap()).into_bytes();
    send(Request::from_parts(parts, body))
}
