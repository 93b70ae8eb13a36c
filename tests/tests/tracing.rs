//! Spans and events of both clients.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex};

use cycle_images::http::{Request, Response};
use cycle_images::images::GetImage;
use cycle_images::{Hub, ImageId};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

const KEY: &str = "sec-key-0b5e9d";

/// Where the lines go.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The lines that are written while this runs.
fn lines(run: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .with_ansi(false)
        .without_time()
        .with_span_events(FmtSpan::CLOSE)
        .finish();
    tracing::subscriber::with_default(subscriber, run);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().filter(|line| line.contains("cycle_images")).map(str::to_owned).collect()
}

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

fn get() -> GetImage {
    GetImage::new(ImageId::new("the-image-id").unwrap())
}

/// The first attempt is unavailable, the second is not found.
fn respond(count: &Mutex<u16>) -> Response<&'static str> {
    let mut count = count.lock().unwrap();
    *count += 1;
    let status = if *count == 1 { 503 } else { 404 };
    Response::builder().status(status).header("x-request-id", "req-7").body("").unwrap()
}

#[track_caller]
fn check(lines: &[String]) {
    let [attempt, response, retry, second, last, close] = lines else { panic!("{lines:#?}") };
    let span =
        "cycle.call{operation=\"GetImage\" method=\"GET\" path=\"/v1/images/{id}\" attempts=1";
    assert!(attempt.contains(span) && attempt.contains("attempt operation="), "{attempt}");
    assert!(response.contains("status=503") && response.contains("req-7"), "{response}");
    assert!(
        retry.contains("WARN") && retry.contains("retry operation=\"GetImage\" attempt=1"),
        "{retry}"
    );
    assert!(second.contains("attempt=2"), "{second}");
    assert!(last.contains("status=404"), "{last}");
    assert!(close.contains("attempts=2") && close.contains("close"), "{close}");
    for line in lines {
        assert!(!line.contains(KEY) && !line.contains("the-image-id"), "{line}");
    }
}

#[test]
fn a_blocking_call_is_a_span_with_events() {
    let count = Mutex::new(0);
    let client = cycle_images_ureq::Client::with_transport(hub(), move |_: Request<Vec<u8>>| {
        Ok::<_, io::Error>(respond(&count))
    });
    let client = client.with_sleep(|_| {});
    check(&lines(|| assert!(client.call(&get()).unwrap_err().is_not_found())));
}

#[test]
fn an_async_call_is_a_span_with_events() {
    let count = Mutex::new(0);
    let transport = move |_: Request<Vec<u8>>| ready(Ok::<_, Infallible>(respond(&count)));
    let client = cycle_images_async::Client::new(hub(), transport, async |_| ());
    check(&lines(|| {
        let error = smol::block_on(client.call(&get())).unwrap_err();
        assert!(error.is_not_found());
    }));
}
