//! HTTP/2, by a server whose frames are written by hand.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use cycle_images::SourceId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::CreateImage;
use cycle_images_async::{Client, Error, Hyper, Reqwest, Tokio, Transport};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::manual_transport::at_once;
use crate::{hub_of, runtime};

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

/// How a server says that it did nothing of a request.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    OfStream,
    OfConnection,
    /// It doesn't say so: it resets the stream with an error of its own.
    AfterProcessing,
    /// It says so of later requests alone, and closes the connection.
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
                // No stream was looked at, and there is no error.
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

/// Creates an image at a server that refuses each request: how the last attempt ended.
fn refused(server: &Refusing, transport: impl Transport + 'static, retry: RetryPolicy) -> Error {
    let hub = hub_of(&format!("http://{}", server.address));
    let client = Client::new(hub, transport, Tokio).with_retry(retry);
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    runtime().block_on(client.call(&create)).unwrap_err()
}

fn reqwest() -> Reqwest {
    Reqwest::build(reqwest::Client::builder().http2_prior_knowledge()).unwrap()
}

fn hyper() -> Hyper<HttpConnector> {
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    Hyper::new(builder.http2_only(true).retry_canceled_requests(false).build_http())
}

/// What is sent again is the policy's to say, and not the HTTP client's. A server that refuses a
/// request has not processed it: even a POST is sent again.
#[test]
fn a_post_that_is_refused_is_sent_as_often_as_the_policy_says() {
    let policies = [(1, RetryPolicy::disabled()), (3, at_once().max_attempts(3))];
    for refusal in [Refusal::OfStream, Refusal::OfConnection] {
        for (count, retry) in policies {
            let is_refused = |error: &Error| {
                let Error::Transport { attempts, may_have_arrived: false, .. } = error else {
                    panic!("{error:?}")
                };
                assert_eq!(attempts.count, count);
            };
            let server = Refusing::by(refusal);
            is_refused(&refused(&server, reqwest(), retry));
            assert_eq!(server.count(), count as usize, "{refusal:?}");
            let server = Refusing::by(refusal);
            is_refused(&refused(&server, hyper(), retry));
            assert_eq!(server.count(), count as usize, "{refusal:?}");
        }
    }
}

/// The server may have processed a request of a stream that it then resets, or that is not above
/// the last one of its GOAWAY.
#[test]
fn a_post_that_may_have_been_processed_is_sent_once() {
    for refusal in [Refusal::AfterProcessing, Refusal::OfLaterStreams] {
        for is_hyper in [false, true] {
            let server = Refusing::by(refusal);
            let error = match is_hyper {
                true => refused(&server, hyper(), at_once()),
                false => refused(&server, reqwest(), at_once()),
            };
            assert!(error.may_have_arrived(), "{error:?}");
            assert_eq!(server.count(), 1, "{refusal:?}");
        }
    }
}
