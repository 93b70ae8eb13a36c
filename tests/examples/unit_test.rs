//! How to test code of one's own without a network. The code takes any transport and any timer; a
//! test hands it a closure that answers with recordings, and a timer that doesn't wait.
//!
//! A recording is what `curl -i` printed. The checks would be `#[test]`s elsewhere; here `main` runs
//! them, so that they can be watched.

#![allow(clippy::print_stdout, reason = "an example speaks to people")]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::process::ExitCode;

use cycle_images::flow::SendError;
use cycle_images::http::Request;
use cycle_images::images::GetImages;
use cycle_images::model::ImageStatus;
use cycle_images::{Hub, recorded};
use cycle_images_async::{Client, Error, Timer, Transport};
use cycle_images_tests::example_env;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// The code to be tested: names the images that came to a halt, with the platform's words.
async fn stale_images<T: Transport, M: Timer>(client: &Client<T, M>) -> Result<Vec<String>, Error> {
    let mut stale = Vec::new();
    let mut images = client.items(GetImages::new().page_size(100));
    while let Some(image) = images.next().await {
        let image = image?;
        let message = image.state.error.and_then(|error| error.message);
        match message {
            Some(message) if image.state.current != ImageStatus::Live => {
                stale.push(format!("{}: {message}", image.name));
            }
            _ => {}
        }
    }
    Ok(stale)
}

const IMAGES: &[u8] = include_bytes!("../recordings/get_images/as_go_writes.http");
const MORE_IMAGES: &[u8] = include_bytes!("../recordings/get_images/with_includes.http");
const NO_IMAGES: &[u8] = include_bytes!("../recordings/get_images/empty_list.http");
const UNAUTHORIZED: &[u8] = include_bytes!("../recordings/errors/401.http");
const TOO_MANY_REQUESTS: &[u8] = include_bytes!("../recordings/errors/429_seconds.http");

/// A client whose requests are answered in order with what was recorded.
fn client(recordings: &[&[u8]]) -> Result<Client<impl Transport, impl Timer>> {
    let answers = recordings.iter().map(|recording| recorded::response(recording));
    let answers = RefCell::new(answers.collect::<Result<VecDeque<_>, _>>()?);
    let transport = async move |_: Request<Vec<u8>>| {
        answers
            .borrow_mut()
            .pop_front()
            .ok_or_else(|| SendError::maybe_sent("nothing more was recorded").fatal())
    };
    Ok(Client::new(Hub::new("key", "hub")?, transport).with_timer(async |_| {}))
}

async fn stale_images_are_told_across_pages() -> Result<()> {
    let client = client(&[IMAGES, MORE_IMAGES])?;
    let stale = [
        "mystery: scanner found 3 issues",
        "Shop web: layer 3 was retried",
        "Büro-App 画像: layer 8 was retried",
    ];
    assert_eq!(stale_images(&client).await?, stale);
    Ok(())
}

async fn a_platform_that_is_busy_is_asked_again() -> Result<()> {
    let client = client(&[TOO_MANY_REQUESTS, NO_IMAGES])?;
    assert!(stale_images(&client).await?.is_empty());
    Ok(())
}

async fn an_api_key_that_is_refused_is_told() -> Result<()> {
    let error = stale_images(&client(&[UNAUTHORIZED])?).await.err().ok_or("there is no error")?;
    assert!(error.response().is_some_and(|answer| answer.is_unauthorized()));
    assert_eq!(error.to_string(), "GetImages was answered 401 Unauthorized; check the API key");
    Ok(())
}

fn main() -> ExitCode {
    example_env::end(smol::block_on(async {
        stale_images_are_told_across_pages().await?;
        println!("checked: stale images are told across pages");
        a_platform_that_is_busy_is_asked_again().await?;
        println!("checked: a platform that is busy is asked again");
        an_api_key_that_is_refused_is_told().await?;
        println!("checked: an API key that is refused is told");
        Ok(())
    }))
}
