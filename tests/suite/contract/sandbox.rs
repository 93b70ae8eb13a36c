//! The sandbox's answers fit the response schemas, apart from `null` for an empty list or map.

use cycle_images_tests::openapi::{Document, Sent, operations};
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::{image, job, source};
use http::{HeaderValue, Request};
use serde_json::Value;
use ureq::Agent;

use crate::schemas::{errors, operation, validator};

/// The end of a message about an empty list or map, which the platform's Go writes as `null`.
const NULL: [&str; 2] = ["null is not of type \"array\"", "null is not of type \"object\""];

pub(crate) fn misfits(document: &Document) -> Vec<String> {
    let nulls = wrong_answers(document, Settings::default());
    let wrong = |wrong: &String| !NULL.iter().any(|null| wrong.ends_with(null));
    nulls.into_iter().filter(wrong).collect()
}

pub(crate) fn misfits_without_nulls(document: &Document) -> Vec<String> {
    wrong_answers(document, Settings::default().no_nulls())
}

fn wrong_answers(document: &Document, settings: Settings) -> Vec<String> {
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
            let wrong = match answer(request, settings.clone()) {
                Ok(answer) => errors(&validator, &answer),
                Err(error) => vec![error],
            };
            let line = format!("{known:?}: {} {}", request.method(), request.uri());
            misfits.extend(wrong.iter().map(|wrong| format!("{line}\n  {wrong}")));
        }
    }
    println!("{checked} answers of the sandbox checked");
    misfits
}

/// The answer of a new sandbox to the request.
fn answer(request: &Sent, settings: Settings) -> Result<Value, String> {
    let client = Client {
        agent: Agent::config_builder().http_status_as_error(false).build().new_agent(),
        sandbox: Sandbox::with(settings).unwrap(),
    };
    // Only a new image is imported, and only a Dockerfile's build takes another tar file.
    let is_import = request.uri().path().ends_with("/tasks");
    let of_targz = std::str::from_utf8(request.body()).unwrap().contains("targz_url");
    let image_id =
        client.id("/v1/images", |image| !is_import || image["state"]["current"] == "new");
    let source_id =
        client.id("/v1/images/sources", |of| !of_targz || of["origin"]["type"] == "docker-file");
    let job_id = client.id("/v1/jobs", |_| true);

    let here = |text: &str| {
        text.replace("https://api.cycle.io", client.sandbox.url())
            .replace(image().as_str(), &image_id)
            .replace(source().as_str(), &source_id)
            .replace(job().as_str(), &job_id)
    };
    let (mut parts, body) = request.clone().into_parts();
    parts.uri = here(&parts.uri.to_string()).parse().unwrap();
    let body = here(std::str::from_utf8(&body).unwrap()).into_bytes();
    client.send(Request::from_parts(parts, body))
}

struct Client {
    agent: Agent,
    sandbox: Sandbox,
}

impl Client {
    /// The body of a success, or that of an error.
    fn send(&self, mut request: Sent) -> Result<Value, String> {
        let key = format!("Bearer {}", self.sandbox.api_key());
        let headers = request.headers_mut();
        headers.insert("authorization", HeaderValue::from_str(&key).unwrap());
        headers.insert("x-hub-id", HeaderValue::from_str(self.sandbox.hub_id()).unwrap());
        let response = match request.body().is_empty() {
            true => self.agent.run(request.map(|_| ())),
            false => self.agent.run(request),
        };
        let mut response = response.unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        match response.status().is_success() {
            true => Ok(serde_json::from_str(&body).unwrap()),
            false => Err(body),
        }
    }

    /// The id of the first record of a list that is wanted.
    fn id(&self, path: &str, is_wanted: impl Fn(&Value) -> bool) -> String {
        let url = format!("{}{path}", self.sandbox.url());
        let list = self.send(Request::get(url).body(Vec::new()).unwrap()).unwrap();
        let record = list["data"].as_array().unwrap().iter().find(|record| is_wanted(record));
        record.unwrap()["id"].as_str().unwrap().to_owned()
    }
}
