//! An upload over a transport of the test's own, which takes a piece when it is told to: its time,
//! its progress, and its end.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use cycle_images_async::{Body, Client, Tar, Transport};
use futures_util::{StreamExt, stream};
use http::Request;

use crate::hub_of;
use crate::manual_transport::{Bell, Sending, poll_once};
use crate::slow::{LIMIT, by_hand, timed_out};
use crate::upload_fixtures::{bytes, image, made, of};

const LISTEN: Duration = Duration::from_millis(300);

#[test]
fn a_slow_upload_continues_and_a_stalled_one_times_out() {
    let (client, slow, bell) = by_hand();
    let image = image();
    let mut upload = Box::pin(client.upload(&image, of(&bytes(1000), 100)));
    slow.permits.add_permits(1); // the head of the form
    for piece in 1..=5 {
        slow.permits.add_permits(1);
        assert!(poll_once(&mut upload).is_pending());
        // The time limit starts anew with each piece that is read.
        assert_eq!((bell.running(), bell.asked()), (vec![LIMIT], vec![LIMIT; piece]));
    }
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.asked().len(), 5);
    bell.ring();
    timed_out(poll_once(&mut upload));
    assert!(bell.running().is_empty());
}

#[test]
fn an_upload_that_is_not_read_times_out() {
    let (client, _, bell) = by_hand();
    let image = image();
    let (tar, pulled) = made(1000, 100);
    let mut upload = Box::pin(client.upload(&image, tar));
    assert!(poll_once(&mut upload).is_pending());
    bell.ring();
    timed_out(poll_once(&mut upload));
    // It is let go with its transport's future, and not when somebody drops what is left of it.
    assert_eq!((pulled.load(Ordering::SeqCst), Arc::strong_count(&pulled)), (0, 1));
}

/// After the last piece, the answer has its whole time.
#[test]
fn an_upload_without_a_response_times_out() {
    let (client, slow, bell) = by_hand();
    let image = image();
    let mut upload = Box::pin(client.upload(&image, of(&bytes(1000), 500)));
    slow.permits.add_permits(5); // all but the answer
    assert!(poll_once(&mut upload).is_pending());
    assert!(slow.taken.lock().unwrap().ends_with(b"--\r\n"));
    bell.ring();
    timed_out(poll_once(&mut upload));
}

#[test]
fn a_response_that_arrived_counts_after_the_timeout() {
    let (client, slow, bell) = by_hand();
    let image = image();
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let progress = move |sent| {
        note.lock().unwrap().push(sent);
        ControlFlow::Continue(())
    };
    let mut upload = Box::pin(client.upload(&image, of(&bytes(700), 300).with_progress(progress)));
    assert!(poll_once(&mut upload).is_pending());
    bell.ring();
    slow.permits.add_permits(7);
    let Poll::Ready(uploaded) = poll_once(&mut upload) else { panic!("it waits") };
    uploaded.unwrap();
    assert_eq!(*told.lock().unwrap(), [300, 600, 700]);
    drop(upload);
    assert!(bell.running().is_empty());
}

#[test]
fn an_empty_piece_is_none() {
    let (client, slow, _) = by_hand();
    let image = image();
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let progress = move |sent| {
        note.lock().unwrap().push(sent);
        ControlFlow::Continue(())
    };
    let pieces = ["", "", "abc", "", "de"].map(Ok);
    let tar = Tar::new(stream::iter(pieces), 5).with_progress(progress);
    let mut upload = Box::pin(client.upload(&image, tar));
    slow.permits.add_permits(6);
    assert!(matches!(poll_once(&mut upload), Poll::Ready(Ok(()))));
    assert_eq!(*told.lock().unwrap(), [3, 5]);
}

#[test]
fn an_upload_that_is_dropped_lets_its_tar_go() {
    let (client, slow, bell) = by_hand();
    let image = image();
    let (tar, pulled) = made(1 << 40, 100);
    let mut upload = Box::pin(client.upload(&image, tar));
    slow.permits.add_permits(4);
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(pulled.load(Ordering::SeqCst), 0, "the factory is listened to first");
    bell.ring();
    assert!(poll_once(&mut upload).is_pending());
    assert_eq!(bell.asked(), [LISTEN, LIMIT]);
    let read = pulled.load(Ordering::SeqCst);
    assert_eq!(read, 300);
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
fn a_task_that_reads_the_tar_ends_with_its_upload() {
    crate::runtime().block_on(async {
        let apart = Apart::default();
        let bell = Bell::default();
        let client = Client::new(hub_of("http://core.invalid"), apart.clone(), bell.clone());
        let image = image();
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
            assert!(!reading.await.unwrap(), "the body came to a good end");
        }
    });
}
