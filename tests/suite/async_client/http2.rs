//! HTTP/2, with a server that writes frames.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use cycle_images::SourceId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::CreateImage;
use cycle_images_async::{Client, Error, Hyper, Reqwest, Tokio, Transport};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;

use crate::manual_transport::at_once;
use crate::{block_on, hub_of};

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

/// How a server refuses a request.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    OfStream,
    OfConnection,
    /// It resets the stream with an error of its own, and may have processed the request.
    AfterProcessing,
    /// It refuses later requests alone, and closes the connection.
    OfLaterStreams,
}

/// A server that refuses every request, and counts them.
struct Refusing {
    address: SocketAddr,
    thread: JoinHandle<usize>,
}

impl Refusing {
    fn by(refusal: Refusal) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let mut count = 0;
            for stream in listener.incoming() {
                let before = count;
                // An error is the end of a connection as well.
                let _ = refuse(&stream.unwrap(), refusal, &mut count);
                // A connection without a request is the end.
                if count == before {
                    break;
                }
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

fn refuse(mut stream: &TcpStream, refusal: Refusal, count: &mut usize) -> io::Result<()> {
    stream.read_exact(&mut [0; b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len()])?;
    stream.write_all(&frame(SETTINGS, 0, &[]))?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let [a, b, c, kind, _flags, id @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut payload)?;
        if kind != HEADERS {
            continue;
        }
        *count += 1;
        match refusal {
            Refusal::OfStream => {
                let refused = 7_u32.to_be_bytes();
                stream.write_all(&frame(RST_STREAM, u32::from_be_bytes(id), &refused))?;
            }
            Refusal::OfConnection => {
                // No stream was processed, and there is no error.
                stream.write_all(&frame(GOAWAY, 0, &[0; 8]))?;
            }
            Refusal::AfterProcessing => {
                let failed = 2_u32.to_be_bytes();
                stream.write_all(&frame(RST_STREAM, u32::from_be_bytes(id), &failed))?;
            }
            Refusal::OfLaterStreams => {
                stream.write_all(&frame(GOAWAY, 0, &[id, [0; 4]].concat()))?;
                return stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[..], &[kind, 0], &stream.to_be_bytes(), payload].concat()
}

/// The error of creating an image, with reqwest and with hyper, and the server of each.
fn refused_by(refusal: Refusal, retry: RetryPolicy) -> [(Refusing, Error); 2] {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let refused = |transport: Box<dyn Transport>| {
        let server = Refusing::by(refusal);
        let hub = hub_of(&format!("http://{}", server.address));
        let transport = move |request| transport.send(request);
        let client = Client::new(hub, transport, Tokio).with_retry(retry);
        let error = block_on(client.call(&create)).unwrap_err();
        (server, error)
    };
    let reqwest = Reqwest::build(reqwest::Client::builder().http2_prior_knowledge()).unwrap();
    let mut hyper = legacy::Client::builder(TokioExecutor::new());
    let hyper = hyper.http2_only(true).retry_canceled_requests(false).build_http();
    [refused(Box::new(reqwest)), refused(Box::new(Hyper::new(hyper)))]
}

/// The retry policy decides what is sent again, not the HTTP client. A refused request was not
/// processed: even a POST is sent again.
#[test]
fn refused_post_is_sent_as_often_as_the_policy_allows() {
    let policies = [(1, RetryPolicy::disabled()), (3, at_once().max_attempts(3))];
    for refusal in [Refusal::OfStream, Refusal::OfConnection] {
        for (count, retry) in policies {
            for (server, error) in refused_by(refusal, retry) {
                assert!(!error.may_have_arrived(), "{error:?}");
                assert_eq!(error.attempts().unwrap().count, count);
                assert_eq!(server.count(), count as usize, "{refusal:?}");
            }
        }
    }
}

/// As is one of a stream that is reset, or that is not above the last one of a GOAWAY.
#[test]
fn post_that_may_have_been_processed_is_sent_once() {
    for refusal in [Refusal::AfterProcessing, Refusal::OfLaterStreams] {
        for (server, error) in refused_by(refusal, at_once()) {
            assert!(error.may_have_arrived(), "{error:?}");
            assert_eq!(server.count(), 1, "{refusal:?}");
        }
    }
}
