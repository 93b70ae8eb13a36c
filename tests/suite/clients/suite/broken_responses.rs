//! Connections that break or aren't made: what became of the request, as far as it can be known.

use std::error::Error as _;
use std::net::{TcpListener, TcpStream};
use std::thread;

use cycle_images::images::GetImages;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{Test, failure, shown, test};
use crate::driver::Driver;
use crate::setup::{KEY, Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(a_truncated_body),
        test(a_body_whose_chunks_do_not_end),
        test(a_connection_closed_before_the_response),
        test(a_connection_that_is_reset),
        test(a_response_that_is_not_http),
        test(a_refused_connection),
        test(an_unknown_host),
        test(a_failed_call_does_not_affect_the_next),
    ]
}

/// Where no one listens, and no one else will for as long as what comes along is kept: a port that
/// a connection goes out from.
pub(super) fn refusing() -> (String, (TcpListener, TcpStream)) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (format!("http://{}", stream.local_addr().unwrap()), (listener, stream))
}

#[track_caller]
fn is_transport(error: &Error, arrived: bool) {
    let Error::Transport { operation, attempts, .. } = error else { panic!("{error:?}") };
    assert_eq!((*operation, attempts.count), ("GetImages", 1));
    assert_eq!(error.may_have_arrived(), arrived, "{error:?}");
    let advice = match arrived {
        true => "it is safe to send it again",
        false => "nothing was sent: check the network and the base URL",
    };
    let problem = if arrived { "got no response from" } else { "could not connect to" };
    let said = error.to_string();
    assert!(said.starts_with(&format!("GetImages {problem} ")), "{said}");
    assert!(said.contains(" (1 attempt in 0"), "{said}");
    assert!(said.ends_with(&format!("; {advice}")), "{said}");
    assert!(error.is_retryable());
    let source = error.source().unwrap().to_string();
    assert!(!source.is_empty() && !error.to_string().contains(&source), "{source}");
    assert!(error.response().is_none());
    assert!(!shown(error).contains(KEY));
}

fn a_truncated_body<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Truncate);
    is_transport(&failure(&make(Setup::of(&sandbox))), true);
}

/// What came of it is a whole document.
fn a_body_whose_chunks_do_not_end<D: Driver>(make: Make<D>) {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"data\": []}\r\n";
    let server = RawServer::start([Answer::new(answer).close()]).unwrap();
    is_transport(&failure(&make(Setup::at(&server.url()))), true);
}

fn a_connection_closed_before_the_response<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Close);
    is_transport(&failure(&make(Setup::of(&sandbox))), true);
    assert_eq!(sandbox.requests().len(), 1);
}

fn a_connection_that_is_reset<D: Driver>(make: Make<D>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let resetting = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // What is closed with something in it that was never read is reset.
        stream.peek(&mut [0]).unwrap();
    });
    is_transport(&failure(&make(Setup::at(&url))), true);
    resetting.join().unwrap();
}

fn a_response_that_is_not_http<D: Driver>(make: Make<D>) {
    let server = RawServer::start([Answer::new("SSH-2.0-OpenSSH_9.6\r\n").close()]).unwrap();
    is_transport(&failure(&make(Setup::at(&server.url()))), true);
}

fn a_refused_connection<D: Driver>(make: Make<D>) {
    let (url, _kept) = refusing();
    let client = make(Setup::at(&url));
    is_transport(&failure(&client), !client.tells_unsent());
}

fn an_unknown_host<D: Driver>(make: Make<D>) {
    // A label longer than DNS allows: it is refused without asking anyone.
    let client = make(Setup::at(&format!("http://{}.invalid", "a".repeat(64))));
    is_transport(&failure(&client), !client.tells_unsent());
}

fn a_failed_call_does_not_affect_the_next<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    for fault in [Fault::Truncate, Fault::Close, Fault::CloseAfter] {
        sandbox.fault(fault);
        is_transport(&failure(&client), true);
        assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
    }
}
