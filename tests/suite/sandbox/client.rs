//! An HTTP client for the tests of the sandbox.

use cycle_images_tests::sandbox::{Sandbox, Settings};
use serde_json::Value;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Response;

/// So long that no step of a job ends by itself in a test.
pub(crate) const STEP: Duration = Duration::from_secs(600);

/// A sandbox whose jobs only run when a test skips time.
pub(crate) fn still() -> Settings {
    Settings::default().step(STEP)
}

pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn of(mut response: Response<ureq::Body>) -> Self {
        let headers = response.headers().iter();
        let headers = headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()));
        Self {
            status: response.status().as_u16(),
            headers: headers.collect(),
            text: response.body_mut().read_to_string().unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The data of a success with this status.
    #[track_caller]
    pub(crate) fn data(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/json"));
        self.json()["data"].clone()
    }

    /// The `error` of the platform's envelope.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str) -> Value {
        let document = self.json();
        let error = &document["error"];
        assert_eq!(error["code"], code, "{}", self.text);
        assert_eq!(error["status"], self.status);
        assert!(code.starts_with(&self.status.to_string()));
        assert!(!error["title"].as_str().unwrap().is_empty());
        assert_eq!(document.get("data"), Some(&Value::Null));
        error.clone()
    }

    /// As [`refused`](Self::refused), with this pointer.
    #[track_caller]
    pub(crate) fn refused_at(&self, code: &str, source: &str) {
        assert_eq!(self.refused(code)["source"], source);
    }
}

/// A client of a sandbox.
pub(crate) struct Client {
    agent: Agent,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Client {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self::with_key(sandbox, sandbox.api_key())
    }

    pub(crate) fn with_key(sandbox: &Sandbox, key: &str) -> Self {
        Self {
            agent: agent(),
            url: sandbox.url().to_owned(),
            headers: vec![
                ("Authorization".to_owned(), format!("Bearer {key}")),
                ("X-Hub-Id".to_owned(), sandbox.hub_id().to_owned()),
            ],
        }
    }

    /// One request; `body` is a content type and a text.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &str)>,
    ) -> Result<Answer, ureq::Error> {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = match body {
            Some((kind, text)) => {
                let request = request.header("Content-Type", kind);
                self.agent.run(request.body(text.to_owned()).unwrap())?
            }
            None => self.agent.run(request.body(()).unwrap())?,
        };
        Ok(Answer::of(response))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).unwrap()
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let body = Some(("application/json", body.as_str()));
        self.send("POST", path, body).unwrap()
    }

    /// The seeded image of this name.
    pub(crate) fn image(&self, name: &str) -> Value {
        let images = self.get("/v1/images").data(200);
        let mut images = images.as_array().unwrap().iter();
        images.find(|image| image["name"] == name).unwrap().clone()
    }

    /// The path of the seeded image of this name.
    pub(crate) fn image_path(&self, name: &str) -> String {
        format!("/v1/images/{}", text(&self.image(name)["id"]))
    }

    pub(crate) fn state(&self, path: &str) -> String {
        text(&self.get(path).data(200)["state"]["current"])
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
