//! How to test code that uses the client, without a network: the code takes a plain `Client`, and
//! the test's one has a closure as its transport and a timer that doesn't wait.
//!
//! A recording is what `curl -i` printed. The functions at the end would be `#[test]`s in a program
//! of your own; here `main` runs them, so that they can be watched.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::collections::VecDeque;
use std::error::Error;
use std::future::ready;
use std::process::ExitCode;
use std::sync::Mutex;

use cycle_images::error::report;
use cycle_images::flow::SendFailure;
use cycle_images::http::Request;
use cycle_images::images::GetImages;
use cycle_images::{Hub, recorded};
use cycle_images_async::Client;

/// The code to be tested: the names of all images that have an error, with its message.
async fn broken(client: &Client) -> Result<Vec<String>, cycle_images_async::Error> {
    let mut broken = Vec::new();
    let mut images = client.items(GetImages::new());
    while let Some(image) = images.next().await {
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
const RATE_LIMITED: &[u8] = b"HTTP/2 429\nretry-after: 30\n\n";
const UNAUTHORIZED: &[u8] = b"HTTP/2 401\n\n{\"error\": {\"code\": \"401.auth-invalid\"}}";

/// A client that gets these recordings as responses, in order.
fn client(recordings: &[&[u8]]) -> Result<Client, Box<dyn Error>> {
    let responses = recordings.iter().map(|recording| recorded::response(recording));
    let responses = Mutex::new(responses.collect::<Result<VecDeque<_>, _>>()?);
    let transport = move |_: Request<Vec<u8>>| {
        let response = responses.lock().ok().and_then(|mut responses| responses.pop_front());
        ready(response.ok_or_else(|| SendFailure::not_sent("no more recordings")))
    };
    Ok(Client::new(Hub::new("key", "hub")?, transport, async |_| {}))
}

async fn images_with_an_error_are_named() -> Result<(), Box<dyn Error>> {
    assert_eq!(broken(&client(&[IMAGES, NO_IMAGES])?).await?, ["db: disk full"]);
    Ok(())
}

async fn a_rate_limited_request_is_retried() -> Result<(), Box<dyn Error>> {
    assert!(broken(&client(&[RATE_LIMITED, NO_IMAGES])?).await?.is_empty());
    Ok(())
}

async fn a_refused_api_key_is_an_error() -> Result<(), Box<dyn Error>> {
    let error = broken(&client(&[UNAUTHORIZED])?).await.err().ok_or("there is no error")?;
    assert!(error.is_unauthorized());
    Ok(())
}

fn main() -> ExitCode {
    let tests = async {
        images_with_an_error_are_named().await?;
        println!("passed: images with an error are named");
        a_rate_limited_request_is_retried().await?;
        println!("passed: a rate limited request is retried");
        a_refused_api_key_is_an_error().await?;
        println!("passed: a refused API key is an error");
        Ok::<_, Box<dyn Error>>(())
    };
    let Err(error) = pollster::block_on(tests) else { return ExitCode::SUCCESS };
    eprintln!("{:#}", report(&*error));
    ExitCode::FAILURE
}
