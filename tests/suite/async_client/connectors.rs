//! What the HTTP clients' own errors mean: connecting, TLS, and time limits.

use std::future::ready;
use std::io::{self, ErrorKind};
use std::time::Duration;

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error, Hyper, Reqwest, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::manual_transport::at_once;
use crate::{KEY, block_on, hub_of, hyper, never, reqwest, shown};

const BRIEF: Duration = Duration::from_millis(50);

#[track_caller]
fn failure(url: &str, transport: impl Transport + 'static, retry: RetryPolicy) -> Error {
    let client = Client::new(hub_of(url), transport, never).with_retry(retry);
    let error = block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(!shown(&error).contains(KEY));
    error
}

fn built(set: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> Reqwest {
    Reqwest::build(set(reqwest::Client::builder())).unwrap()
}

/// hyper over a connector that fails in this way.
fn failing(kind: ErrorKind) -> impl Transport + 'static {
    let error = move |_: http::Uri| {
        ready(Err::<TokioIo<TcpStream>, _>(io::Error::new(kind, "of the connector")))
    };
    Hyper::from_connector(tower::service_fn(error))
}

/// The next attempt would fail in the same way.
#[test]
fn request_that_can_never_be_sent_is_not_retried() {
    let sandbox = Sandbox::start().unwrap();
    let is_final = |error: Error, source: &str| {
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(!error.may_have_arrived() && !error.is_retryable(), "{error:?}");
        assert_eq!(error.attempts().unwrap().count, 1);
        assert!(shown(&error).contains(source), "{error:?}");
    };
    // The plain connector has no TLS.
    let no_tls = "https needs a connector that has TLS";
    is_final(failure("https://127.0.0.1:1", hyper(), at_once()), no_tls);
    // A connector reports what isn't TLS by this kind.
    let corrupt = failing(ErrorKind::InvalidData);
    is_final(failure("https://127.0.0.1:1", corrupt, at_once()), "of the connector");
    let https_only = built(|builder| builder.https_only(true));
    is_final(failure(sandbox.url(), https_only, at_once()), "");
    assert!(sandbox.requests().is_empty());
}

/// The limits are settings of the HTTP clients.
#[test]
fn timeouts_of_the_http_client_are_timeouts() {
    let is_timeout = |error: Error, arrived| {
        assert!(matches!(error, Error::Timeout { limit: None, .. }), "{error:?}");
        assert_eq!(error.may_have_arrived(), arrived, "{error:?}");
    };
    let once = RetryPolicy::disabled();
    let silent = RawServer::start([Answer::new("").hold()]).unwrap();
    is_timeout(failure(&silent.url(), built(|builder| builder.timeout(BRIEF)), once), true);
    is_timeout(failure("http://127.0.0.1:1", failing(ErrorKind::TimedOut), once), false);
}

#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn tls_handshake_that_stalls_is_a_connect_timeout() {
    let silent = RawServer::start([Answer::new("").hold()]).unwrap();
    let url = format!("https://{}", silent.address());
    let hurried = built(|builder| builder.connect_timeout(BRIEF));
    let error = failure(&url, hurried, RetryPolicy::disabled());
    assert!(matches!(error, Error::Timeout { limit: None, .. }), "{error:?}");
    assert!(!error.may_have_arrived());
}

#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn server_without_tls_is_not_retried() {
    let server = crate::streams::Served::by(|mut stream, _| {
        use std::io::{Read, Write};
        let mut hello = [0; 4096];
        let count = stream.read(&mut hello).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        String::from_utf8_lossy(&hello[..count]).into_owned()
    });
    let server = server.unwrap();
    // The server is there for one connection.
    let error = failure(&server.url().replace("http", "https"), reqwest(), at_once());
    assert_eq!(error.attempts().unwrap().count, 1);
    assert!(!error.may_have_arrived() && !server.end().contains(KEY));
}
