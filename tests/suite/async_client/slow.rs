//! A transport that takes a piece of an upload when it is told to.

use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::SendFailure;
use cycle_images_async::{Body, Client, Error, Transport};
use futures_util::StreamExt;
use http::{Request, Response};
use http_body::Body as _;
use tokio::sync::Semaphore;

use crate::hub_of;
use crate::manual_transport::{Bell, Outcome, Sending};

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
            // An empty one would be the end, for whoever sends a body in chunks.
            assert!(!piece.is_empty());
            assert_eq!(body.left(), left - piece.len() as u64);
            self.taken.lock().unwrap().extend(piece);
        }
        assert_eq!(body.left(), 0);
        self.permits.acquire().await.map_err(SendFailure::maybe_sent)?.forget();
        Ok(Response::default())
    }
}

/// The time of the client.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);

/// A client, its transport and its time.
pub(crate) fn by_hand() -> (Client, Slow, Bell) {
    let slow = Slow { permits: Arc::new(Semaphore::new(0)), taken: Arc::default() };
    let bell = Bell::default();
    let client = Client::new(hub_of("http://core.invalid"), slow.clone(), bell.clone());
    (client.with_attempt_timeout(LIMIT), slow, bell)
}

/// The time of an upload was over.
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
