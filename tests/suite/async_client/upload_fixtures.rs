//! Tars to be uploaded, and images that wait for them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cycle_images::SourceId;
use cycle_images::images::CreateImage;
use cycle_images::model::{Image, Origin};
use cycle_images_async::Tar;
use cycle_images_tests::sandbox::Sandbox;
use futures_util::stream;
use serde_json::json;

use crate::hub;

/// The token of [`image`]; it must never be seen but in the URL of a request.
pub(crate) const TOKEN: &str = "sec-token-4c1d";

/// An image that waits for its tar, at a factory that takes whatever comes.
pub(crate) fn image() -> Image {
    let origin = json!({"type": "cycle-upload",
        "details": {"token": TOKEN, "expires": "2999-01-01T00:00:00Z"}});
    let image = json!({"id": "i1", "state": {"current": "uploading"},
        "source": {"type": "direct", "details": {"id": "s1", "origin": origin}}});
    serde_json::from_value(image).unwrap()
}

/// An image of the sandbox that waits for its tar.
pub(crate) fn waiting(sandbox: &Sandbox) -> Image {
    let pushed = SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap();
    let client = cycle_images_ureq::Client::new(hub(sandbox));
    client.call(&CreateImage::new(pushed)).unwrap().data
}

pub(crate) fn token(image: &Image) -> String {
    let origin = image.source.as_ref().and_then(|source| source.details.origin.as_ref());
    let Some(Origin::CycleUpload(upload)) = origin else { panic!("{image:?}") };
    upload.token.expose().to_owned()
}

/// Something that looks like a tar for as far as anyone looks.
pub(crate) fn bytes(size: usize) -> Vec<u8> {
    let mut tar = vec![b'.'; size];
    tar[257..262].copy_from_slice(b"ustar");
    tar
}

/// These bytes, in pieces of so many.
pub(crate) fn of(bytes: &[u8], piece: usize) -> Tar {
    let pieces: Vec<io::Result<Vec<u8>>> = bytes.chunks(piece).map(|p| Ok(p.to_vec())).collect();
    Tar::new(stream::iter(pieces), bytes.len() as u64)
}

/// A tar that is made while it is read, and how many bytes of it have been so far. Whoever holds
/// the tar holds a share of the count.
pub(crate) fn made(size: u64, piece: usize) -> (Tar, Arc<AtomicU64>) {
    let pulled = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&pulled);
    let pieces = stream::repeat_with(move || {
        counter.fetch_add(piece as u64, Ordering::SeqCst);
        Ok(vec![b'.'; piece])
    });
    (Tar::new(pieces, size), pulled)
}

/// A tar of which nothing is to be read.
pub(crate) fn skipped(size: u64) -> Tar {
    let pieces = stream::repeat_with(|| -> io::Result<Vec<u8>> { panic!("it was to be left") });
    Tar::new(pieces, size)
}
