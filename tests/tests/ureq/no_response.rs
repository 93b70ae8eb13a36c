//! Answers that take too long.

use std::error::Error as _;
use std::time::{Duration, Instant};

use cycle_images::images::GetImages;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::Error;

use crate::{KEY, client, client_of, failure, shown};

const SHORT: Duration = Duration::from_millis(100);

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn is_timeout(error: &Error, arrived: bool) {
    match error {
        Error::Timeout { limit, .. } => assert_eq!(*limit, SHORT),
        other => panic!("{other:?}"),
    }
    assert_eq!(error.may_have_arrived(), arrived, "{error:?}");
    let advice = match arrived {
        true => "it may have been done all the same: look before sending it again",
        false => "nothing was sent: check the network and the base URL",
    };
    assert_eq!(error.to_string(), format!("GetImages was not answered within 0.1 s; {advice}"));
    let source = error.source().unwrap().to_string();
    assert!(!source.is_empty() && !error.to_string().contains(&source), "{source}");
    assert!(error.response().is_none());
    assert!(!shown(error).contains(KEY));
}

#[test]
fn an_answer_that_stops_half_way() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n";
    // The second is the beginning of a compressed body.
    let half = format!("{head}\r\n{{\"data\": [");
    let packed = format!("{head}Content-Encoding: gzip\r\n\r\n\x1f");
    for answer in [head.to_owned(), half, packed] {
        let server = RawServer::start([Answer::new(answer).hold()]).unwrap();
        let start = Instant::now();
        let error = failure(&client_of(&server.url()).with_timeout(SHORT));
        assert!(start.elapsed() < LONG);
        is_timeout(&error, true);
    }
}

/// The time to connect covers the TLS handshake, before which nothing of the request is sent.
#[test]
fn a_connection_that_is_not_made_in_time() {
    let server = RawServer::start([Answer::new("").hold()]).unwrap();
    let url = format!("https://{}", server.address());
    let start = Instant::now();
    let error = failure(&client_of(&url).with_connect_timeout(SHORT));
    assert!(start.elapsed() < LONG);
    is_timeout(&error, false);
}

/// What people write for no limit at all.
#[test]
fn the_longest_time_there_is() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let client = client.with_timeout(Duration::MAX).with_connect_timeout(Duration::MAX);
    assert_eq!(client.call(&GetImages::new()).unwrap().status, 200);
}
