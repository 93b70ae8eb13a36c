//! Tars that are uploaded to the factory.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cycle_images::images::GetImage;
use cycle_images::model::{Image, ImageStatus};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_tests::uploads::{create_waiting, tar_bytes, token, waiting_image};

use super::{ENOUGH, Test, once, retrying, shown, still, with};
use crate::driver::Client;
use crate::setup::{KEY, Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        image_is_live_after_its_upload,
        tar_is_the_only_part_of_the_form_and_any_2xx_a_success,
        pieces_are_sent_up_to_the_size_with_progress,
        upload_is_sent_once,
        files_are_uploaded_unless_they_are_missing_or_change,
        progress_can_cancel_an_upload,
    ]
}

pub(super) fn waiting(sandbox: &Sandbox, client: &Client) -> Image {
    client.call(&create_waiting(sandbox)).unwrap().data
}

/// Uploads a tar in pieces of 64 KiB.
pub(crate) fn upload(client: &Client, image: &Image, tar: &[u8]) -> Result<(), Error> {
    let pieces: Vec<_> = tar.chunks(1 << 16).map(|piece| Ok(piece.to_vec())).collect();
    client.upload(image, pieces.into_iter(), tar.len() as u64, |_| ControlFlow::Continue(()))
}

pub(super) fn state(client: &Client, image: &Image) -> ImageStatus {
    client.call(&GetImage::new(&image.id)).unwrap().data.state.current
}

fn image_is_live_after_its_upload(make: Make) {
    let (sandbox, client) = with(make, still(), |setup| setup);
    let image = waiting(&sandbox, &client);
    let tar = tar_bytes((3 << 20) + 17);
    upload(&client, &image, &tar).unwrap();

    let request = sandbox.requests().pop().unwrap();
    assert_eq!(
        (&*request.method, request.path),
        ("POST", format!("/v1/images/{}/upload", image.id))
    );
    assert_eq!(request.query, format!("hub-id={}&token={}", sandbox.hub_id(), token(&image)));
    assert!(request.length > tar.len() as u64);
    let header = |name: &str| {
        let found = request.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("content-length"), Some(request.length.to_string().as_str()));
    assert_eq!(header("user-agent"), Some(client.agent_name().as_str()));
    for absent in ["authorization", "x-hub-id", "transfer-encoding", "cookie"] {
        assert_eq!(header(absent), None, "{absent}");
    }
    assert!(!request.headers.iter().any(|(_, value)| value.contains(sandbox.api_key())));

    assert_eq!(state(&client, &image), ImageStatus::Verifying);
    sandbox.skip(ENOUGH);
    let live = client.call(&GetImage::new(&image.id)).unwrap().data;
    assert_eq!((live.state.current, live.size), (ImageStatus::Live, tar.len() as u64));
}

fn tar_is_the_only_part_of_the_form_and_any_2xx_a_success(make: Make) {
    let factory = RawServer::start([
        Answer::new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Answer::new("HTTP/1.1 204 No Content\r\n\r\n"),
        Answer::json("202 Accepted", "not JSON"),
    ])
    .unwrap();
    let client = make(Setup::at("http://core.invalid").factory(&factory.url()));
    let (image, tar) = (waiting_image("t"), tar_bytes(1000));
    (0..3).for_each(|_| upload(&client, &image, &tar).unwrap());
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

/// Of a tar that is longer than its size, in pieces of any size, some of them empty.
fn pieces_are_sent_up_to_the_size_with_progress(make: Make) {
    let (sandbox, client) = once(make);
    let longer = [tar_bytes(300_000).as_slice(), b"the next file"].concat();
    for size in [977, 70_000, 400_000] {
        let image = waiting(&sandbox, &client);
        let pieces = longer.chunks(size).flat_map(|piece| [Ok(Vec::new()), Ok(piece.to_vec())]);
        let pieces: Vec<_> = pieces.collect();
        let reports = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&reports);
        let progress = move |sent| {
            log.lock().unwrap().push(sent);
            ControlFlow::Continue(())
        };
        client.upload(&image, pieces.into_iter(), 300_000, progress).unwrap();
        let reports = reports.lock().unwrap();
        assert!(reports[0] > 0 && reports.is_sorted_by(|a, b| a < b), "{reports:?}");
        assert!(reports.len() >= 300_000_usize.div_ceil(size), "{reports:?}");
        assert_eq!(reports.last(), Some(&300_000));
        // What the factory has counted is shown once the image is live.
        sandbox.skip(ENOUGH);
        assert_eq!(client.call(&GetImage::new(&image.id)).unwrap().data.size, 300_000);
    }
    let image = waiting(&sandbox, &client);
    let empty = client.upload(&image, std::iter::empty(), 0, |sent| panic!("{sent} bytes"));
    assert_eq!(empty.unwrap_err().response().unwrap().status(), 422);
}

/// The tar was read, and can't be read again.
fn upload_is_sent_once(make: Make) {
    let (sandbox, client) = retrying(make);
    let image = waiting(&sandbox, &client);
    let faults = [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault);
        let error = upload(&client, &image, &tar_bytes(1000)).unwrap_err();
        assert!(error.may_have_arrived(), "{error:?}");
        assert_eq!(sandbox.requests().len(), 1 + count + 1);
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
    upload(&client, &image, &tar_bytes(1000)).unwrap();
}

fn files_are_uploaded_unless_they_are_missing_or_change(make: Make) {
    let (sandbox, client) = once(make);
    let image = waiting(&sandbox, &client);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("upload-{}.tar", sandbox.url().replace([':', '/'], "")));
    std::fs::write(&file, tar_bytes(200_000)).unwrap();
    let truncate = || {
        let file = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
        file.set_len(1000).unwrap();
    };
    let error = client.upload_file(&image, &file, truncate).unwrap().unwrap_err();
    assert!(shown(&error).contains("it ended after 1000 of 200000 bytes"), "{error:?}");

    std::fs::write(&file, tar_bytes(200_000)).unwrap();
    client.upload_file(&image, &file, || ()).unwrap().unwrap();
    std::fs::remove_file(&file).unwrap();
    let kind = |path| client.upload_file(&image, path, || ()).map(drop).unwrap_err().kind();
    assert_eq!(kind(&file), std::io::ErrorKind::NotFound);
    assert_eq!(kind(folder), std::io::ErrorKind::IsADirectory);
}

fn progress_can_cancel_an_upload(make: Make) {
    let (sandbox, client) = once(make);
    let image = waiting(&sandbox, &client);
    let endless = std::iter::repeat_with(|| Ok(vec![b'.'; 1 << 16]));
    let mut pieces = 0;
    let progress = move |_| {
        pieces += 1;
        if pieces == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = client.upload(&image, endless, 1 << 40, progress);
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
}
