//! Connections that come to no TLS.

use std::error::Error as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cycle_images::error::Attempts;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{Operation, SourceId};
use cycle_images_tests::support::hub_at;
use cycle_images_ureq::{Client, Error};
use ureq::http::Request;
use ureq::middleware::MiddlewareNext;
use ureq::{Agent, SendBody};

use crate::{KEY, client_of, shown};

/// A server that answers whatever is said to it with these words, and counts how often that is.
struct Plain {
    address: SocketAddr,
    thread: JoinHandle<usize>,
}

impl Plain {
    fn saying(words: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let mut count = 0;
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // A connection that says nothing is the end.
                if stream.read(&mut [0; 4096]).unwrap_or_default() == 0 {
                    break;
                }
                count += 1;
                stream.write_all(words.as_bytes()).unwrap();
            }
            count
        });
        Self { address, thread }
    }

    fn count(self) -> usize {
        drop(TcpStream::connect(self.address).unwrap());
        self.thread.join().unwrap()
    }
}

#[track_caller]
fn fails_once<O: Operation + Clone>(operation: &O) {
    for words in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n"] {
        let server = Plain::saying(words);
        let client = client_of(&format!("https://{}", server.address));
        let client = client.with_retry(RetryPolicy::default().initial_backoff(Duration::ZERO));
        let error = client.call(operation).err().unwrap();
        assert!(
            matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
            "{error:?}"
        );
        assert!(!error.may_have_arrived() && error.source().is_some(), "{error:?}");
        assert!(!shown(&error).contains(KEY));
        assert_eq!(server.count(), 1);
    }
}

/// An agent whose TLS fails in this way.
fn agent_failing(error: fn() -> ureq::Error) -> Agent {
    let failing = move |_: Request<SendBody<'_>>, _: MiddlewareNext<'_>| Err(error());
    Agent::config_builder().middleware(failing).build().new_agent()
}

/// As with a provider that can't be used, or a host that has no name for TLS.
#[test]
fn tls_that_cant_begin_is_not_retried() {
    for error in [
        || ureq::Error::Tls("no name for TLS"),
        || ureq::Error::Rustls(rustls::Error::General("no provider".to_owned())),
    ] {
        let client = Client::with_agent(hub_at("https://127.0.0.1:1"), agent_failing(error));
        let client = client.with_retry(RetryPolicy::default().initial_backoff(Duration::ZERO));
        let error = client.call(&GetImages::new()).unwrap_err();
        assert!(
            matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
            "{error:?}"
        );
        assert!(!error.may_have_arrived(), "{error:?}");
    }
}

/// Nothing of the request is sent before TLS is there, and it will be there no sooner the next
/// time.
#[test]
fn a_server_that_speaks_no_tls() {
    fails_once(&GetImages::new());
    fails_once(&CreateImage::new(SourceId::new("s1").unwrap()));
}
