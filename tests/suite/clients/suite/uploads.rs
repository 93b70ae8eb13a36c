//! Tars on their way to the factory.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImage};
use cycle_images::model::{Image, ImageStatus, Origin};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{ENOUGH, Test, quick, still, test};
use crate::driver::{Driver, Uploads};
use crate::setup::{KEY, Make, Setup};

pub(super) fn tests<D: Uploads>() -> Vec<Test<D>> {
    vec![
        test(an_image_is_live_after_its_upload),
        test(the_tar_is_the_only_part_of_the_form),
        test(progress_grows_to_the_size_of_the_tar),
        test(pieces_of_any_size_are_sent_and_nothing_after_the_tar),
        test(an_upload_is_sent_once),
    ]
}

/// An image that waits for its tar.
pub(super) fn waiting(sandbox: &Sandbox, client: &impl Driver) -> Image {
    let pushed = SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap();
    client.call(&CreateImage::new(pushed)).unwrap().data
}

/// Something that looks like a tar for as far as anyone looks.
pub(super) fn tar(size: usize) -> Vec<u8> {
    let mut tar = vec![b'.'; size];
    tar[257..262].copy_from_slice(b"ustar");
    tar
}

/// Uploads a tar in pieces of 64 KiB.
pub(super) fn upload(client: &impl Uploads, image: &Image, tar: &[u8]) -> Result<(), Error> {
    let pieces: Vec<_> = tar.chunks(1 << 16).map(|piece| Ok(piece.to_vec())).collect();
    client.upload(image, pieces.into_iter(), tar.len() as u64)
}

pub(super) fn token(image: &Image) -> String {
    let origin = image.source.as_ref().and_then(|source| source.details.origin.as_ref());
    let Some(Origin::CycleUpload(upload)) = origin else { panic!("{image:?}") };
    upload.token.expose().to_owned()
}

pub(super) fn state(client: &impl Driver, image: &Image) -> ImageStatus {
    client.call(&GetImage::new(&image.id)).unwrap().data.state.current
}

fn an_image_is_live_after_its_upload<D: Uploads>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    let tar = tar((3 << 20) + 17);
    upload(&client, &image, &tar).unwrap();

    let seen = sandbox.requests().pop().unwrap();
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.path, format!("/v1/images/{}/upload", image.id));
    assert_eq!(seen.query, format!("hub-id={}&token={}", sandbox.hub_id(), token(&image)));
    assert!(seen.length > tar.len() as u64);
    assert_eq!(seen.header("content-length"), Some(seen.length.to_string().as_str()));
    let agent = format!("cycle-images/{} ({})", env!("CARGO_PKG_VERSION"), D::KIND);
    assert_eq!(seen.header("user-agent"), Some(agent.as_str()));
    for absent in ["authorization", "x-hub-id", "transfer-encoding", "cookie"] {
        assert_eq!(seen.header(absent), None, "{absent}");
    }
    assert!(!seen.headers.iter().any(|(_, value)| value.contains(sandbox.api_key())));

    assert_eq!(state(&client, &image), ImageStatus::Verifying);
    sandbox.skip(ENOUGH);
    let live = client.call(&GetImage::new(&image.id)).unwrap().data;
    assert_eq!((live.state.current, live.size), (ImageStatus::Live, tar.len() as u64));
}

/// The form, byte for byte, and that any 2xx is a success, whatever comes with it.
fn the_tar_is_the_only_part_of_the_form<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &make(Setup::of(&sandbox)));
    let answers = [
        Answer::new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Answer::new("HTTP/1.1 204 No Content\r\n\r\n"),
        Answer::json("202 Accepted", "not JSON"),
    ];
    let factory = RawServer::start(answers).unwrap();
    let client = make(Setup::at("http://core.invalid").factory(&factory.url()));
    let tar = tar(1000);
    for _ in 0..3 {
        upload(&client, &image, &tar).unwrap();
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

fn progress_grows_to_the_size_of_the_tar<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let image = waiting(&sandbox, &client);
    let told = Arc::new(Mutex::new(Vec::new()));
    let (tar, telling) = (tar(1 << 20), Arc::clone(&told));
    // An empty piece is none.
    let pieces = tar.chunks(1 << 16).flat_map(|piece| [Ok(Vec::new()), Ok(piece.to_vec())]);
    let pieces: Vec<_> = pieces.collect();
    let progress = move |sent| {
        telling.lock().unwrap().push(sent);
        ControlFlow::Continue(())
    };
    client.upload_with_progress(&image, pieces.into_iter(), 1 << 20, progress).unwrap();
    let told = told.lock().unwrap();
    assert!(told.len() >= 16 && told[0] > 0, "{told:?}");
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    assert_eq!(told.last(), Some(&(1 << 20)));
}

fn pieces_of_any_size_are_sent_and_nothing_after_the_tar<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let tar = tar(3000);
    let longer = [tar.as_slice(), b"the next file"].concat();
    for size in [1, 7, 4000] {
        let image = waiting(&sandbox, &client);
        let pieces: Vec<_> = longer.chunks(size).map(|piece| Ok(piece.to_vec())).collect();
        client.upload(&image, pieces.into_iter(), 3000).unwrap();
        let seen = sandbox.requests().pop().unwrap();
        assert_eq!(seen.header("content-length"), Some(seen.length.to_string().as_str()));
        // What the factory has counted shows once the image is live.
        sandbox.skip(ENOUGH);
        assert_eq!(client.call(&GetImage::new(&image.id)).unwrap().data.size, 3000);
    }
}

/// Not even where the platform asks for it: the tar was read, and can't be read again.
fn an_upload_is_sent_once<D: Uploads>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    let image = waiting(&sandbox, &client);
    let faults = [Fault::too_many_requests("0"), Fault::unavailable_until("0"), Fault::Close];
    for (count, fault) in faults.into_iter().enumerate() {
        sandbox.fault(fault);
        let error = upload(&client, &image, &tar(1000)).unwrap_err();
        assert!(error.may_have_arrived(), "{error:?}");
        assert_eq!(sandbox.requests().len(), 1 + count + 1);
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
    upload(&client, &image, &tar(1000)).unwrap();
}
