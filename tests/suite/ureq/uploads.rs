//! Tars on their way to the factory.

use std::cell::Cell;
use std::io::{self, Cursor, ErrorKind, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use cycle_images::SourceId;
use cycle_images::images::CreateImage;
use cycle_images::model::Image;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Tar};

use crate::{hub, once};

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

#[test]
fn progress_grows_to_the_size_of_the_tar() {
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
    let tar = Tar::new(counting, tar.len() as u64);
    let tar = tar.with_progress(|sent| {
        assert_eq!(sent, read.get());
        told.push(sent);
        ControlFlow::Continue(())
    });
    client.upload(&image, tar).unwrap();
    assert!(told.len() > 4 && told[0] > 0, "{told:?}");
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    assert_eq!(told.last(), Some(&(1 << 20)));
}

/// A reader by a function.
struct Reading<F>(F);

impl<F: FnMut(&mut [u8]) -> io::Result<usize>> Read for Reading<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.0)(buffer)
    }
}

#[test]
fn a_tar_read_in_any_pieces_is_sent_whole() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let tar = tar(3000);

    // Behind its size, nothing is read.
    let mut longer = Cursor::new([tar.as_slice(), b"the next file"].concat());
    let image = waiting(&sandbox, &client);
    client.upload(&image, Tar::new(&mut longer, 3000)).unwrap();
    assert_eq!(longer.position(), 3000);

    let mut rest = tar.as_slice();
    let bytewise = Reading(|buffer: &mut [u8]| rest.read(&mut buffer[..1]));
    let (image, mut pieces) = (waiting(&sandbox, &client), 0);
    let bytewise = Tar::new(bytewise, 3000).with_progress(|_| {
        pieces += 1;
        ControlFlow::Continue(())
    });
    client.upload(&image, bytewise).unwrap();
    assert_eq!(pieces, 3000);
}

/// That a read was interrupted is no error of the reader's: std's own functions try it again.
#[test]
fn an_interrupted_read_is_repeated() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let tar = tar(3000);
    let (mut rest, mut reads) = (tar.as_slice(), 0);
    let interrupted = Reading(|buffer: &mut [u8]| {
        reads += 1;
        if reads == 2 { Err(ErrorKind::Interrupted.into()) } else { rest.read(&mut buffer[..1000]) }
    });
    client.upload(&image, Tar::new(interrupted, 3000)).unwrap();
}

#[test]
fn a_file_is_uploaded_and_a_missing_one_or_a_folder_is_an_error() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("an-image-to-upload.tar");
    std::fs::write(&file, tar(70_000)).unwrap();
    let opened = Tar::open(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let mut sent = 0;
    let opened = opened.with_progress(|bytes| {
        sent = bytes;
        ControlFlow::Continue(())
    });
    client.upload(&image, opened).unwrap();
    assert_eq!(sent, 70_000);
    assert_eq!(Tar::open(&file).unwrap_err().kind(), ErrorKind::NotFound);
    let folder = Tar::open(env!("CARGO_TARGET_TMPDIR"));
    assert_eq!(folder.unwrap_err().kind(), ErrorKind::IsADirectory);
}

/// The time of the client is that of a piece: all of them together may take longer.
#[test]
fn a_long_upload_is_not_cut_off() {
    let sandbox = Sandbox::start().unwrap();
    let limit = Duration::from_millis(500);
    let client = uploader(&sandbox).with_attempt_timeout(limit);
    let image = waiting(&sandbox, &client);
    let tar = tar(1200);
    let mut rest = tar.as_slice();
    let slow = Reading(|buffer: &mut [u8]| {
        std::thread::sleep(limit / 10);
        rest.read(&mut buffer[..100])
    });
    let start = Instant::now();
    client.upload(&image, Tar::new(slow, 1200)).unwrap();
    assert!(start.elapsed() > limit);
}
