//! The flows against the sandbox, with a driver of its own: a socket of the standard library, and a
//! clock that is set together with the sandbox's.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cycle_images::flow::{Exchange, Flow, FlowError, JobTracker, Pages, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImage, CreateImageJob, GetImage, GetImages};
use cycle_images::model::ImageStatus;
use cycle_images::{Hub, ImageId, SourceId};
use cycle_images_tests::sandbox::{self, Paging, Sandbox, Settings};

use crate::clock::{Clock, secs};

/// The time of one step of a job.
const STEP: Duration = Duration::from_secs(60);

struct Runtime {
    sandbox: Sandbox,
    hub: Hub,
    clock: Clock,
}

impl Runtime {
    fn new(settings: Settings) -> Self {
        let sandbox = Sandbox::with(settings.step(STEP)).unwrap();
        let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
        let hub = hub.with_base_url(sandbox.url()).unwrap();
        Self { sandbox, hub, clock: Clock::start() }
    }

    /// Drives a flow to its next item, or to its end.
    fn run<F: Flow>(&mut self, flow: &mut F) -> Result<Option<F::Item>, FlowError> {
        loop {
            match flow.poll(&self.hub, self.clock.now())? {
                Step::Send { request, .. } => {
                    let outcome = send(&request);
                    if let Some(item) = flow.handle(&self.hub, outcome, self.clock.now())? {
                        return Ok(Some(item));
                    }
                }
                Step::Wait(time) => {
                    self.clock.pass(time);
                    self.sandbox.skip(time);
                }
                Step::Done => return Ok(None),
            }
        }
    }

    /// Creates and imports an image.
    fn import(&mut self) -> (ImageId, JobTracker) {
        let source = SourceId::new(self.sandbox.source_id()).unwrap();
        let mut create = Exchange::new(CreateImage::new(source).name("own driver"), 1);
        let id = self.run(&mut create).unwrap().unwrap().data.id;
        assert!(self.run(&mut create).unwrap().is_none());
        let mut import = Exchange::new(CreateImageJob::import(&id), 2);
        let descriptor = self.run(&mut import).unwrap().unwrap().data;
        (id, JobTracker::from_descriptor(&descriptor, 3).unwrap())
    }
}

fn send(request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendFailure> {
    let uri = request.uri();
    let mut socket =
        TcpStream::connect(uri.authority().unwrap().as_str()).map_err(SendFailure::not_sent)?;
    exchange(&mut socket, request).map_err(SendFailure::maybe_sent)
}

fn exchange(socket: &mut TcpStream, request: &Request<Vec<u8>>) -> io::Result<Response<Vec<u8>>> {
    let uri = request.uri();
    write!(socket, "{} {} HTTP/1.1\r\n", request.method(), uri.path_and_query().unwrap())?;
    write!(socket, "Host: {}\r\nConnection: close\r\n", uri.authority().unwrap())?;
    for (name, value) in request.headers() {
        write!(socket, "{name}: {}\r\n", value.to_str().unwrap())?;
    }
    write!(socket, "Content-Length: {}\r\n\r\n", request.body().len())?;
    socket.write_all(request.body())?;
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes)?;
    read(&bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Reads a response, if it is whole.
fn read(bytes: &[u8]) -> Option<Response<Vec<u8>>> {
    let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(&bytes[..head_end]).ok()?, &bytes[head_end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?;
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") && value != body.len().to_string() {
            return None;
        }
        response = response.header(name, value);
    }
    response.body(body.to_vec()).ok()
}

#[test]
fn an_image_is_created_imported_and_tracked() {
    let mut runtime = Runtime::new(Settings::default().hidden_job_reads(3));
    runtime.sandbox.fault(sandbox::Fault::too_many_requests("7"));
    let (id, mut track) = runtime.import();
    runtime.sandbox.fault(sandbox::Fault::bad_gateway());
    runtime.sandbox.fault(sandbox::Fault::Truncate);
    let mut reported = Vec::new();
    while let Some(update) = runtime.run(&mut track).unwrap() {
        reported.push((update.job.state.current.to_string(), update.progress.done));
    }
    let expected = [("queued", 0), ("running", 0), ("running", 1), ("running", 2), ("running", 3)]
        .into_iter()
        .chain([("completed", 4)])
        .map(|(state, done)| (state.to_owned(), done));
    assert_eq!(reported, expected.collect::<Vec<_>>());
    assert!(runtime.clock.passed() >= 5 * STEP);
    let image = runtime.run(&mut Exchange::new(GetImage::new(id), 4)).unwrap().unwrap().data;
    assert_eq!(image.state.current, ImageStatus::Live);
    let posts = runtime.sandbox.requests().into_iter().filter(|seen| seen.method == "POST");
    assert_eq!(posts.count(), 3, "one of the two was sent again, after 429");
}

#[test]
fn a_list_is_read_page_by_page() {
    for paging in [Paging::Honest, Paging::ShortFirst] {
        let settings = Settings::default().extra_images(60).page_cap(7).paging(paging);
        let mut runtime = Runtime::new(settings);
        let list = GetImages::new().filter_search("extra-").page_size(100);
        let mut pages = Pages::new(list, 5);
        let mut names = Vec::new();
        while let Some(page) = runtime.run(&mut pages).unwrap() {
            assert!(page.data.len() <= 7);
            names.extend(page.data.into_iter().map(|image| image.name));
            runtime.sandbox.fault(sandbox::Fault::unavailable_until("3"));
        }
        let expected: Vec<String> = (0..60).map(|n| format!("extra-{n:04}")).collect();
        assert_eq!(names, expected, "{paging:?}");
        assert!(runtime.clock.passed() >= secs(8 * 3));
    }
}
