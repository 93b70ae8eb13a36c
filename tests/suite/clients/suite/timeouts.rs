//! Answers that take too long.

use std::time::{Duration, Instant};

use cycle_images::error::Attempts;
use cycle_images::images::GetImages;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{LONG, Test, failure, quick, shown, test};
use crate::driver::Driver;
use crate::setup::{KEY, Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(a_missing_response_times_out),
        test(a_response_that_stalls_times_out),
        test(each_attempt_has_the_whole_timeout),
        test(a_retry_gets_a_response_of_its_own),
        test(the_longest_time_there_is),
    ]
}

const SHORT: Duration = Duration::from_millis(50);

#[track_caller]
fn is_timeout(error: &Error) {
    match error {
        Error::Timeout { operation, limit, .. } => {
            assert_eq!((*operation, *limit), ("GetImages", Some(SHORT)));
        }
        other => panic!("{other:?}"),
    }
    let said = error.to_string();
    assert!(said.starts_with("GetImages timed out: no response from 127.0.0.1:"), "{said}");
    assert!(said.contains(" within 0.05 s (") && said.ends_with("; it is safe to send it again"));
    assert!(error.is_timeout() && error.is_retryable());
    assert!(error.may_have_arrived() && error.response().is_none());
    assert!(!shown(error).contains(KEY));
}

fn a_missing_response_times_out<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    is_timeout(&failure(&make(Setup::of(&sandbox).timeout(SHORT))));
    assert!(SHORT <= start.elapsed());
}

fn a_response_that_stalls_times_out<D: Driver>(make: Make<D>) {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n";
    let half = format!("{head}\r\n{{\"data\": [");
    for answer in [head.to_owned(), half] {
        let server = RawServer::start([Answer::new(answer).hold()]).unwrap();
        is_timeout(&failure(&make(Setup::at(&server.url()).timeout(SHORT))));
    }
}

fn each_attempt_has_the_whole_timeout<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).timeout(SHORT).retry(quick().max_attempts(2)));
    sandbox.fault(Fault::Delay(LONG));
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    let error = failure(&client);
    assert!(2 * SHORT <= start.elapsed());
    is_timeout(&error);
    assert!(
        matches!(error, Error::Timeout { attempts: Attempts { count: 2, .. }, .. }),
        "{error:?}"
    );
}

/// The one before is left alone, with its connection. On a busy machine, more of them may be late.
fn a_retry_gets_a_response_of_its_own<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).timeout(SHORT).retry(quick().max_attempts(200)));
    sandbox.fault(Fault::Delay(LONG));
    assert_eq!(client.call(&GetImages::new().page_size(3)).unwrap().data.len(), 3);
    assert_eq!(client.call(&GetImages::new().page_size(4)).unwrap().data.len(), 4);
}

/// What people write for no limit at all.
fn the_longest_time_there_is<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).timeout(Duration::MAX));
    assert_eq!(client.call(&GetImages::new()).unwrap().status, 200);
}
