//! Spans and events of both clients.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use cycle_images::flow::{Attempt, JobTracker};
use cycle_images::http::{HeaderValue, Request, Response};
use cycle_images::images::{GetImage, GetImages};
use cycle_images::{Hub, ImageId, JobId};
use cycle_images_tests::support::KEY;
use cycle_images_tests::uploads::waiting_image;
use futures_util::stream;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

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
    // tracing caches whether a subscriber wants an event. If there is one subscriber, it asks the
    // thread that emits the event first: no other thread may emit any meanwhile.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
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
    let [response, retry, last, close] = lines else { panic!("{lines:#?}") };
    for line in [response, retry, last] {
        assert!(line.contains("cycle.call{otel.name=\"GetImage\" otel.kind=\"client\"}"), "{line}");
        // Which image, and by which flow.
        assert!(line.contains("url.path=\"/v1/images/the-image-id\""), "{line}");
        assert!(line.contains("cycle.flow=\"Exchange\" cycle.operation=\"GetImage\""), "{line}");
    }
    let attempt = "http.request.method=\"GET\" url.template=\"/v1/images/{id}\"";
    let server = "server.address=\"api.cycle.io\" server.port=443";
    for line in [response, last] {
        assert!(line.contains(attempt) && line.contains(server), "{line}");
    }
    let first = "http.response.status_code=503 error.type=\"503\" cycle.request_id=\"req-7\"";
    assert!(response.contains(first) && !response.contains("resend_count"), "{response}");
    assert!(retry.contains("WARN") && retry.contains("attempt=1"), "{retry}");
    let second = "http.request.resend_count=1 http.response.status_code=404";
    assert!(last.contains(second), "{last}");
    let failed =
        "otel.status_code=\"ERROR\" otel.status_description=\"GetImage failed with status 404";
    assert!(close.contains(failed) && close.contains("error.type=\"404\""), "{close}");
    for line in lines {
        assert!(!line.contains(KEY), "{line}");
    }
}

#[test]
fn call_is_a_span_with_events() {
    let count = Mutex::new(0);
    let client = cycle_images_ureq::Client::from_transport(hub(), move |_: Request<Vec<u8>>| {
        Ok::<_, io::Error>(respond(&count))
    });
    let client = client.with_sleep(|_| {});
    check(&lines(|| assert!(client.call(&get()).unwrap_err().is_not_found())));

    let count = Mutex::new(0);
    let transport = move |_: Request<Vec<u8>>| ready(Ok::<_, Infallible>(respond(&count)));
    let client = cycle_images_async::Client::new(hub(), transport, async |_| ());
    check(&lines(|| assert!(smol::block_on(client.call(&get())).unwrap_err().is_not_found())));
}

/// In an hour, a job is polled 720 times, within one span.
#[test]
fn lines_of_a_long_job_do_not_grow() {
    let count = Mutex::new(0);
    let transport = move |_: Request<Vec<u8>>| {
        let mut count = count.lock().unwrap();
        *count += 1;
        let state = if *count < 720 { "running" } else { "completed" };
        let body = format!(r#"{{"data": {{"id": "j1", "state": {{"current": "{state}"}}}}}}"#);
        ready(Ok::<_, Infallible>(Response::new(body)))
    };
    let client = cycle_images_async::Client::new(hub(), transport, async |_| ());
    let lines = lines(|| {
        smol::block_on(client.run(JobTracker::new(JobId::new("j1").unwrap(), 1)).wait()).unwrap();
    });
    assert!(lines.len() > 720, "{}", lines.len());
    let longest = lines.iter().map(String::len).max().unwrap();
    assert!(longest < 600, "{longest} bytes");
    let states = lines.iter().filter(|line| line.contains("job state"));
    let states: Vec<_> = states.map(|line| line.contains("url.path=\"/v1/jobs/j1\"")).collect();
    assert_eq!(states, [true, true]);
}

#[test]
fn failed_upload_is_a_span_with_its_error() {
    let image = waiting_image(KEY);
    let refused = || Response::builder().status(413).body("").unwrap();
    let blocking = cycle_images_ureq::Client::from_transport(hub(), move |_: Request<Vec<u8>>| {
        Ok::<_, io::Error>(refused())
    });
    let transport = move |_: Request<Vec<u8>>| ready(Ok::<_, Infallible>(refused()));
    let client = cycle_images_async::Client::new(hub(), transport, async |_| ());
    let tar = [b'.'; 1000];
    for lines in [
        lines(|| {
            let tar = cycle_images_ureq::Tar::new(&tar[..], 1000);
            blocking.upload(&image, tar).unwrap_err();
        }),
        lines(|| {
            let tar = cycle_images_async::Tar::new(stream::iter([Ok(tar.to_vec())]), 1000);
            smol::block_on(client.upload(&image, tar)).unwrap_err();
        }),
    ] {
        let close = lines.last().unwrap();
        let failed = "otel.name=\"UploadImage\" otel.kind=\"client\" otel.status_code=\"ERROR\"";
        assert!(close.contains(failed) && !close.contains(KEY), "{close}");
    }
}

/// Also a prefetched page.
#[test]
fn each_request_has_its_attempt_and_the_headers_of_a_hook() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&sent);
    let transport = move |request: Request<Vec<u8>>| {
        let page = request.uri().query().unwrap_or_default().to_owned();
        let data =
            if page.ends_with('9') { "[]" } else { r#"[{"id": "1", "state": {"current": ""}}]"# };
        let data = data.replace('1', &page.replace(|c: char| !c.is_ascii_digit(), ""));
        log.lock().unwrap().push(request);
        ready(Ok::<_, Infallible>(Response::new(format!(r#"{{"data": {data}}}"#))))
    };
    let client = cycle_images_async::Client::new(hub(), transport, async |_| ());
    let client = client.with_header_hook(|headers| {
        headers.insert("traceparent", HeaderValue::from_static("00-1-2-01"));
    });
    lines(|| {
        smol::block_on(async {
            let mut pages = client.pages(GetImages::new()).prefetch(8);
            while let Some(page) = pages.next().await {
                page.unwrap();
            }
        });
    });
    let sent = sent.lock().unwrap();
    assert!(sent.len() >= 9, "{}", sent.len());
    for request in &*sent {
        let attempt = request.extensions().get::<Attempt>().unwrap();
        assert_eq!((attempt.operation, &*attempt.template), ("GetImages", "/v1/images"));
        assert_eq!(request.headers()["traceparent"], "00-1-2-01");
    }
    let bad = cycle_images_ureq::Client::new(hub()).with_header_hook(|headers| {
        headers.insert("host", HeaderValue::from_static("elsewhere"));
    });
    lines(|| {
        let error = bad.call(&get()).unwrap_err().to_string();
        assert!(error.starts_with("GetImage: headers contain `host`"), "{error}");
    });
}
