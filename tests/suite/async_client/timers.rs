//! Everything that is a timer, by the clock that it goes by.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use cycle_images::flow::{Flow, RetryPolicy, SendFailure as Carried, Step};
use cycle_images::images::GetImages;
use cycle_images::{Hub, Timestamp};
use cycle_images_async::{Client, Error, Timer, Tokio};
use cycle_images_tests::recording;
use cycle_images_tests::sandbox::{Fault, Sandbox};
use futures_util::FutureExt;
use http::Request;
use http::Response;

use crate::{connection, hub, leaked, runtime};

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

const SHORT: Duration = Duration::from_millis(20);

/// It takes its time itself, and it ends a call that takes longer.
async fn is_timer<M: Timer + 'static>(timer: M) {
    let begun = Instant::now();
    timer.wait(SHORT).await;
    assert!(begun.elapsed() >= SHORT, "{:?}", begun.elapsed());
    assert!(timer.wait(LONG).now_or_never().is_none());

    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), connection::send, timer);
    let client = client.with_retry(RetryPolicy::disabled());
    assert_eq!(client.call(&GetImages::new()).await.unwrap().data.len(), 8);
    sandbox.fault(Fault::Delay(LONG));
    let client = client.with_attempt_timeout(SHORT);
    let begun = Instant::now();
    let error = client.call(&GetImages::new()).await.unwrap_err();
    let took = begun.elapsed();
    assert!(SHORT <= took && took < LONG, "{took:?}");
    assert!(matches!(error, Error::Timeout { limit: Some(SHORT), .. }), "{error:?}");
}

#[test]
fn those_of_tokio() {
    runtime().block_on(async {
        is_timer(Tokio).await;
        is_timer(tokio::time::sleep).await;
        is_timer(|time| tokio::time::sleep(time)).await;
        is_timer(async |time| tokio::time::sleep(time).await).await;
    });
}

/// smol's clock needs no runtime at all; tokio is here for the connections alone.
#[test]
fn those_of_smol() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        is_timer(smol::Timer::after).await;
        is_timer(async |time| smol::Timer::after(time).await).await;
    });
    smol::block_on(async {
        let begun = Instant::now();
        smol::Timer::after.wait(SHORT).await;
        assert!(begun.elapsed() >= SHORT);
    });
}

/// A closure may hold what it counts by.
#[test]
fn one_that_keeps_an_account() {
    let waits = leaked(Mutex::new(Vec::new()));
    let timer = async |time| {
        waits.lock().unwrap().push(time);
        tokio::time::sleep(time).await;
    };
    runtime().block_on(is_timer(timer));
    assert_eq!(waits.lock().unwrap().last(), Some(&SHORT));
}

/// A flow that waits, and notes the time that it is told.
struct Notes(Vec<Timestamp>);

impl Flow for Notes {
    type Item = ();

    fn operation(&self) -> &'static str {
        "Notes"
    }

    fn poll(&mut self, _: &Hub, now: Timestamp) -> Result<Step, Error> {
        self.0.push(now);
        Ok(if self.0.len() <= 3 { Step::Wait(SHORT) } else { Step::Done })
    }

    fn handle_bytes(
        &mut self,
        _: &Hub,
        _: Result<Response<&[u8]>, Carried>,
        _: Timestamp,
    ) -> Result<Option<()>, Error> {
        Err(Error::NothingInFlight)
    }
}

async fn times(timer: impl Timer + 'static) -> Vec<SystemTime> {
    let client = Client::new(crate::hub_of("http://core.invalid"), connection::send, timer);
    let mut waits = client.run(Notes(Vec::new()));
    assert!(waits.next().await.is_none());
    let told = waits.into_flow().0.into_iter().map(|now| now.try_into().unwrap());
    told.collect()
}

/// By a timer that waits, it is the system's time; by one that doesn't, it goes on all the same.
#[test]
fn the_clock_of_a_flow_advances_by_its_waits() {
    runtime().block_on(async {
        let told = times(Tokio).await;
        let now = SystemTime::now();
        assert!(told.iter().all(|&told| told <= now), "{told:?} at {now:?}");
        for told in [told, times(async |_| ()).await] {
            assert!(told.windows(2).all(|pair| pair[0] + SHORT <= pair[1]), "{told:?}");
        }
    });
}

/// Neither a clock nor IO of a runtime is needed for what is there at once.
#[test]
fn no_runtime_is_needed() {
    let answer = async |_: Request<Vec<u8>>| Ok::<_, io::Error>(Response::new(r#"{"data": []}"#));
    let client = Client::new(crate::hub_of("http://core.invalid"), answer, crate::never);
    let list = GetImages::new();
    let reply = client.call(&list).now_or_never().unwrap();
    assert!(reply.unwrap().data.is_empty());
}

/// That of a unit test doesn't wait, and tokio's may be paused: the system's clock is behind them.
#[test]
fn one_that_does_not_wait_is_believed() {
    let names = ["errors/429_seconds", "get_images/empty_list"];
    let answers = leaked(Mutex::new(VecDeque::from(names.map(recording::read))));
    let transport = async |_: Request<Vec<u8>>| {
        answers.lock().unwrap().pop_front().ok_or_else(|| io::Error::other("nothing more"))
    };
    let waits = leaked(Mutex::new(Vec::new()));
    let timer = async |time| waits.lock().unwrap().push(time);
    let client = Client::new(crate::hub_of("http://core.invalid"), transport, timer);
    let list = GetImages::new();
    assert!(client.call(&list).now_or_never().unwrap().unwrap().data.is_empty());
    assert_eq!(waits.lock().unwrap().len(), 1);
}
