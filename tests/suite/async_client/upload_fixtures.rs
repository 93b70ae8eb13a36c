//! Tars, and a transport that takes a piece of one when the test says so.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::SendFailure;
use cycle_images_async::{Body, Client, Error, Tar, Transport};
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use http_body::Body as _;
use tokio::sync::Semaphore;

use crate::hub_of;
use crate::manual_transport::{Bell, Outcome, Sending};

pub(crate) use cycle_images_tests::uploads::tar_bytes;

pub(crate) const TOKEN: &str = "sec-token-4c1d";

pub(crate) fn image() -> cycle_images::model::Image {
    cycle_images_tests::uploads::waiting_image(TOKEN)
}

/// A tar of these bytes, in pieces of this size.
pub(crate) fn of(bytes: &[u8], piece: usize) -> Tar {
    let pieces: Vec<io::Result<Vec<u8>>> = bytes.chunks(piece).map(|p| Ok(p.to_vec())).collect();
    Tar::new(stream::iter(pieces), bytes.len() as u64)
}

/// A tar that is made while it is read, and the number of its bytes so far, which the tar shares.
pub(crate) fn made(size: u64, piece: usize) -> (Tar, Arc<AtomicU64>) {
    let pulled = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&pulled);
    let pieces = stream::repeat_with(move || {
        counter.fetch_add(piece as u64, Ordering::SeqCst);
        Ok(vec![b'.'; piece])
    });
    (Tar::new(pieces, size), pulled)
}

/// A tar that must not be read.
pub(crate) fn unread(size: u64) -> Tar {
    let pieces = stream::repeat_with(|| -> io::Result<Vec<u8>> { panic!("the tar was read") });
    Tar::new(pieces, size)
}

/// Takes as many pieces as there are permits, one by one.
#[derive(Clone, Debug)]
pub(crate) struct Slow {
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) taken: Arc<Mutex<Vec<u8>>>,
}

impl Transport for Slow {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        panic!("it is for uploads alone")
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        Box::pin(self.clone().take(request))
    }
}

impl Slow {
    async fn take(self, request: Request<Body>) -> Outcome {
        let mut body = request.into_body();
        loop {
            self.permits.acquire().await.map_err(SendFailure::maybe_sent)?.forget();
            let left = body.left();
            assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(left), left == 0));
            let Some(piece) = body.next().await else { break };
            let piece = piece?;
            // An empty one would be the end of a body that is sent in chunks.
            assert!(!piece.is_empty());
            assert_eq!(body.left(), left - piece.len() as u64);
            self.taken.lock().unwrap().extend(piece);
        }
        assert_eq!(body.left(), 0);
        self.permits.acquire().await.map_err(SendFailure::maybe_sent)?.forget();
        Ok(Response::default())
    }
}

/// The time limit of the client.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);

/// How long a client waits for an early response before it sends a large tar.
pub(crate) const LISTEN: Duration = Duration::from_millis(300);

pub(crate) fn slow_client() -> (Client, Slow, Bell) {
    let slow = Slow { permits: Arc::new(Semaphore::new(0)), taken: Arc::default() };
    let bell = Bell::default();
    let client = Client::new(hub_of("http://core.invalid"), slow.clone(), bell.clone());
    (client.with_attempt_timeout(LIMIT), slow, bell)
}

#[track_caller]
pub(crate) fn timed_out<T: std::fmt::Debug>(polled: Poll<Result<T, Error>>) {
    let Poll::Ready(Err(error)) = polled else { panic!("{polled:?}") };
    assert!(error.may_have_arrived());
    let Error::Upload { source, .. } = error else { panic!("{error:?}") };
    let Error::Timeout { operation, attempts, limit, .. } = *source.downcast().unwrap() else {
        panic!("it is no timeout");
    };
    assert_eq!((operation, attempts.count, limit), ("UploadImage", 1, Some(LIMIT)));
}
