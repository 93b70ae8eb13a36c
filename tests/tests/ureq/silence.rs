//! Requests without an answer: what became of them, as far as it can be known.

use std::error::Error as _;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_ureq::Error;

use crate::{KEY, client, client_of, failure, shown};

const SHORT: Duration = Duration::from_millis(100);

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn is_transport(error: &Error, arrived: bool) {
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    tells(error, "GetImages could not be carried to the platform and back; ", arrived);
}

#[track_caller]
fn is_timeout(error: &Error, arrived: bool) {
    match error {
        Error::Timeout { limit, .. } => assert_eq!(*limit, SHORT),
        other => panic!("{other:?}"),
    }
    tells(error, "GetImages was not answered within 0.1 s; ", arrived);
}

#[track_caller]
fn tells(error: &Error, what: &str, arrived: bool) {
    assert_eq!(error.may_have_arrived(), arrived, "{error:?}");
    let advice = match arrived {
        true => "it may have been done all the same: look before sending it again",
        false => "nothing was sent: check the network and the base URL",
    };
    assert_eq!(error.to_string(), format!("{what}{advice}"));
    let source = error.source().unwrap().to_string();
    assert!(!source.is_empty() && !error.to_string().contains(&source), "{source}");
    assert!(error.response().is_none());
    assert!(!shown(error).contains(KEY));
}

#[test]
fn a_body_that_is_cut_short() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Truncate);
    is_transport(&failure(&client(&sandbox)), true);
}

#[test]
fn a_connection_that_is_closed_before_the_answer() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    sandbox.fault(Fault::Close);
    is_transport(&failure(&client), true);

    // It is all the same to the client whether the operation happened: here it did.
    sandbox.fault(Fault::CloseAfter);
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let create = CreateImage::new(source).name("made all the same");
    let error = client.call(&create).unwrap_err();
    assert!(error.may_have_arrived(), "{error:?}");
    let made = GetImages::new().filter_search("made all the same");
    assert_eq!(client.call(&made).unwrap().data.len(), 1);
    assert_eq!(sandbox.requests().len(), 3);
}

#[test]
fn an_answer_that_is_not_http() {
    let server = RawServer::start([Answer::new("SSH-2.0-OpenSSH_9.6\r\n").close()]).unwrap();
    is_transport(&failure(&client_of(&server.url())), true);
}

#[test]
fn a_port_where_no_one_listens() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    is_transport(&failure(&client_of(&url)), false);
}

#[test]
fn a_host_that_has_no_address() {
    // A label longer than DNS allows: it is refused without asking anyone.
    let url = format!("http://{}.invalid", "a".repeat(64));
    let start = Instant::now();
    let error = failure(&client_of(&url));
    assert!(start.elapsed() < LONG);
    is_transport(&error, false);
}

#[test]
fn an_answer_that_does_not_come() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    let error = failure(&client(&sandbox).with_timeout(SHORT));
    let took = start.elapsed();
    assert!(SHORT <= took && took < LONG, "{took:?}");
    is_timeout(&error, true);
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

#[test]
fn the_next_call_is_not_held_up_by_a_failed_one() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    for fault in [Fault::Truncate, Fault::Close, Fault::CloseAfter] {
        sandbox.fault(fault);
        is_transport(&failure(&client), true);
        assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
    }
}

/// What people write for no limit at all.
#[test]
fn the_longest_time_there_is() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let client = client.with_timeout(Duration::MAX).with_connect_timeout(Duration::MAX);
    assert_eq!(client.call(&GetImages::new()).unwrap().status, 200);
}
