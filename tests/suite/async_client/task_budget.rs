//! A transport that is never out of work: tokio lets it do so much whenever the task is polled, and
//! lets the timer of the same task ring only if something is left of that.

use std::time::{Duration, Instant};

use cycle_images::flow::{RetryPolicy, SendFailure};
use cycle_images::images::GetImages;
use cycle_images_async::{Body, Client, Error, Tokio, Transport};
use http::Request;

use crate::manual_transport::Sending;
use crate::upload_fixtures::{bytes, image, of};
use crate::{hub_of, runtime};

const SHORT: Duration = Duration::from_millis(50);

/// Far longer than the time of the client.
const LONG: Duration = Duration::from_secs(5);

/// As a connection over which 1xx answers come all the time.
struct Busy;

impl Transport for Busy {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        Box::pin(async {
            let start = Instant::now();
            while start.elapsed() < LONG {
                tokio::task::consume_budget().await;
            }
            Err(SendFailure::maybe_sent("nobody stopped it"))
        })
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        self.send(request.map(|_| Vec::new()))
    }
}

fn client() -> Client {
    let client = Client::new(hub_of("http://core.invalid"), Busy, Tokio);
    client.with_attempt_timeout(SHORT).with_retry(RetryPolicy::disabled())
}

#[track_caller]
fn is_timeout(error: &Error) {
    assert!(matches!(error, Error::Timeout { limit: Some(SHORT), .. }), "{error:?}");
}

#[test]
fn a_call_times_out() {
    is_timeout(&runtime().block_on(client().call(&GetImages::new())).unwrap_err());
}

#[test]
fn an_upload_times_out() {
    let tar = of(&bytes(1000), 1000);
    let error = runtime().block_on(client().upload(&image(), tar)).unwrap_err();
    let Error::Upload { source, .. } = error else { panic!("{error:?}") };
    is_timeout(source.downcast_ref().unwrap());
}
