//! Tars on their way to the factory, by every ready transport.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::images::GetImage;
use cycle_images::model::{Image, ImageStatus};
use cycle_images_async::{Client, Tar, Tokio, UploadTransport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox, Settings};
use futures_util::stream;

use crate::ready::{hyper, reqwest, tower};
use crate::upload_fixtures::{bytes, image, of, token, waiting};
use crate::{KEY, hub, hub_of, runtime};

/// A client of a factory alone.
pub(crate) fn uploader<T: UploadTransport>(factory: &str, transport: T) -> Client<T, Tokio> {
    let hub = hub_of("http://core.invalid").with_factory_url(factory).unwrap();
    Client::new(hub, transport, Tokio)
}

fn state(sandbox: &Sandbox, image: &Image) -> Image {
    let client = cycle_images_ureq::Client::new(hub(sandbox));
    client.call(&GetImage::new(&image.id)).unwrap().data
}

async fn goes_live(transport: impl UploadTransport) {
    const STEP: Duration = Duration::from_secs(3600);
    let sandbox = Sandbox::with(Settings::default().step(STEP)).unwrap();
    let image = waiting(&sandbox);
    let client = Client::new(hub(&sandbox), transport, Tokio);
    let tar = bytes((3 << 20) + 17);
    client.upload(&image, of(&tar, 70_001), |_| {}).await.unwrap();

    let seen = sandbox.requests().pop().unwrap();
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.path, format!("/v1/images/{}/upload", image.id));
    assert_eq!(seen.query, format!("hub-id={}&token={}", sandbox.hub_id(), token(&image)));
    assert!(seen.length > tar.len() as u64);
    assert_eq!(seen.header("content-length"), Some(seen.length.to_string().as_str()));
    let agent = format!("cycle-images/{} (async)", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.header("user-agent"), Some(agent.as_str()));
    assert_eq!(seen.header("expect"), Some("100-continue"));
    for absent in ["authorization", "x-hub-id", "transfer-encoding", "cookie"] {
        assert_eq!(seen.header(absent), None, "{absent}");
    }
    assert!(!seen.headers.iter().any(|(_, value)| value.contains(sandbox.api_key())));

    assert_eq!(state(&sandbox, &image).state.current, ImageStatus::Verifying);
    sandbox.skip(3 * STEP);
    let live = state(&sandbox, &image);
    assert_eq!((live.state.current, live.size), (ImageStatus::Live, tar.len() as u64));
}

#[test]
fn an_image_is_live_after_its_upload() {
    runtime().block_on(goes_live(reqwest()));
    runtime().block_on(goes_live(hyper()));
    runtime().block_on(goes_live(tower()));
}

/// The form, byte for byte, and that any 2xx is a success, whatever comes with it.
async fn is_one_form(transport: impl UploadTransport) {
    let answers = [
        Answer::new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Answer::new("HTTP/1.1 204 No Content\r\n\r\n"),
        Answer::json("202 Accepted", "not JSON"),
    ];
    let factory = RawServer::start(answers).unwrap();
    let client = uploader(&factory.url(), transport);
    let tar = bytes(1000);
    for piece in [1, 300, 1000] {
        client.upload(&image(), of(&tar, piece), |_| {}).await.unwrap();
    }
    let requests = factory.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let boundary = head.split_once("multipart/form-data; boundary=").unwrap().1;
        let boundary = boundary.lines().next().unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file.tar\"; \
             filename=\"file.tar\"\r\nContent-Type: application/x-tar\r\n\r\n{}\r\n--{boundary}--\r\n",
            String::from_utf8(tar.clone()).unwrap()
        );
        assert_eq!(body, expected);
        assert!(!head.to_lowercase().contains("authorization") && !head.contains(KEY), "{head}");
    }
}

#[test]
fn the_tar_is_the_only_part_of_the_form() {
    runtime().block_on(is_one_form(reqwest()));
    runtime().block_on(is_one_form(hyper()));
    runtime().block_on(is_one_form(tower()));
}

async fn tells_progress(transport: impl UploadTransport) {
    let factory = RawServer::start([Answer::new("HTTP/1.1 200 OK\r\n\r\n").close()]).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let client = uploader(&factory.url(), transport);
    let progress = move |sent| note.lock().unwrap().push(sent);
    client.upload(&image(), of(&bytes(1000), 300), progress).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [300, 600, 900, 1000]);
}

#[test]
fn progress_is_reported_for_each_piece() {
    runtime().block_on(tells_progress(reqwest()));
    runtime().block_on(tells_progress(hyper()));
    runtime().block_on(tells_progress(tower()));
}

/// What is behind the size is neither sent nor asked for; and a piece may be empty.
#[test]
fn a_tar_is_truncated_to_its_size() {
    let factory = RawServer::start(vec![Answer::new("HTTP/1.1 204 \r\n\r\n"); 3]).unwrap();
    let client = uploader(&factory.url(), hyper());
    let tar = |pieces: Vec<&'static str>, size| {
        let never = stream::repeat_with(|| panic!("it has ended"));
        let pieces = stream::iter(pieces.into_iter().map(Ok));
        Tar::new(futures_util::StreamExt::chain(pieces, never), size)
    };
    runtime().block_on(async {
        client.upload(&image(), tar(vec!["", "abc", "", "defghi"], 5), |_| {}).await.unwrap();
        client.upload(&image(), tar(vec!["abc", "de"], 5), |_| {}).await.unwrap();
        client.upload(&image(), tar(vec![], 0), |sent| panic!("{sent} bytes")).await.unwrap();
    });
    let bodies: Vec<String> = factory.requests();
    for (body, expected) in bodies.iter().zip(["abcde", "abcde", ""]) {
        assert!(body.contains(&format!("x-tar\r\n\r\n{expected}\r\n--")), "{body}");
    }
}

/// One that is on its way at once asks for no leave.
#[test]
fn expect_100_continue_is_sent_from_64_kib_on() {
    const SMALL: usize = 64 << 10;
    for (size, asks) in [(0, false), (SMALL, false), (SMALL + 1, true)] {
        let factory = RawServer::start([Answer::new("HTTP/1.1 204 \r\n\r\n")]).unwrap();
        let client = uploader(&factory.url(), hyper());
        let tar = of(&vec![b'.'; size], 10_000);
        runtime().block_on(client.upload(&image(), tar, |_| {})).unwrap();
        let request = factory.requests().concat().to_lowercase();
        assert_eq!(request.contains("\r\nexpect: 100-continue\r\n"), asks, "{size}");
    }
}

/// Not even where the platform asks for it: the tar was read, and can't be read again.
#[test]
fn an_upload_is_sent_once() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox);
    let client = Client::new(hub(&sandbox), hyper(), Tokio);
    let faults = [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault);
        let uploaded = runtime().block_on(client.upload(&image, of(&bytes(1000), 99), |_| {}));
        assert!(uploaded.unwrap_err().may_have_arrived());
        assert_eq!(sandbox.requests().len(), 1 + count + 1);
    }
    assert_eq!(state(&sandbox, &image).state.current, ImageStatus::Uploading);
    runtime().block_on(client.upload(&image, of(&bytes(1000), 99), |_| {})).unwrap();
}
