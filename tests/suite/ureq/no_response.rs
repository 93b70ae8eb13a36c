//! Answers that take too long.

use std::error::Error as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Error, Tar};

use crate::uploads::{uploader, waiting};
use crate::{KEY, client_of, failure, hub, once, shown};

const SHORT: Duration = Duration::from_millis(100);

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn is_timeout(error: &Error, arrived: bool) {
    match error {
        Error::Timeout { limit, .. } => assert_eq!(*limit, Some(SHORT)),
        other => panic!("{other:?}"),
    }
    assert_eq!(error.may_have_arrived(), arrived, "{error:?}");
    let (problem, advice) = match arrived {
        true => ("response from", "it is safe to send it again"),
        false => ("connection to", "nothing was sent: check the network and the base URL"),
    };
    let said = error.to_string();
    assert!(said.starts_with(&format!("GetImages timed out: no {problem} 127.0.0.1:")), "{said}");
    assert!(said.contains(" within 0.1 s (1 attempt in ") && said.ends_with(advice), "{said}");
    let source = error.source().unwrap().to_string();
    assert!(!source.is_empty() && !error.to_string().contains(&source), "{source}");
    assert!(error.response().is_none());
    assert!(!shown(error).contains(KEY));
}

/// The time to connect covers the TLS handshake, before which nothing of the request is sent.
#[test]
fn a_connect_timeout() {
    let server = RawServer::start([Answer::new("").hold()]).unwrap();
    let url = format!("https://{}", server.address());
    let start = Instant::now();
    let error = failure(&client_of(&url).with_connect_timeout(SHORT));
    assert!(start.elapsed() < LONG);
    is_timeout(&error, false);
}

/// The answer to an upload has one time, from the last byte of the tar to the last of its own.
#[test]
fn an_upload_response_that_is_slow_twice() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    // Neither the head nor the body takes more than the limit alone.
    let limit = Duration::from_millis(400);
    let head = ["HTTP/1.1 200", " OK", "\r\nContent-Length: 4", "\r\n\r\n"];
    let answer = Answer::new("").slowly(limit / 5, head.into_iter().chain([" "; 4]));
    let server = RawServer::start([answer]).unwrap();
    let client = Client::new(hub(&sandbox).with_factory_url(&server.url()).unwrap());
    let tar = Tar::new(&[0; 1000][..], 1000);
    let error = client.with_attempt_timeout(limit).upload(&image, tar).unwrap_err();
    assert!(error.is_timeout());
    let Error::Upload { source, sent: 1000, size: 1000, .. } = error else { panic!("{error:?}") };
    let Error::Timeout { limit: told, .. } = *source.downcast().unwrap() else { panic!() };
    assert_eq!(told, Some(limit));
}

/// A factory that never finishes its leave to send is not waited for, not even by a client whose
/// time is shorter than that of the wait.
#[test]
fn an_endless_100_continue() {
    for limit in [Duration::from_millis(250), LONG] {
        let sandbox = Sandbox::start().unwrap();
        let image = waiting(&sandbox, &uploader(&sandbox));
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
            // The tar comes all the same, and then the rest is said.
            reader.read_exact(&mut [0; 1000]).unwrap();
            stream.write_all(b"tinue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").unwrap();
            io::copy(&mut reader, &mut io::sink()).unwrap();
        });
        let client = once(Client::new(hub(&sandbox).with_factory_url(&url).unwrap()));
        let client = client.with_attempt_timeout(limit);
        let tar = Tar::new(&[0; 1000][..], 1000);
        client.upload(&image, tar).unwrap();
        drop(client);
        factory.join().unwrap();
    }
}

/// However much of the tar the system took before: the limit of a piece isn't added up.
#[test]
fn an_upload_that_the_factory_does_not_read_ends_in_its_limit() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    // It accepts by the system alone, and never reads.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let limit = Duration::from_millis(800);
    let client = Client::new(hub(&sandbox).with_factory_url(&url).unwrap());
    for size in [1_000, 32 << 20] {
        let start = Instant::now();
        let tar = Tar::new(std::io::repeat(b'.').take(size), size);
        let error = client.clone().with_attempt_timeout(limit).upload(&image, tar).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert!(start.elapsed() < 2 * limit, "{size}: {:?}", start.elapsed());
    }
}
