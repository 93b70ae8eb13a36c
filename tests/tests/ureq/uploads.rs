//! Tars on their way to the factory.

use std::cell::Cell;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImage};
use cycle_images::model::{Image, ImageStatus, Origin};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox, Settings};
use cycle_images_ureq::{Client, Tar};

use crate::retrying::quick;
use crate::{KEY, client_of, hub, once};

/// A client that takes the sandbox for the factory, too.
pub(crate) fn uploader(sandbox: &Sandbox) -> Client {
    once(Client::new(hub(sandbox).with_factory_url(sandbox.url()).unwrap()))
}

/// An image that waits for its tar.
pub(crate) fn waiting(sandbox: &Sandbox, client: &Client) -> Image {
    let pushed = SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap();
    client.call(&CreateImage::new(pushed)).unwrap().data
}

/// Something that looks like a tar for as far as anyone looks.
pub(crate) fn tar(size: usize) -> Vec<u8> {
    let mut tar = vec![b'.'; size];
    tar[257..262].copy_from_slice(b"ustar");
    tar
}

pub(crate) fn of(tar: &[u8]) -> Tar<'_> {
    Tar::reader(tar, tar.len() as u64)
}

pub(crate) fn token(image: &Image) -> String {
    let origin = image.source.as_ref().and_then(|source| source.details.origin.as_ref());
    let Some(Origin::CycleUpload(upload)) = origin else { panic!("{image:?}") };
    upload.token.expose().to_owned()
}

pub(crate) fn state(client: &Client, image: &Image) -> ImageStatus {
    client.call(&GetImage::new(&image.id)).unwrap().data.state.current
}

#[test]
fn an_image_goes_live_once_its_tar_is_there() {
    const STEP: Duration = Duration::from_secs(3600);
    let sandbox = Sandbox::with(Settings::default().step(STEP)).unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let tar = tar((3 << 20) + 17);
    client.upload(&image, of(&tar), |_| {}).unwrap();

    let seen = sandbox.requests().pop().unwrap();
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.path, format!("/v1/images/{}/upload", image.id));
    assert_eq!(seen.query, format!("hub-id={}&token={}", sandbox.hub_id(), token(&image)));
    assert!(seen.length > tar.len() as u64);
    assert_eq!(seen.header("content-length"), Some(seen.length.to_string().as_str()));
    let agent = format!("cycle-images/{} (ureq)", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen.header("user-agent"), Some(agent.as_str()));
    for absent in ["authorization", "x-hub-id", "transfer-encoding", "cookie"] {
        assert_eq!(seen.header(absent), None, "{absent}");
    }
    assert!(!seen.headers.iter().any(|(_, value)| value.contains(sandbox.api_key())));

    assert_eq!(state(&client, &image), ImageStatus::Verifying);
    sandbox.skip(3 * STEP);
    let live = client.call(&GetImage::new(&image.id)).unwrap().data;
    assert_eq!((live.state.current, live.size), (ImageStatus::Live, tar.len() as u64));
}

/// The form, byte for byte, and that any 2xx is a success, whatever comes with it.
#[test]
fn the_tar_is_the_one_part_of_a_form() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    let answers = [
        Answer::new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Answer::new("HTTP/1.1 204 No Content\r\n\r\n"),
        Answer::json("202 Accepted", "not JSON"),
    ];
    let factory = RawServer::start(answers).unwrap();
    let hub = client_of("http://core.invalid").hub().clone();
    let client = once(Client::new(hub.with_factory_url(&factory.url()).unwrap()));
    let tar = tar(1000);
    for _ in 0..3 {
        client.upload(&image, of(&tar), |_| {}).unwrap();
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
fn progress_grows_with_what_is_read_and_ends_at_the_size() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let tar = tar(1 << 20);
    let read = Cell::new(0);
    let mut rest = tar.as_slice();
    let counting = Reading(|buffer: &mut [u8]| {
        let count = rest.read(buffer)?;
        read.set(read.get() + count as u64);
        Ok(count)
    });
    let mut told = Vec::new();
    let tar = Tar::reader(counting, tar.len() as u64);
    let progress = |sent| {
        assert_eq!(sent, read.get());
        told.push(sent);
    };
    client.upload(&image, tar, progress).unwrap();
    assert!(told.len() > 4 && told[0] > 0, "{told:?}");
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    assert_eq!(told.last(), Some(&(1 << 20)));
}

/// A reader by a function.
pub(crate) struct Reading<F>(pub(crate) F);

impl<F: FnMut(&mut [u8]) -> io::Result<usize>> Read for Reading<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.0)(buffer)
    }
}

#[test]
fn whatever_is_read_in_any_pieces_arrives() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let tar = tar(3000);

    // Behind its size, nothing is read.
    let mut longer = Cursor::new([tar.as_slice(), b"the next file"].concat());
    let image = waiting(&sandbox, &client);
    client.upload(&image, Tar::reader(&mut longer, 3000), |_| {}).unwrap();
    assert_eq!(longer.position(), 3000);

    let mut rest = tar.as_slice();
    let bytewise = Reading(|buffer: &mut [u8]| rest.read(&mut buffer[..1]));
    let (image, mut pieces) = (waiting(&sandbox, &client), 0);
    client.upload(&image, Tar::reader(bytewise, 3000), |_| pieces += 1).unwrap();
    assert_eq!(pieces, 3000);
}

/// That a read was interrupted is no error of the reader's: std's own functions try it again.
#[test]
fn a_read_that_is_interrupted_is_tried_again() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let tar = tar(3000);
    let (mut rest, mut reads) = (tar.as_slice(), 0);
    let interrupted = Reading(|buffer: &mut [u8]| {
        reads += 1;
        if reads == 2 { Err(ErrorKind::Interrupted.into()) } else { rest.read(&mut buffer[..1000]) }
    });
    client.upload(&image, Tar::reader(interrupted, 3000), |_| {}).unwrap();
}

#[test]
fn a_file_is_uploaded_and_one_that_is_missing_is_told() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("an-image-to-upload.tar");
    std::fs::write(&file, tar(70_000)).unwrap();
    let opened = Tar::open(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let mut sent = 0;
    client.upload(&image, opened, |bytes| sent = bytes).unwrap();
    assert_eq!(sent, 70_000);
    assert_eq!(Tar::open(&file).unwrap_err().kind(), ErrorKind::NotFound);
}

/// Not even where the platform asks for it: the tar was read, and can't be read again.
#[test]
fn an_upload_is_sent_once() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox).with_retry(quick());
    let image = waiting(&sandbox, &client);
    let faults = [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault);
        let error = client.upload(&image, of(&tar(1000)), |_| {}).unwrap_err();
        assert!(error.may_have_arrived(), "{error:?}");
        assert_eq!(sandbox.requests().len(), 1 + count + 1);
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
    client.upload(&image, of(&tar(1000)), |_| {}).unwrap();
}

/// The time of the client is that of a piece: all of them together may take longer.
#[test]
fn a_long_upload_is_not_cut_off() {
    let sandbox = Sandbox::start().unwrap();
    let limit = Duration::from_millis(500);
    let client = uploader(&sandbox).with_timeout(limit);
    let image = waiting(&sandbox, &client);
    let tar = tar(1200);
    let mut rest = tar.as_slice();
    let slow = Reading(|buffer: &mut [u8]| {
        std::thread::sleep(limit / 10);
        rest.read(&mut buffer[..100])
    });
    let start = Instant::now();
    client.upload(&image, Tar::reader(slow, 1200), |_| {}).unwrap();
    assert!(start.elapsed() > limit);
}
