//! Requests without an answer: what became of them, as far as a ready transport can know.

use std::future::ready;
use std::io::{self, Read, Write};
use std::time::Duration;

use cycle_images::error::Attempts;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{Hub, SourceId};
use cycle_images_async::{Client, Error, Hyper, Reqwest, Tokio, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::clients::{hyper, reqwest};
use crate::streams::Served;
use crate::{KEY, hub, hub_of, runtime, shown};

/// Why a list can't be had; it is told whether the request may have arrived.
#[track_caller]
fn is_transport(hub: Hub, transport: impl Transport + 'static, arrived: bool) {
    let client = Client::new(hub, transport, Tokio).with_retry(RetryPolicy::disabled());
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert_eq!(error.may_have_arrived(), arrived, "{error:?}");
    let said = error.to_string();
    match (arrived, error.is_retryable()) {
        (true, true) => assert!(said.ends_with("; it is safe to send it again"), "{said}"),
        (true, false) => assert!(said.ends_with("; it would fail again in the same way"), "{said}"),
        (false, true) => {
            let advice = "; nothing was sent: check the network and the base URL";
            assert!(said.ends_with(advice), "{said}");
        }
        (false, false) => assert_eq!(said, "GetImages was not sent"),
    }
    assert!(!shown(&error).contains(KEY));
}

/// Before the handshake is through, nothing of the request is sent.
#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn a_server_that_speaks_no_tls() {
    let server = Served::by(|mut stream, _| {
        let mut hello = [0; 4096];
        let count = stream.read(&mut hello).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        String::from_utf8_lossy(&hello[..count]).into_owned()
    });
    let server = server.unwrap();
    // With the usual tries, for it is tried once: the server is there for one connection.
    let hub = hub_of(&server.url().replace("http", "https"));
    let client = Client::new(hub, reqwest(), Tokio);
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert!(!error.may_have_arrived());
    assert!(!server.end().contains(KEY));
}

#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn a_connect_timeout() {
    let server = RawServer::start([Answer::new("").hold()]).unwrap();
    let hurried = reqwest::Client::builder().connect_timeout(Duration::from_millis(50));
    let url = format!("https://{}", server.address());
    let client = Client::new(hub_of(&url), Reqwest::build(hurried).unwrap(), Tokio);
    let client = client.with_retry(RetryPolicy::disabled());
    is_connect_timeout(&runtime().block_on(client.call(&GetImages::new())).unwrap_err());
}

#[track_caller]
fn is_connect_timeout(error: &Error) {
    // The limit is a setting of the HTTP client.
    let is_timeout = matches!(error, Error::Timeout { limit: None, may_have_arrived: false, .. });
    assert!(is_timeout, "{error:?}");
}

/// As hyper's own connector reports it.
#[test]
fn a_connector_that_times_out_is_a_timeout() {
    let connector = tower::service_fn(|_: http::Uri| {
        ready(Err::<TokioIo<TcpStream>, _>(io::Error::from(io::ErrorKind::TimedOut)))
    });
    let client = Client::new(hub_of("http://127.0.0.1:1"), Hyper::with_connector(connector), Tokio);
    let client = client.with_retry(RetryPolicy::disabled());
    is_connect_timeout(&runtime().block_on(client.call(&GetImages::new())).unwrap_err());
}

/// A client of one's own may refuse what isn't https.
#[test]
fn an_https_only_client_sends_nothing_over_http() {
    let sandbox = Sandbox::start().unwrap();
    let secure = reqwest::Client::builder().https_only(true);
    is_transport(hub(&sandbox), Reqwest::build(secure).unwrap(), false);
    // A connector for http knows no https.
    is_transport(hub_of("https://127.0.0.1:1"), hyper(), false);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_connection_that_is_closed_in_the_midst() {
    for fault in [Fault::Close, Fault::CloseAfter, Fault::Truncate] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.fault(fault.clone());
        is_transport(hub(&sandbox), reqwest(), true);
        sandbox.fault(fault);
        is_transport(hub(&sandbox), hyper(), true);
    }
    let answers = vec![Answer::new("SSH-2.0-OpenSSH_9.6\r\n").close(); 2];
    let server = RawServer::start(answers).unwrap();
    is_transport(hub_of(&server.url()), reqwest(), true);
    is_transport(hub_of(&server.url()), hyper(), true);
}

async fn creates_once<T: Transport + 'static>(transport: T) {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), transport, Tokio);
    let create = CreateImage::new(SourceId::new(sandbox.source_id()).unwrap());
    // A connection that was used before is no reason to send it twice, either.
    client.call(&GetImages::new()).await.unwrap();
    for fault in [Fault::Close, Fault::CloseAfter, Fault::Truncate] {
        let before = sandbox.requests().len();
        sandbox.fault(fault);
        assert!(client.call(&create).await.unwrap_err().may_have_arrived());
        assert_eq!(sandbox.requests().len(), before + 1);
    }
}

#[test]
fn a_post_without_a_response_is_sent_once() {
    runtime().block_on(creates_once(reqwest()));
    runtime().block_on(creates_once(hyper()));
}

/// The plain connector has no TLS, and will have none the next time.
#[test]
fn https_without_tls_is_not_retried() {
    let hub = Hub::new(KEY, "the-hub").unwrap().with_base_url("https://127.0.0.1:1").unwrap();
    let client = Client::new(hub, hyper(), Tokio);
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    let Error::Transport { attempts: Attempts { count: 1, .. }, source, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(source.to_string(), "https needs a connector that has TLS");
    assert!(!error.may_have_arrived());
}

/// A connector tells what isn't TLS by this kind of error; the next time, it would be none either.
#[test]
fn a_failed_handshake_is_not_retried() {
    let connector = tower::service_fn(|_: http::Uri| {
        let corrupt = io::Error::new(io::ErrorKind::InvalidData, "a corrupt message");
        ready(Err::<TokioIo<TcpStream>, _>(corrupt))
    });
    let client =
        Client::new(hub_of("https://127.0.0.1:1"), Hyper::with_connector(connector), Tokio);
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert!(!error.may_have_arrived() && shown(&error).contains("a corrupt message"), "{error:?}");
}

/// What a client of one's own doesn't take, it takes no better the next time.
#[test]
fn a_request_that_can_not_be_sent_is_not_retried() {
    let secure = Reqwest::build(reqwest::Client::builder().https_only(true)).unwrap();
    let client = Client::new(hub_of("http://127.0.0.1:1"), secure, Tokio);
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert!(!error.may_have_arrived());
}

/// As a limit of reqwest's own, which is known to its builder alone.
#[test]
fn the_timeout_of_the_http_client_is_a_timeout() {
    let server = RawServer::start([Answer::new("").hold()]).unwrap();
    let hurried = reqwest::Client::builder().timeout(Duration::from_millis(50));
    let client = Client::new(hub_of(&server.url()), Reqwest::build(hurried).unwrap(), crate::never);
    let client = client.with_retry(RetryPolicy::disabled());
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit: None, may_have_arrived: true, .. }),
        "{error:?}"
    );
}
