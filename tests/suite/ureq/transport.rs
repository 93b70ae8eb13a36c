//! Transports and sleeps of the program.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use allocation_counter::measure;
use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImage, GetImageBuildLog, GetImages};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_tests::support::{hub, hub_at};
use cycle_images_tests::uploads::waiting_image;
use cycle_images_ureq::{Client, Error, Limits, Tar, Transport};

use crate::KEY;

/// Responds with these statuses and bodies in order.
fn responding(responses: &[(u16, &str)]) -> Client {
    let responses = responses.iter().rev();
    let responses: Vec<_> = responses.map(|&(status, body)| (status, body.to_owned())).collect();
    let responses = Mutex::new(responses);
    Client::from_transport(hub(), move |request: Request<Vec<u8>>| {
        let agent = request.headers()["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("cycle-images/") && agent.ends_with("(ureq)"), "{agent}");
        let (status, body) = responses.lock().unwrap().pop().ok_or(io::ErrorKind::Other)?;
        Ok::<_, io::Error>(Response::builder().status(status).body(body).unwrap())
    })
}

/// A transport that fails is taken to have sent, unless it says otherwise.
#[test]
fn error_of_a_transport_says_whether_it_sent() {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let broken = |_| Err::<Response<Vec<u8>>, _>(io::Error::other("broken pipe"));
    let error = Client::from_transport(hub(), broken).call(&create).unwrap_err();
    assert!(error.may_have_arrived(), "{error:?}");
    let refused = |_| Err::<Response<Vec<u8>>, _>(SendFailure::not_sent("no network").fatal());
    let error = Client::from_transport(hub(), refused).call(&create).unwrap_err();
    assert!(!error.may_have_arrived(), "{error:?}");
}

/// Notes the limits, and implements `send` alone.
struct Seen(Arc<Mutex<Vec<Limits>>>);

impl Transport for Seen {
    fn send(&self, _: Request<Vec<u8>>, limits: &Limits) -> Result<Response<Vec<u8>>, SendFailure> {
        self.0.lock().unwrap().push(*limits);
        Ok(Response::new(br#"{"data": []}"#.to_vec()))
    }
}

#[test]
fn transport_gets_the_limits_of_its_client() {
    let seen = Arc::default();
    let client = Client::from_transport(hub(), Seen(Arc::clone(&seen)));
    client.call(&GetImages::new()).unwrap();
    let second = Duration::from_secs(1);
    let other = client.clone().with_attempt_timeout(second).with_connect_timeout(2 * second);
    other.with_body_limit(7).call(&GetImages::new()).unwrap();
    client.call(&GetImages::new()).unwrap();
    let seen = seen.lock().unwrap();
    let [first, other, last] = seen[..] else { panic!("{seen:?}") };
    assert_eq!((other.timeout, other.connect_timeout, other.body_limit), (second, 2 * second, 7));
    assert_eq!((first, first), (last, Limits::default()));
}

#[test]
fn transport_without_upload_refuses_one_before_it_is_read() {
    let client = Client::from_transport(hub(), Seen(Arc::default()));
    let tar = Tar::new(&b"a tar"[..], 5).with_progress(|_| panic!("the tar was read"));
    let error = client.upload(&waiting_image("t"), tar).unwrap_err();
    assert!(matches!(error, Error::Transport { may_have_arrived: false, .. }), "{error:?}");
}

#[test]
fn cancelled_flow_resumes() {
    let states = ["queued", "running", "running", "completed"]
        .map(|state| format!(r#"{{"data": {{"id": "j1", "state": {{"current": "{state}"}}}}}}"#));
    let client = responding(&states.each_ref().map(|body| (200, body.as_str())));
    let client = client.with_sleep(|_| {});
    let mut tracking = client.track_job(&JobId::new("j1").unwrap());
    tracking.next().unwrap().unwrap();
    client.cancel();
    let error = tracking.wait().unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error:?}");
    assert!(tracking.next().is_none(), "an iterator is done after an error");
    let client = responding(&[(200, states[3].as_str())]);
    let job = client.run(tracking.into_flow()).wait().unwrap();
    assert!(job.state.current.is_final());
}

#[test]
fn cancelled_retry_is_no_failure_of_the_operation() {
    let client = responding(&[(503, "")]);
    let cancelling = client.clone();
    let error = client.with_sleep(move |_| cancelling.cancel()).call(&GetImages::new());
    assert!(matches!(error, Err(Error::Cancelled)), "{error:?}");
}

#[test]
fn debug_names_each_part_and_does_not_show_the_key() {
    let client = Client::new(hub_at("http://127.0.0.1:1"));
    for (shown, start) in [
        (format!("{client:?}"), "Client { hub: Hub {"),
        (format!("{:?}", client.pages(GetImages::new())), "FlowIter { flow: Pages {"),
        (format!("{:?}", Tar::new(io::empty(), 5)), "Tar { size: 5, .. }"),
    ] {
        assert!(shown.starts_with(start) && !shown.contains(KEY), "{shown}");
    }
}

/// The body and the text of the log, but no buffer that grows while it is read.
#[test]
fn body_is_read_into_a_buffer_of_its_length() {
    let sandbox = Sandbox::start().unwrap();
    let client = crate::client(&sandbox);
    let peak = |length| {
        let log = "=".repeat(length);
        sandbox.fault(Fault::json(200, &format!(r#"{{"data": {{"id": "1", "log": "{log}"}}}}"#)));
        let get = GetImageBuildLog::new(ImageId::new("1").unwrap());
        measure(|| assert_eq!(client.call(&get).unwrap().data.log.len(), length)).bytes_max
    };
    peak(1000);
    let (small, large) = (peak(400_000), peak(800_000));
    assert!(large - small < 820_000, "400,000 bytes more take {} bytes", large - small);
}

/// A piece at a time is in memory, whatever the size of the tar.
#[test]
fn upload_holds_one_piece_of_its_tar() {
    let sandbox = Sandbox::start().unwrap();
    let (client, image) = (crate::client(&sandbox), crate::waiting(&sandbox));
    let endless = cycle_images_tests::uploads::tar_bytes(512);
    let endless = io::Cursor::new(endless).chain(io::repeat(b'.'));
    let upload = || client.upload(&image, Tar::new(endless, 32 << 20)).unwrap();
    let peak = measure(upload).bytes_max;
    assert!(peak < 1 << 20, "{peak} bytes");
}
