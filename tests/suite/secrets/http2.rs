//! Requests over HTTP/2.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use cycle_images::images::GetImages;
use cycle_images::recorded::Session;
use cycle_images_tests::raw_server::RawServer;

use crate::Search;
use crate::clients::{Client, Kind};
use crate::planted::waiting_image;

/// The crates that log a secret of a request over HTTP/2, whose connection is closed after it.
pub(crate) fn over_http2() -> BTreeSet<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        [(); 2].map(|()| {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
            stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
            while !has_headers(&read) {
                let count = stream.read(&mut buffer).unwrap();
                read.extend_from_slice(&buffer[..count]);
            }
        })
    });
    let kind = Kind::ReqwestOverHttp2;
    let elsewhere = RawServer::start([]).unwrap();
    let mut search = Search { kind, elsewhere, found: Vec::new(), others: BTreeSet::new() };
    let session = Session::record();
    let client = Client::new(kind, search.hub(&url, &url), &session);
    search.search_outcome("HTTP/2", client.call(&GetImages::new()), &session);
    search.search_outcome("HTTP/2", client.upload(&waiting_image()), &session);
    server.join().unwrap();
    assert!(search.found.is_empty(), "{}", search.found.join("\n"));
    search.others
}

/// Whether a frame of headers has begun after the preface of HTTP/2.
fn has_headers(read: &[u8]) -> bool {
    const HEADERS: u8 = 1;
    let mut rest = read.get(24..).unwrap_or_default();
    while let [a, b, c, kind, ..] = *rest {
        if kind == HEADERS {
            return true;
        }
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    false
}
