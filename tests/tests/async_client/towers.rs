//! A tower service, with all that one may do: be busy, refuse, and keep something for each clone.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{ImageId, SourceId};
use cycle_images_async::{Client, Tower};
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Bytes;
use tower::Service;

use crate::hand::{at_once, by_hand, poll_once};
use crate::hub_of;

/// What all clones share.
#[derive(Debug, Default)]
struct State {
    busy: bool,
    waker: Option<Waker>,
    calls: usize,
}

/// Answers once it is ready, and is so for one call.
#[derive(Debug, Default)]
struct Picky {
    state: Arc<Mutex<State>>,
    is_ready: bool,
    refuses: bool,
    fails: bool,
}

/// A clone is no more ready than a new one.
impl Clone for Picky {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), is_ready: false, ..*self }
    }
}

type Answer = Result<Response<Full<Bytes>>, io::Error>;

impl Service<Request<Vec<u8>>> for Picky {
    type Response = Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state.lock().unwrap();
        if state.busy {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        if self.refuses {
            return Poll::Ready(Err(io::Error::other("there is no room")));
        }
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Vec<u8>>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "it was called without being ready");
        self.state.lock().unwrap().calls += 1;
        let fails = self.fails;
        Box::pin(async move {
            match fails {
                true => Err(io::Error::other("the peer hung up")),
                false => Ok(Response::new(Full::from(r#"{"data": []}"#))),
            }
        })
    }
}
