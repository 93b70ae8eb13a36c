//! Requests without a response, and what is known of them.

use std::error::Error as _;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use cycle_images::images::GetImages;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{EMPTY, LONG, Test, attempts, failure, once, shown};
use crate::setup::{KEY, Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        truncated_body_is_an_error_and_the_next_call_succeeds,
        refused_connection_is_not_sent,
        unknown_host_is_not_sent,
        missing_response_times_out,
        stalled_response_times_out,
        each_attempt_has_the_whole_timeout,
        retry_after_a_timeout_reads_its_own_response,
        longest_timeout_is_accepted,
    ]
}

const SHORT: Duration = Duration::from_millis(50);

/// A URL that refuses connections as long as the sockets are kept: the port of one that is
/// connected.
pub(super) fn refusing() -> (String, (TcpListener, TcpStream)) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (format!("http://{}", stream.local_addr().unwrap()), (listener, stream))
}

#[track_caller]
fn is_transport(error: &Error, arrived: bool) {
    assert!(matches!(error, Error::Transport { operation: "GetImages", .. }), "{error:?}");
    let (problem, advice) = match arrived {
        true => ("got no response from", "it is safe to send it again"),
        false => ("could not connect to", "nothing was sent: check the network and the base URL"),
    };
    has_text(error, &format!("GetImages {problem} "), &format!("; {advice}"));
    assert_eq!((attempts(error), error.may_have_arrived()), (1, arrived), "{error:?}");
}

#[track_caller]
fn is_timeout(error: &Error) {
    assert!(
        matches!(error, Error::Timeout { operation: "GetImages", limit: Some(SHORT), .. }),
        "{error:?}"
    );
    let start = "GetImages timed out: no response from 127.0.0.1:";
    has_text(error, start, "; it is safe to send it again");
    assert!(error.to_string().contains(" within 0.05 s ("), "{error}");
    assert!(error.is_timeout() && error.may_have_arrived());
}

#[track_caller]
fn has_text(error: &Error, start: &str, end: &str) {
    let text = error.to_string();
    assert!(text.starts_with(start) && text.ends_with(end), "{text}");
    let source = error.source().unwrap().to_string();
    assert!(!source.is_empty() && !text.contains(&source), "{source}");
    assert!(error.is_retryable() && error.response().is_none());
    assert!(!shown(error).contains(KEY));
}

fn truncated_body_is_an_error_and_the_next_call_succeeds(make: Make) {
    let (sandbox, client) = once(make);
    sandbox.fault(Fault::Truncate);
    is_transport(&failure(&client), true);
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
    assert_eq!(sandbox.requests().len(), 2);
}

fn refused_connection_is_not_sent(make: Make) {
    let (url, _kept) = refusing();
    let client = make(Setup::at(&url));
    is_transport(&failure(&client), !client.tells_unsent());
}

fn unknown_host_is_not_sent(make: Make) {
    // A label longer than DNS allows is refused without a lookup.
    let client = make(Setup::at(&format!("http://{}.invalid", "a".repeat(64))));
    is_transport(&failure(&client), !client.tells_unsent());
}

fn missing_response_times_out(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    is_timeout(&failure(&make(Setup::of(&sandbox).timeout(SHORT))));
    assert!(SHORT <= start.elapsed());
}

fn stalled_response_times_out(make: Make) {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n";
    for answer in [head.to_owned(), format!("{head}\r\n{{\"data\": [")] {
        let server = RawServer::start([Answer::new(answer).hold()]).unwrap();
        is_timeout(&failure(&make(Setup::at(&server.url()).timeout(SHORT))));
    }
}

fn each_attempt_has_the_whole_timeout(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let setup = Setup::of(&sandbox).timeout(SHORT).retrying();
    let retry = setup.retry.max_attempts(2);
    sandbox.fault(Fault::Delay(LONG));
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    let error = failure(&make(setup.retry(retry)));
    assert!(2 * SHORT <= start.elapsed());
    is_timeout(&error);
    assert_eq!(attempts(&error), 2);
}

/// On a busy machine, several attempts may be late.
fn retry_after_a_timeout_reads_its_own_response(make: Make) {
    let late = r#"{"data": [7]}"#;
    let late = Answer::new("").slowly(4 * SHORT, [format!("HTTP/1.1 200 OK\r\n\r\n{late}")]);
    let good = vec![Answer::json("200 OK", EMPTY); 200];
    let server = RawServer::start([vec![late], good].concat()).unwrap();
    let setup = Setup::at(&server.url()).timeout(SHORT).retrying();
    let retry = setup.retry.max_attempts(200);
    let client = make(setup.retry(retry));
    for _ in 0..2 {
        assert!(client.call(&GetImages::new()).unwrap().skipped.is_empty());
    }
}

fn longest_timeout_is_accepted(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).timeout(Duration::MAX));
    assert_eq!(client.call(&GetImages::new()).unwrap().status, 200);
}
