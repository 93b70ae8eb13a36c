//! Connections without TLS where TLS is needed: nothing is sent, and nothing is retried.

use std::error::Error as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_tests::support::hub_at;
use cycle_images_ureq::{Client, Error};
use ureq::http::Request;
use ureq::middleware::MiddlewareNext;
use ureq::{Agent, SendBody};

use crate::{KEY, client_of, shown};

fn retrying(client: Client) -> Client {
    client.with_retry(RetryPolicy::default().initial_backoff(Duration::ZERO))
}

#[track_caller]
fn is_final(error: &Error) {
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(!error.may_have_arrived() && error.source().is_some(), "{error:?}");
    assert_eq!(error.attempts().unwrap().count, 1);
    assert!(!shown(error).contains(KEY));
}

#[test]
fn server_without_tls_is_not_retried() {
    for words in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n"] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut streams = listener.incoming().map(Result::unwrap);
            // Up to a connection on which nothing is sent.
            let is_client = |mut stream: TcpStream| {
                let is_client = stream.read(&mut [0; 4096]).unwrap_or_default() > 0;
                stream.write_all(words.as_bytes()).unwrap();
                is_client
            };
            streams.by_ref().map(is_client).take_while(|is_client| *is_client).count()
        });
        let client = retrying(client_of(&format!("https://{address}")));
        is_final(&client.call(&GetImages::new()).unwrap_err());
        let create = CreateImage::new(SourceId::new("s1").unwrap());
        is_final(&client.call(&create).unwrap_err());
        drop(TcpStream::connect(address).unwrap());
        assert_eq!(server.join().unwrap(), 2);
    }
}

/// As with a provider that can't be used, or a host that has no name for TLS.
#[test]
fn tls_that_cannot_begin_is_not_retried() {
    for error in [
        || ureq::Error::Tls("no name for TLS"),
        || ureq::Error::Rustls(rustls::Error::General("no provider".to_owned())),
    ] {
        let failing = move |_: Request<SendBody<'_>>, _: MiddlewareNext<'_>| Err(error());
        let agent = Agent::config_builder().middleware(failing).build().new_agent();
        let client = retrying(Client::from_agent(hub_at("https://127.0.0.1:1"), agent));
        is_final(&client.call(&GetImages::new()).unwrap_err());
    }
}
