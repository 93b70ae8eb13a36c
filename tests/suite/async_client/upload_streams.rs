//! How much of a tar is in memory at once, and what is left of it after the upload.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cycle_images_async::Transport;
use futures_util::future::{Either, select};

use crate::cancelled::has_no_task;
use crate::streams::{Served, read_head};
use crate::upload_fixtures::{image, made};
use crate::{block_on, hyper, reqwest, tower, uploader};

const MIB: u64 = 1 << 20;

/// The transports, by name.
fn each(mut test: impl FnMut(Box<dyn Transport>)) {
    test(Box::new(reqwest()));
    test(Box::new(hyper()));
    test(Box::new(tower()));
}

/// A boxed transport.
struct Boxed(Box<dyn Transport>);

impl Transport for Boxed {
    fn send(&self, request: http::Request<Vec<u8>>) -> crate::manual_transport::Sending {
        self.0.send(request)
    }

    fn upload(
        &self,
        request: http::Request<cycle_images_async::Body>,
    ) -> crate::manual_transport::Sending {
        self.0.upload(request)
    }
}

/// Reads an upload to its end, a megabyte at a time. Returns the most that was pulled from the tar
/// before it was read.
fn read_slowly(stream: &TcpStream, pulled: &AtomicU64) -> std::io::Result<u64> {
    let mut reader = BufReader::new(stream);
    let head = read_head(&mut reader)?.to_lowercase();
    let length = head.split_once("content-length: ").unwrap().1.lines().next().unwrap().to_owned();
    let length: u64 = length.parse().unwrap();
    let (mut read, mut ahead) = (0, 0);
    while read < length {
        ahead = ahead.max(pulled.load(Ordering::SeqCst).saturating_sub(read));
        let mut piece = reader.by_ref().take(MIB.min(length - read));
        let count = std::io::copy(&mut piece, &mut std::io::sink())?;
        assert!(count > 0, "it ended after {read} of {length} bytes");
        read += count;
    }
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    Ok(ahead)
}

/// The buffers of a connection and a piece or two are in memory.
#[test]
fn tar_is_read_as_it_is_sent() {
    const SIZE: u64 = 192 * MIB;
    each(|transport| {
        let (tar, pulled) = made(SIZE, 1 << 16);
        let counter = Arc::clone(&pulled);
        let factory = Served::by(move |stream, _| read_slowly(&stream, &counter).unwrap()).unwrap();
        block_on(uploader(&factory.url(), Boxed(transport)).upload(&image(), tar)).unwrap();
        let ahead = factory.end();
        assert!(ahead < SIZE / 2, "{ahead} bytes");
        assert_eq!(pulled.load(Ordering::SeqCst), SIZE);
    });
}

/// A factory that reads the start of an upload, responds or not, and discards the rest.
fn factory(response: Option<&'static str>) -> Served<u64> {
    Served::by(move |mut stream, passed| {
        stream.read_exact(&mut [0; 4096]).unwrap();
        stream.write_all(response.unwrap_or_default().as_bytes()).unwrap();
        passed.store(4096, Ordering::SeqCst);
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or_default()
    })
    .unwrap()
}

/// After its response, or when the future is dropped.
#[test]
fn tar_is_not_read_after_the_end_of_its_upload() {
    const ENDLESS: u64 = 1 << 50;
    let refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
    for response in [None, Some(refusal)] {
        each(|transport| {
            block_on(async {
                let factory = factory(response);
                let (tar, pulled) = made(ENDLESS, 1 << 16);
                let client = uploader(&factory.url(), Boxed(transport));
                let image = image();
                let upload = Box::pin(client.upload(&image, tar));
                let begun = Box::pin(async {
                    while factory.passed() == 0 || response.is_some() {
                        tokio::task::yield_now().await;
                    }
                });
                match select(upload, begun).await {
                    Either::Left((uploaded, _)) => {
                        assert!(response.is_some() && uploaded.is_err(), "{uploaded:?}");
                    }
                    Either::Right(((), upload)) => drop(upload),
                }
                drop(client);
                has_no_task().await;
                assert_eq!(Arc::strong_count(&pulled), 1, "the tar isn't dropped");
                let ended = tokio::task::spawn_blocking(|| factory.end());
                assert!(ended.await.unwrap() < 1 << 30);
            });
        });
    }
}
