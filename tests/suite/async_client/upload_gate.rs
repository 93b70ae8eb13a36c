//! The time limit, the progress and the end of an upload, over a transport that the test controls.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use cycle_images_async::{Body, Client, Tar, Transport};
use futures_util::{StreamExt, stream};
use http::Request;

use crate::manual_transport::{Bell, Sending, poll_once};
use crate::upload_fixtures::{LIMIT, LISTEN, image, made, of, slow_client, tar_bytes, timed_out};
use crate::{block_on, hub_of};

/// A tar whose progress is noted.
fn noted(tar: Tar) -> (Tar, Arc<Mutex<Vec<u64>>>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&reports);
    let tar = tar.with_progress(move |sent| {
        log.lock().unwrap().push(sent);
        ControlFlow::Continue(())
    });
    (tar, reports)
}

#[test]
fn each_piece_has_the_whole_time_limit_and_so_has_the_response() {
    // A stalled upload, and one of which all but the response is there.
    for (piece, read) in [(100, 5), (500, 2)] {
        let (client, slow, bell) = slow_client();
        let image = image();
        let mut upload = Box::pin(client.upload(&image, of(&tar_bytes(1000), piece)));
        slow.permits.add_permits(1); // the head of the form
        for count in 1..=read {
            slow.permits.add_permits(1);
            assert!(poll_once(&mut upload).is_pending());
            assert_eq!((bell.running(), bell.asked()), (vec![LIMIT], vec![LIMIT; count]));
        }
        if piece * read == 1000 {
            slow.permits.add_permits(2); // the tail of the form, and its end
            assert!(poll_once(&mut upload).is_pending());
            assert!(slow.taken.lock().unwrap().ends_with(b"--\r\n"));
        }
        bell.ring();
        timed_out(poll_once(&mut upload));
        assert!(bell.running().is_empty());
    }
}

#[test]
fn upload_that_is_not_read_times_out_and_drops_its_tar() {
    let (client, _, bell) = slow_client();
    let (image, (tar, pulled)) = (image(), made(1000, 100));
    let mut upload = Box::pin(client.upload(&image, tar));
    assert!(poll_once(&mut upload).is_pending());
    bell.ring();
    timed_out(poll_once(&mut upload));
    assert_eq!((pulled.load(Ordering::SeqCst), Arc::strong_count(&pulled)), (0, 1));
}

#[test]
fn response_to_an_upload_that_arrived_counts_after_the_timeout() {
    let (client, slow, bell) = slow_client();
    let (image, (tar, reports)) = (image(), noted(of(&tar_bytes(700), 300)));
    let mut upload = Box::pin(client.upload(&image, tar));
    assert!(poll_once(&mut upload).is_pending());
    bell.ring();
    slow.permits.add_permits(7);
    assert!(matches!(poll_once(&mut upload), Poll::Ready(Ok(()))));
    assert_eq!(*reports.lock().unwrap(), [300, 600, 700]);
    assert!(bell.running().is_empty());
}

/// What is behind the size is neither sent nor read.
#[test]
fn empty_pieces_are_skipped_and_the_last_one_truncated() {
    for (pieces, size, expected) in [
        (vec!["", "", "abc", "", "de"], 5, vec![3, 5]),
        (vec!["", "abc", "", "defghi"], 5, vec![3, 5]),
        (vec![], 0, vec![]),
    ] {
        let (client, slow, _) = slow_client();
        let end = stream::repeat_with(|| panic!("it is read past its end"));
        let pieces = stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        let (tar, reports) = noted(Tar::new(pieces.chain(end), size));
        let image = image();
        let mut upload = Box::pin(client.upload(&image, tar));
        slow.permits.add_permits(6);
        assert!(matches!(poll_once(&mut upload), Poll::Ready(Ok(()))));
        assert_eq!(*reports.lock().unwrap(), expected);
        let taken = String::from_utf8(slow.taken.lock().unwrap().clone()).unwrap();
        let sent = &"abcde"[..size as usize];
        assert!(taken.contains(&format!("x-tar\r\n\r\n{sent}\r\n--")), "{taken}");
    }
}

#[test]
fn dropped_upload_drops_its_tar() {
    let (client, slow, bell) = slow_client();
    let (image, (tar, pulled)) = (image(), made(1 << 40, 100));
    let mut upload = Box::pin(client.upload(&image, tar));
    slow.permits.add_permits(4);
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(pulled.load(Ordering::SeqCst), 0, "an early response is awaited first");
    bell.ring();
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!((bell.asked(), pulled.load(Ordering::SeqCst)), (vec![LISTEN, LIMIT], 300));
    drop(upload);
    assert!(bell.running().is_empty());
    assert_eq!(Arc::strong_count(&pulled), 1);
}

/// Reads the body on a task of its own, as clients of HTTP/2 do.
#[derive(Clone, Debug, Default)]
struct Apart(Arc<Mutex<Option<tokio::task::JoinHandle<bool>>>>);

impl Transport for Apart {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        panic!("it is for uploads alone")
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        let mut body = request.into_body();
        let reading = tokio::spawn(async move {
            while let Some(piece) = body.next().await {
                if piece.is_err() {
                    return false;
                }
            }
            true
        });
        *self.0.lock().unwrap() = Some(reading);
        Box::pin(std::future::pending())
    }
}

#[test]
fn task_that_reads_the_tar_ends_with_its_upload() {
    block_on(async {
        let (apart, bell, image) = (Apart::default(), Bell::default(), image());
        let client = Client::new(hub_of("http://core.invalid"), apart.clone(), bell.clone());
        for is_open in [false, true] {
            let tar = Tar::new(stream::pending::<std::io::Result<Vec<u8>>>(), 1 << 20);
            let mut upload = Box::pin(client.upload(&image, tar));
            assert!(poll_once(&mut upload).is_pending());
            tokio::task::yield_now().await;
            assert!(poll_once(&mut upload).is_pending());
            if is_open {
                bell.ring();
                assert!(poll_once(&mut upload).is_pending());
                tokio::task::yield_now().await;
            }
            drop(upload);
            let reading = apart.0.lock().unwrap().take().unwrap();
            assert!(!reading.await.unwrap(), "the body was read to its end");
        }
    });
}
