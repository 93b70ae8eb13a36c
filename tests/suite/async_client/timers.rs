//! Timers of runtimes and of programs, by the clocks that they use.

use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error, Timer, Tokio};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use futures_util::FutureExt;
use http::{Request, Response};

use crate::{LONG, block_on, connection, hub, hub_of, leaked, never};

const SHORT: Duration = Duration::from_millis(20);

/// It waits, and it ends a call that takes longer.
async fn is_timer(timer: impl Timer + 'static) {
    let start = Instant::now();
    timer.wait(SHORT).await;
    assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
    assert!(timer.wait(LONG).now_or_never().is_none());

    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Delay(LONG));
    let client = Client::new(hub(&sandbox), connection::send, timer).with_attempt_timeout(SHORT);
    let start = Instant::now();
    let call = client.with_retry(RetryPolicy::disabled()).call(&GetImages::new()).await;
    assert!((SHORT..LONG).contains(&start.elapsed()));
    assert!(matches!(call, Err(Error::Timeout { limit: Some(SHORT), .. })), "{call:?}");
}

#[test]
fn timers_of_tokio_and_closures_over_them() {
    let waits = leaked(Mutex::new(Vec::new()));
    block_on(async {
        is_timer(Tokio).await;
        is_timer(tokio::time::sleep).await;
        is_timer(|time| tokio::time::sleep(time)).await;
        is_timer(async |time| {
            waits.lock().unwrap().push(time);
            tokio::time::sleep(time).await;
        })
        .await;
    });
    assert_eq!(waits.lock().unwrap().last(), Some(&SHORT));
}

/// They need no runtime; tokio is for the connections alone.
#[test]
fn timers_of_smol() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(is_timer(smol::Timer::after));
    let start = Instant::now();
    smol::block_on(smol::Timer::after.wait(SHORT));
    assert!(start.elapsed() >= SHORT);
}

#[test]
fn no_runtime_is_needed_for_immediate_responses() {
    let empty = async |_: Request<Vec<u8>>| Ok::<_, io::Error>(Response::new(r#"{"data": []}"#));
    let client = Client::new(hub_of("http://core.invalid"), empty, never);
    let reply = client.call(GetImages::new()).now_or_never().unwrap();
    assert!(reply.unwrap().data.is_empty());
}
