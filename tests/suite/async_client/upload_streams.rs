//! How much of a tar is on its way at once, and what is left of it when the upload is.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cycle_images_async::Transport;
use futures_util::future::{Either, select};

use crate::cancelled::has_no_task;
use crate::clients::{hyper, reqwest, tower};
use crate::runtime;
use crate::streams::{Served, read_head};
use crate::upload_fixtures::{image, made};
use crate::uploads::uploader;

const MIB: u64 = 1 << 20;

/// Reads an upload to its end, a megabyte at a time; gives the most that was pulled from the tar
/// ahead of what had been read.
fn read_slowly(stream: &TcpStream, pulled: &AtomicU64) -> std::io::Result<u64> {
    let mut reader = BufReader::new(stream);
    let head = read_head(&mut reader)?.to_lowercase();
    let length = head.split_once("content-length: ").unwrap().1.lines().next().unwrap().to_owned();
    let length: u64 = length.parse().unwrap();
    let (mut read, mut ahead) = (0, 0);
    while read < length {
        ahead = ahead.max(pulled.load(Ordering::SeqCst).saturating_sub(read));
        let count =
            std::io::copy(&mut reader.by_ref().take(MIB.min(length - read)), &mut std::io::sink())?;
        assert!(count > 0, "it ended after {read} of {length} bytes");
        read += count;
    }
    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    Ok(ahead)
}

/// What is ahead is a piece or two, and what the system holds for a connection.
async fn holds_little(transport: impl Transport + 'static) {
    const SIZE: u64 = 192 * MIB;
    const LITTLE: u64 = 96 * MIB;
    let (tar, pulled) = made(SIZE, 1 << 16);
    let counter = Arc::clone(&pulled);
    let factory = Served::by(move |stream, _| read_slowly(&stream, &counter).unwrap()).unwrap();
    let client = uploader(&factory.url(), transport);
    client.upload(&image(), tar).await.unwrap();
    let ahead = factory.end();
    assert!(ahead < LITTLE, "{ahead} bytes");
    assert_eq!(pulled.load(Ordering::SeqCst), SIZE);
}

#[test]
fn a_tar_is_read_as_it_is_sent() {
    runtime().block_on(holds_little(reqwest()));
    runtime().block_on(holds_little(hyper()));
    runtime().block_on(holds_little(tower()));
}

/// A factory that takes the first of an upload in, and waits until the connection ends.
fn taking_little() -> Served<u64> {
    Served::by(|stream, passed| {
        let mut first = [0; 4096];
        (&stream).read_exact(&mut first).unwrap();
        passed.store(4096, Ordering::SeqCst);
        // What is still in the system's buffers comes, and then the end.
        let rest = std::io::copy(&mut &stream, &mut std::io::sink());
        rest.unwrap_or_default()
    })
    .unwrap()
}

async fn stops(transport: impl Transport + 'static) {
    const ENDLESS: u64 = 1 << 50;
    let factory = taking_little();
    let (tar, pulled) = made(ENDLESS, 1 << 16);
    let client = uploader(&factory.url(), transport);
    let image = image();
    let upload = Box::pin(client.upload(&image, tar));
    let begun = Box::pin(async {
        while factory.passed() == 0 {
            tokio::task::yield_now().await;
        }
    });
    let Either::Right(((), upload)) = select(upload, begun).await else { panic!("it has ended") };
    drop(upload);
    drop(client);
    has_no_task().await;
    assert_eq!(Arc::strong_count(&pulled), 1, "somebody has the tar");
    let ended = tokio::task::spawn_blocking(|| factory.end());
    assert!(ended.await.unwrap() < ENDLESS);
}

#[test]
fn an_upload_that_is_dropped_reads_no_more_of_its_tar() {
    runtime().block_on(stops(reqwest()));
    runtime().block_on(stops(hyper()));
    runtime().block_on(stops(tower()));
}
