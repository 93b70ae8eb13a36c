//! How to test code that uses the client, without a network. The client accepts any ureq agent; a
//! test passes one with a middleware that answers with recordings and sends nothing.
//!
//! A recording is what `curl -i` printed. The functions at the end would be `#[test]`s in a program
//! of your own; here `main` runs them, so that they can be watched.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::collections::VecDeque;
use std::error::Error;
use std::iter::successors;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use cycle_images::flow::RetryPolicy;
use cycle_images::http::Request;
use cycle_images::images::GetImages;
use cycle_images::{Hub, recorded};
use cycle_images_ureq::Client;
use cycle_images_ureq::ureq::middleware::MiddlewareNext;
use cycle_images_ureq::ureq::{self, Agent, Body, SendBody};

/// The code to be tested: the names of all images that have an error, with its message.
fn broken(client: &Client) -> Result<Vec<String>, cycle_images_ureq::Error> {
    let mut broken = Vec::new();
    for image in client.items(GetImages::new()) {
        let image = image?;
        if let Some(message) = image.state.error.and_then(|error| error.message) {
            broken.push(format!("{}: {message}", image.name));
        }
    }
    Ok(broken)
}

const IMAGES: &[u8] = br#"HTTP/2 200

{"data": [{"id": "1", "name": "web", "state": {"current": "live"}},
  {"id": "2", "name": "db", "state": {"current": "new", "error": {"message": "disk full"}}}]}
"#;
const NO_IMAGES: &[u8] = b"HTTP/2 200\n\n{\"data\": []}";
const RATE_LIMITED: &[u8] = b"HTTP/2 429\n\n";
const UNAUTHORIZED: &[u8] = b"HTTP/2 401\n\n{\"error\": {\"code\": \"401.auth-invalid\"}}";

/// A client whose requests are answered with these recordings, in order.
fn client(recordings: &[&[u8]]) -> Result<Client, Box<dyn Error>> {
    let responses = recordings.iter().map(|recording| recorded::response(recording));
    let responses = Mutex::new(responses.collect::<Result<VecDeque<_>, _>>()?);
    let answer = move |_: Request<SendBody<'_>>, _: MiddlewareNext<'_>| {
        let response = responses.lock().ok().and_then(|mut responses| responses.pop_front());
        let response = response.ok_or(ureq::Error::ConnectionFailed)?;
        Ok(response.map(|body| Body::builder().data(body)))
    };
    let agent = Agent::config_builder().middleware(answer).build().new_agent();
    // A retry comes without a wait; `RetryPolicy::disabled()` would send each request once.
    let retry = RetryPolicy::default().initial_backoff(Duration::ZERO);
    Ok(Client::with_agent(Hub::new("key", "hub")?, agent).with_retry(retry))
}

fn images_with_an_error_are_named() -> Result<(), Box<dyn Error>> {
    assert_eq!(broken(&client(&[IMAGES, NO_IMAGES])?)?, ["db: disk full"]);
    Ok(())
}

fn a_rate_limited_request_is_retried() -> Result<(), Box<dyn Error>> {
    assert!(broken(&client(&[RATE_LIMITED, NO_IMAGES])?)?.is_empty());
    Ok(())
}

fn a_refused_api_key_is_an_error() -> Result<(), Box<dyn Error>> {
    let error = broken(&client(&[UNAUTHORIZED])?).err().ok_or("there is no error")?;
    assert!(error.response().is_some_and(|response| response.is_unauthorized()));
    Ok(())
}

fn run() -> Result<(), Box<dyn Error>> {
    images_with_an_error_are_named()?;
    println!("passed: images with an error are named");
    a_rate_limited_request_is_retried()?;
    println!("passed: a rate limited request is retried");
    a_refused_api_key_is_an_error()?;
    println!("passed: a refused API key is an error");
    Ok(())
}

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    for error in successors(Some(&*error as &dyn Error), |&error| error.source()) {
        eprintln!("{error}");
    }
    ExitCode::FAILURE
}
