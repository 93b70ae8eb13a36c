//! Time limits that the blocking client keeps in its own way.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::uploads::waiting_image;
use cycle_images_ureq::{Client, Error, Tar};

use crate::{LONG, client_of, failure, once, shown};

fn uploader(factory: &str) -> Client {
    let hub = client_of("http://core.invalid").hub().clone();
    once(Client::new(hub.with_factory_url(factory).unwrap()))
}

/// The time to connect covers the TLS handshake, before which nothing of the request is sent.
#[test]
fn tls_handshake_that_stalls_is_a_connect_timeout() {
    const SHORT: Duration = Duration::from_millis(100);
    let server = RawServer::start([Answer::new("").hold()]).unwrap();
    let client = client_of(&format!("https://{}", server.address()));
    let start = Instant::now();
    let error = failure(&client.with_connect_timeout(SHORT));
    assert!(start.elapsed() < LONG);
    assert!(matches!(error, Error::Timeout { limit: Some(SHORT), .. }), "{error:?}");
    assert!(!error.may_have_arrived());
    let text = error.to_string();
    assert!(text.starts_with("GetImages timed out: no connection to 127.0.0.1:"), "{text}");
    assert!(text.contains(" within 0.1 s (") && text.contains("; nothing was sent: "), "{text}");
    assert!(!shown(&error).contains(crate::KEY));
}

/// The response to an upload has one limit, from the last byte of the tar to its own last one.
#[test]
fn upload_response_with_a_slow_head_and_a_slow_body_times_out() {
    // Neither the head nor the body takes more than the limit alone.
    let limit = Duration::from_millis(400);
    let head = ["HTTP/1.1 200", " OK", "\r\nContent-Length: 4", "\r\n\r\n"];
    let answer = Answer::new("").slowly(limit / 5, head.into_iter().chain([" "; 4]));
    let server = RawServer::start([answer]).unwrap();
    let client = uploader(&server.url()).with_attempt_timeout(limit);
    let tar = Tar::new(&[0; 1000][..], 1000);
    let error = client.upload(&waiting_image("t"), tar).unwrap_err();
    assert!(error.is_timeout());
    let Error::Upload { source, sent: 1000, size: 1000, .. } = error else { panic!("{error:?}") };
    let source: Error = *source.downcast().unwrap();
    assert!(matches!(source, Error::Timeout { limit: Some(within), .. } if within == limit));
}

/// Not even by a client whose time limit is shorter than that of the wait.
#[test]
fn unfinished_100_continue_is_not_awaited() {
    for limit in [Duration::from_millis(250), LONG] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let factory = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            stream.write_all(b"HTTP/1.1 100 Con").unwrap();
            // The tar is sent nevertheless; then comes the rest.
            reader.read_exact(&mut [0; 1000]).unwrap();
            stream.write_all(b"tinue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").unwrap();
            io::copy(&mut reader, &mut io::sink()).unwrap();
        });
        let client = uploader(&url).with_attempt_timeout(limit);
        client.upload(&waiting_image("t"), Tar::new(&[0; 1000][..], 1000)).unwrap();
        drop(client);
        factory.join().unwrap();
    }
}

/// However much of the tar the system buffered before: the limits of the pieces don't add up.
#[test]
fn upload_that_the_factory_does_not_read_ends_within_its_limit() {
    // The system accepts connections, and nobody reads from them.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let limit = Duration::from_millis(800);
    let client = uploader(&url).with_attempt_timeout(limit);
    for size in [1_000, 32 << 20] {
        let start = Instant::now();
        let tar = Tar::new(io::repeat(b'.').take(size), size);
        let error = client.upload(&waiting_image("t"), tar).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert!(start.elapsed() < 2 * limit, "{size}: {:?}", start.elapsed());
    }
}
