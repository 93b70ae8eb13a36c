//! HTTP/2, by a server whose frames are written by hand.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use cycle_images::SourceId;
use cycle_images::error::Attempts;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::CreateImage;
use cycle_images_async::{Client, Error, Reqwest, Tokio};

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
        }
    }
}

fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[..], &[kind, 0], &stream.to_be_bytes(), payload].concat()
}

/// What is sent again is the policy's to say, and not reqwest's.
#[test]
fn a_post_that_is_refused_is_sent_as_often_as_the_policy_says() {
    for refusal in [Refusal::OfStream, Refusal::OfConnection] {
        let server = Refusing::by(refusal);
        let builder = reqwest::Client::builder().http2_prior_knowledge();
        let transport = Reqwest::build(builder).unwrap();
        let client = Client::new(hub_of(&format!("http://{}", server.address)), transport, Tokio)
            .with_retry(RetryPolicy::disabled());
        let create = CreateImage::new(SourceId::new("s1").unwrap());
        let error = runtime().block_on(client.call(&create)).unwrap_err();
        assert!(
            matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
            "{error:?}"
        );
        drop(client);
        assert_eq!(server.count(), 1, "{refusal:?}");
    }
}
