//! Readers of tars.

use std::cell::Cell;
use std::io::{self, Cursor, ErrorKind, Read};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::uploads::tar_bytes;
use cycle_images_ureq::Tar;

use crate::{client, waiting};

/// A reader by a function.
struct Reading<F>(F);

impl<F: FnMut(&mut [u8]) -> io::Result<usize>> Read for Reading<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.0)(buffer)
    }
}

#[test]
fn progress_is_reported_for_each_read() {
    let sandbox = Sandbox::start().unwrap();
    let tar = tar_bytes(3000);
    let (mut rest, read, mut pieces) = (tar.as_slice(), Cell::new(0), 0);
    let bytewise = Reading(|buffer: &mut [u8]| {
        let count = rest.read(&mut buffer[..1])?;
        read.set(read.get() + count as u64);
        Ok(count)
    });
    let bytewise = Tar::new(bytewise, 3000).with_progress(|sent| {
        assert_eq!(sent, read.get());
        pieces += 1;
        ControlFlow::Continue(())
    });
    client(&sandbox).upload(&waiting(&sandbox), bytewise).unwrap();
    assert_eq!(pieces, 3000);
}

#[test]
fn reader_is_not_read_past_the_size_of_the_tar() {
    let sandbox = Sandbox::start().unwrap();
    let mut longer = Cursor::new([tar_bytes(3000).as_slice(), b"the next file"].concat());
    client(&sandbox).upload(&waiting(&sandbox), Tar::new(&mut longer, 3000)).unwrap();
    assert_eq!(longer.position(), 3000);
}

/// As std's own functions do.
#[test]
fn interrupted_read_is_repeated() {
    let sandbox = Sandbox::start().unwrap();
    let tar = tar_bytes(3000);
    let (mut rest, mut reads) = (tar.as_slice(), 0);
    let interrupted = Reading(|buffer: &mut [u8]| {
        reads += 1;
        if reads == 2 { Err(ErrorKind::Interrupted.into()) } else { rest.read(&mut buffer[..1000]) }
    });
    client(&sandbox).upload(&waiting(&sandbox), Tar::new(interrupted, 3000)).unwrap();
}

/// The time limit is that of a piece: all of them together may take longer.
#[test]
fn upload_that_takes_longer_than_the_limit_of_a_piece_succeeds() {
    let sandbox = Sandbox::start().unwrap();
    let limit = Duration::from_millis(500);
    let client = client(&sandbox).with_attempt_timeout(limit);
    let tar = tar_bytes(1200);
    let mut rest = tar.as_slice();
    let slow = Reading(|buffer: &mut [u8]| {
        std::thread::sleep(limit / 10);
        rest.read(&mut buffer[..100])
    });
    let start = Instant::now();
    client.upload(&waiting(&sandbox), Tar::new(slow, 1200)).unwrap();
    assert!(start.elapsed() > limit);
}
