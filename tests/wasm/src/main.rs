//! The async client under WASI, which has no sockets: its transport is a closure over recordings.
//! It lists images and follows an import, through a retry and by the clock of the host.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to people")]

use std::error::Error;
use std::future::ready;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cycle_images::error::report;
use cycle_images::flow::{Exchange, SendFailure};
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::model::JobStatus;
use cycle_images::{Hub, recorded};
use cycle_images_async::{Client, drive};

/// In the order in which they are asked for.
const RESPONSES: [&[u8]; 6] = [
    b"HTTP/2 503\nretry-after: 0\n\n",
    b"HTTP/2 200\n\n{\"data\": [{\"id\": \"i1\", \"name\": \"web\", \"state\": {\"current\": \"new\"}}]}",
    b"HTTP/2 200\n\n{\"data\": []}",
    b"HTTP/2 202\n\n{\"data\": {\"action\": \"import\", \"job\": {\"id\": \"j1\"}}}",
    b"HTTP/2 200\n\n{\"data\": {\"id\": \"j1\", \"state\": {\"current\": \"running\"}}}",
    b"HTTP/2 200\n\n{\"data\": {\"id\": \"j1\", \"state\": {\"current\": \"completed\"}}}",
];

fn main() -> ExitCode {
    let Err(error) = pollster::block_on(run()) else { return ExitCode::SUCCESS };
    eprintln!("{:#}", report(&*error));
    ExitCode::FAILURE
}

async fn run() -> Result<(), Box<dyn Error>> {
    let responses = Mutex::new(RESPONSES.into_iter());
    let transport = move |_: Request<Vec<u8>>| {
        let next = responses.lock().ok().and_then(|mut responses| responses.next());
        let response = next.ok_or_else(|| SendFailure::not_sent("no more responses"));
        ready(response.and_then(|response| Ok(recorded::response(response)?)))
    };
    let waits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&waits);
    let timer = move |time| {
        let counted = Arc::clone(&counted);
        async move {
            counted.fetch_add(1, Ordering::Relaxed);
            sleep(time).await;
        }
    };
    let client = Client::new(Hub::new("key", "hub")?, transport, timer);
    let mut images = client.items(GetImages::new());
    let mut new = Vec::new();
    while let Some(image) = images.next().await {
        new.push(image?);
    }
    // After the 503.
    assert_eq!(waits.load(Ordering::Relaxed), 1);
    assert_eq!(new.len(), 1);
    for image in new {
        println!("{} is {}", image.name, image.state.current);
        let import = client.call(CreateImageJob::import(&image.id)).await?.data;
        let mut updates = client.track(&import)?;
        let mut states = Vec::new();
        while let Some(update) = updates.next().await {
            states.push(update?.job.state.current);
        }
        println!("its import was {states:?}");
        assert_eq!(states, [JobStatus::Running, JobStatus::Completed]);
    }

    let mut list = Exchange::new(GetImages::new(), 42);
    let send = async |_: Request<Vec<u8>>| Ok::<_, SendFailure>(Response::new("{\"data\": []}"));
    let reply = drive(&mut list, client.hub(), || SystemTime::now().into(), send, sleep).await?;
    assert_eq!(reply.map(|reply| reply.data.len()), Some(0));
    println!("no images by drive");
    Ok(())
}

async fn sleep(time: Duration) {
    std::thread::sleep(time);
}
