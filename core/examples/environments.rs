//! An operation that this crate doesn't have, added from outside: a list of environments. It gets
//! authentication, errors, retries and pages for free, here and in both clients.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::error::Error;
use std::iter::successors;
use std::process::ExitCode;

use cycle_images::flow::{Flow, Pages, Step};
use cycle_images::http::Method;
use cycle_images::model::Environment;
use cycle_images::operation::{List, ListOperation, ListOptions, Path, Query};
use cycle_images::{Hub, Operation, Timestamp, recorded};

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

/// What the platform would answer.
const PAGES: [&[u8]; 2] = [
    b"HTTP/2 200\n\n{\"data\": [{\"id\": \"e1\", \"name\": \"Shop\", \"state\": {\"current\": \"live\"}}]}",
    b"HTTP/2 200\n\n{\"data\": []}",
];

/// Lists the environments. With a client, this is `client.items(GetEnvironments::default())`.
fn list() -> Result<(), Box<dyn Error>> {
    let hub = Hub::new("my-api-key", "651586fca6078e98982dbd91")?;
    let now = Timestamp::UNIX_EPOCH; // time is passed in; these recordings need none
    let mut recordings = PAGES.into_iter();

    let mut pages = Pages::new(GetEnvironments::default(), 42); // the seed of the jitter
    while let Step::Send { request, .. } = pages.poll(&hub, now)? {
        println!("{} {}", request.method(), request.uri());
        let recording = recordings.next().ok_or("there is no further recording")?;
        let page = pages.handle(&hub, Ok(recorded::response(recording)?), now)?;
        for environment in page.into_iter().flat_map(|page| page.data) {
            println!("  {} is {}", environment.name, environment.state.current);
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let Err(error) = list() else { return ExitCode::SUCCESS };
    for error in successors(Some(&*error as &dyn Error), |&error| error.source()) {
        eprintln!("{error}");
    }
    ExitCode::FAILURE
}
