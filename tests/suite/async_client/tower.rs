//! tower services that are busy, refuse, or fail.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_async::{Body, Client, Error, Tower};
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Bytes;
use tower::Service;

use crate::hub_of;
use crate::manual_transport::{Bell, at_once, now, open, poll};

/// What all clones share.
#[derive(Debug, Default)]
struct State {
    busy: bool,
    waker: Option<Waker>,
    calls: usize,
}

/// Responds once it is ready, which it is for one call.
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

impl Service<Request<Body>> for Picky {
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

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "it was called without being ready");
        self.state.lock().unwrap().calls += 1;
        let fails = self.fails;
        Box::pin(async move {
            match fails {
                true => Err(io::Error::other("the connection was closed")),
                false => Ok(Response::new(Full::from(r#"{"data": []}"#))),
            }
        })
    }
}

fn client(picky: &Picky) -> Client {
    let hub = hub_of("http://core.invalid");
    let client = Client::new(hub, Tower::new(picky.clone()), Bell::default());
    client.with_retry(at_once().max_attempts(3))
}

fn create() -> CreateImage {
    CreateImage::new(SourceId::new("s1").unwrap())
}

fn failure(picky: &Picky) -> Error {
    client(picky).call(&create()).now_or_never().unwrap().unwrap_err()
}

#[test]
fn request_waits_until_its_service_is_ready() {
    let picky = Picky::default();
    picky.state.lock().unwrap().busy = true;
    let mut pages = client(&picky).run(open(GetImages::new())).prefetch(2);
    assert!(poll(&mut pages).is_pending());
    assert!(picky.state.lock().unwrap().waker.is_some(), "nothing would wake the task");
    assert_eq!(picky.state.lock().unwrap().calls, 0);
    picky.state.lock().unwrap().busy = false;
    assert!(now(&mut pages).is_none());
    assert_eq!(picky.state.lock().unwrap().calls, 2);
}

/// A service that isn't ready has sent nothing: even a POST is tried again.
#[test]
fn error_of_poll_ready_is_not_sent_and_retried() {
    let picky = Picky { refuses: true, ..Picky::default() };
    let error = failure(&picky);
    assert!(!error.may_have_arrived());
    assert_eq!(error.attempts().unwrap().count, 3);
    let Error::Transport { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "there is no room");
    assert_eq!(picky.state.lock().unwrap().calls, 0);
}

#[test]
fn error_of_a_call_may_have_arrived_and_a_post_is_sent_once() {
    let picky = Picky { fails: true, ..Picky::default() };
    let error = failure(&picky);
    assert!(error.may_have_arrived() && matches!(error, Error::Transport { .. }), "{error:?}");
    assert_eq!(picky.state.lock().unwrap().calls, 1);
}

/// As a timeout of tower's own, whose limit is known to its layer alone.
#[test]
fn timeout_of_a_layer_is_a_timeout() {
    let silent = tower::service_fn(|_: Request<Body>| pending::<Answer>());
    let hurried = tower::timeout::Timeout::new(silent, std::time::Duration::from_millis(5));
    let client = Client::new(hub_of("http://core.invalid"), Tower::new(hurried), crate::never);
    let error = crate::block_on(client.call(&create())).unwrap_err();
    assert!(matches!(error, Error::Timeout { limit: None, .. }), "{error:?}");
    assert!(error.may_have_arrived());
}
