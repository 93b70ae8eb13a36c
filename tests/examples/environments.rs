//! An operation of the platform that the crates don't have, added from outside: listing
//! environments, with authentication, errors, retries and pages for free.
//!
//! With `CYCLE_API_KEY` and `CYCLE_HUB_ID` set it lists those of the hub; without, those of a
//! server that plays two answers, for the sandbox knows no environments.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use cycle_images::http::Method;
use cycle_images::model::Environment;
use cycle_images::operation::{List, ListOperation, ListOptions, Path, Query};
use cycle_images::{Hub, Operation};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_ureq::Client;

/// Lists environments: `GET /v1/environments`. Capability: `environments-view`.
#[derive(Default)]
struct GetEnvironments {
    options: ListOptions,
}

impl Operation for GetEnvironments {
    const NAME: &'static str = "GetEnvironments";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "environments-view";
    type Output = List<Environment>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/environments");
    }

    fn query(&self, query: &mut Query<'_>) {
        query.options(&self.options);
    }
}

impl ListOperation for GetEnvironments {
    type Record = Environment;

    fn options(&self) -> &ListOptions {
        &self.options
    }

    fn options_mut(&mut self) -> &mut ListOptions {
        &mut self.options
    }

    fn key(environment: &Environment) -> &str {
        environment.id.as_str()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("CYCLE_API_KEY").is_some_and(|key| !key.is_empty()) {
        return list(&Client::from_env()?);
    }
    let page = r#"{"data": [{"id": "e1", "name": "Shop", "state": {"current": "live"}}]}"#;
    let server = RawServer::start([
        Answer::json("200 OK", page),
        Answer::json("200 OK", r#"{"data": []}"#),
    ])?;
    list(&Client::new(Hub::new("key", "hub")?.with_base_url(&server.url())?))
}

fn list(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    for environment in client.items(GetEnvironments::default()) {
        let environment = environment?;
        println!("{} is {}", environment.name, environment.state.current);
    }
    Ok(())
}
