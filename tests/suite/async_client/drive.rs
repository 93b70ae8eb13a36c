//! `drive`, and calls over transports that are closures.

use std::cell::Cell;
use std::future::{pending, ready};
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cycle_images::Timestamp;
use cycle_images::flow::{Exchange, Pages, SendFailure};
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error, drive};
use cycle_images_tests::recording;
use cycle_images_tests::support::hub;
use http::Request;
use tokio::runtime::Builder;

use crate::manual_transport::{Outcome, answer};
use crate::{block_on, never};

fn is_send<T: Send>(_: &T) {}

#[test]
fn drive_takes_a_closure_that_lends_what_it_owns() {
    let recording = recording::read("get_images/empty");
    let send = async move |_| {
        ready(()).await;
        Ok::<_, io::Error>(recording.clone())
    };
    let (hub, mut list) = (hub(), Exchange::new(GetImages::new(), 7));
    let call = drive(&mut list, &hub, || SystemTime::now().into(), send, never);
    is_send(&call);
    assert!(block_on(call).unwrap().unwrap().data.is_empty());
}

#[test]
fn drive_runs_what_is_not_send() {
    let sent = Rc::new(Cell::new(0));
    let count = Rc::clone(&sent);
    let hub = hub();
    let runtime = Builder::new_current_thread().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async move {
        let task = tokio::task::spawn_local(async move {
            let mut pages = Pages::new(GetImages::new(), 7);
            let send = async |_: Request<Vec<u8>>| {
                tokio::task::yield_now().await;
                count.set(count.get() + 1);
                Ok::<_, SendFailure>(recording::read("get_images/empty_list"))
            };
            let held = Rc::clone(&count);
            let wait = async |_| {
                pending::<()>().await;
                drop(Rc::clone(&held));
            };
            let now = || SystemTime::now().into();
            assert!(drive(&mut pages, &hub, now, send, wait).await.unwrap().is_none());
        });
        task.await.unwrap();
    });
    assert_eq!(sent.get(), 1);
}

#[test]
fn drive_is_spawned_and_waits_by_simulated_time() {
    let task = async {
        let hub = hub();
        let time = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let clock = Arc::clone(&time);
        let now = || *clock.lock().unwrap();
        let wait = || {
            let time = Arc::clone(&time);
            async move |wait| {
                tokio::task::yield_now().await;
                let mut time = time.lock().unwrap();
                *time = time.saturating_add(wait);
            }
        };
        let mut requests = 0;
        let send = async move |_: Request<Vec<u8>>| {
            requests += 1;
            match requests {
                1 => answer(503, &[("Retry-After", "7")], ""),
                2 => answer(200, &[], r#"{"data": []}"#),
                _ => pending().await,
            }
        };
        let mut exchange = Exchange::new(GetImages::new(), 7);
        let reply = drive(&mut exchange, &hub, now, send, wait()).await.unwrap().unwrap();
        assert!(reply.data.is_empty());
        let seconds = now().unix_seconds();
        assert!((7..8).contains(&seconds), "{seconds}");

        const MINUTES: Duration = Duration::from_secs(120);
        let silent = async |_: Request<Vec<u8>>| pending::<Outcome>().await;
        let mut exchange = Exchange::new(GetImages::new(), 7);
        let error = drive(&mut exchange, &hub, now, silent, wait()).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { limit: Some(MINUTES), .. }), "{error:?}");
        assert_eq!(now().unix_seconds(), seconds + 120);
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async { tokio::spawn(task).await.unwrap() });
}

#[test]
fn error_of_a_closure_is_the_source() {
    let broken = async |_: Request<Vec<u8>>| {
        Err::<http::Response<Vec<u8>>, _>(io::Error::other("nothing was recorded"))
    };
    let client = Client::new(hub(), broken, async |_| {});
    let error = block_on(client.call(&GetImages::new())).unwrap_err();
    let Error::Transport { may_have_arrived: true, source, .. } = error else {
        panic!("{error:?}")
    };
    let source = source.downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.to_string(), "nothing was recorded");
}
