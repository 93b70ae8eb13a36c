//! How large an answer may be, and how it may be packed.

use std::io::Write;

use cycle_images::ImageId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImageBuildLog;
use cycle_images_async::{Client, Error, Tokio, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::clients::{hyper, reqwest, tower};
use crate::streams::pouring;
use crate::{hub_of, runtime};

const MIB: usize = 1 << 20;

/// The document of a build log that is so many bytes long as a whole.
fn document(length: usize) -> String {
    let (head, tail) = (r#"{"data":{"id":"1","log":""#, r#""}}"#);
    let log = "=".repeat(length - head.len() - tail.len());
    format!("{head}{log}{tail}")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: Vec<u8>) -> Fault {
    let json = ("content-type".to_owned(), "application/json".to_owned());
    let gzip = ("content-encoding".to_owned(), "gzip".to_owned());
    Fault::Answer { status: 200, headers: vec![json, gzip], body }
}

fn log_length(url: &str, transport: impl Transport + 'static) -> Result<usize, Error> {
    let client = Client::new(hub_of(url), transport, Tokio);
    let client = client.with_retry(RetryPolicy::disabled());
    let log = GetImageBuildLog::new(ImageId::new("1").unwrap());
    Ok(runtime().block_on(client.call(&log))?.data.log.len())
}

#[track_caller]
fn names_the_limit(read: Result<usize, Error>, bytes: usize) {
    let error = read.unwrap_err();
    let Error::BodyTooLarge { operation, limit, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*operation, *limit), ("GetImageBuildLog", bytes as u64));
    assert!(error.may_have_arrived());
}

/// A body of a gigabyte, told beforehand or not, is read up to about the limit: what else the
/// server gets rid of is in the system's buffers.
fn stops_reading(read: impl Fn(&str) -> Result<usize, Error>) {
    const FAR: u64 = 1 << 30;
    const BUFFERS: u64 = 64 << 20;
    let told = format!("Content-Length: {FAR}\r\n\r\n");
    let piece = vec![b'='; 65_536];
    let chunk = [b"10000\r\n", piece.as_slice(), b"\r\n"].concat();
    let chunked = "Transfer-Encoding: chunked\r\n\r\n".to_owned();
    for (framing, bytes) in [(told, piece.clone()), (chunked, chunk), ("\r\n".to_owned(), piece)] {
        let server = pouring(format!("HTTP/1.1 200 OK\r\n{framing}").into(), bytes, FAR).unwrap();
        names_the_limit(read(&server.url()), MIB);
        let written = server.end();
        assert!(written < BUFFERS, "{written} bytes of {framing:?}");
    }
}

#[test]
fn past_the_limit_nothing_is_read() {
    stops_reading(|url| log_length(url, reqwest().with_body_limit(MIB as u64)));
    stops_reading(|url| log_length(url, hyper().with_body_limit(MIB as u64)));
    stops_reading(|url| log_length(url, tower().with_body_limit(MIB as u64)));
}

#[test]
fn the_limit_is_64_mib_unless_it_is_set() {
    const PIECE: u64 = 65_536;
    let most = 64 * MIB as u64;
    for read in [
        |url: &str| log_length(url, reqwest()),
        |url: &str| log_length(url, hyper()),
        |url: &str| log_length(url, tower()),
    ] {
        let answered = |bytes: u64| {
            let head = b"HTTP/1.1 500 Internal Server Error\r\n\r\n".to_vec();
            let server = pouring(head, vec![b' '; PIECE as usize], bytes).unwrap();
            read(&server.url())
        };
        let error = answered(most).unwrap_err();
        assert_eq!(error.response().unwrap().status(), 500);
        names_the_limit(answered(most + PIECE), 64 * MIB);
    }
}

#[test]
fn gzip_is_decompressed_and_the_limit_applies_after_it() {
    let sandbox = Sandbox::start().unwrap();
    let small = gzip(document(MIB + 1).as_bytes());
    assert!(small.len() < 10_000);
    sandbox.fault(gzipped(small));
    sandbox.fault(gzipped(gzip(document(MIB).as_bytes())));
    let read = || log_length(sandbox.url(), reqwest().with_body_limit(MIB as u64));
    names_the_limit(read(), MIB);
    assert_eq!(read().unwrap(), MIB - 28);
    assert_eq!(sandbox.requests()[0].header("accept-encoding"), Some("gzip"));
}

/// A packed body without an end: each of its pieces expands to a megabyte.
#[test]
fn a_bomb_does_not_go_off() {
    const FAR: u64 = 1 << 30;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![b' '; MIB]).unwrap();
    encoder.flush().unwrap();
    // Behind the header are whole blocks, which may come again and again.
    let (gzip, blocks) = encoder.get_ref().split_at(10);
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    let server = pouring([head, gzip].concat(), blocks.to_vec(), FAR).unwrap();
    names_the_limit(log_length(&server.url(), reqwest().with_body_limit(2 * MIB as u64)), 2 * MIB);
    assert!(server.end() < FAR);
}

#[test]
fn a_truncated_body_is_an_error() {
    let sandbox = Sandbox::start().unwrap();
    let mut body = gzip(document(1000).as_bytes());
    body.truncate(body.len() - 4);
    sandbox.fault(gzipped(body));
    let lost = |read: Result<usize, Error>| {
        let error = read.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(error.may_have_arrived());
    };
    lost(log_length(sandbox.url(), reqwest()));
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":";
    let server = RawServer::start(vec![Answer::new(half).close(); 3]).unwrap();
    lost(log_length(&server.url(), reqwest()));
    lost(log_length(&server.url(), hyper()));
    lost(log_length(&server.url(), tower()));
}
