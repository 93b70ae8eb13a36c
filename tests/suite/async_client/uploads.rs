//! Tars on their way to the factory, by every ready transport.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use cycle_images_async::{Client, Tar, Tokio, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use futures_util::stream;

use crate::clients::{hyper, reqwest, tower};
use crate::upload_fixtures::{bytes, image, of};
use crate::{hub_of, runtime};

/// A client of a factory alone.
pub(crate) fn uploader<T: Transport + 'static>(factory: &str, transport: T) -> Client {
    let hub = hub_of("http://core.invalid").with_factory_url(factory).unwrap();
    Client::new(hub, transport, Tokio)
}

async fn tells_progress(transport: impl Transport + 'static) {
    let factory = RawServer::start([Answer::new("HTTP/1.1 200 OK\r\n\r\n").close()]).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let client = uploader(&factory.url(), transport);
    let tar = of(&bytes(1000), 300).with_progress(move |sent| {
        note.lock().unwrap().push(sent);
        ControlFlow::Continue(())
    });
    client.upload(&image(), tar).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [300, 600, 900, 1000]);
}

#[test]
fn progress_is_reported_for_each_piece() {
    runtime().block_on(tells_progress(reqwest()));
    runtime().block_on(tells_progress(hyper()));
    runtime().block_on(tells_progress(tower()));
}

/// What is behind the size is neither sent nor asked for; and a piece may be empty.
#[test]
fn a_tar_is_truncated_to_its_size() {
    let factory = RawServer::start(vec![Answer::new("HTTP/1.1 204 \r\n\r\n"); 3]).unwrap();
    let client = uploader(&factory.url(), hyper());
    let tar = |pieces: Vec<&'static str>, size| {
        let never = stream::repeat_with(|| panic!("it has ended"));
        let pieces = stream::iter(pieces.into_iter().map(Ok));
        Tar::new(futures_util::StreamExt::chain(pieces, never), size)
    };
    runtime().block_on(async {
        client.upload(&image(), tar(vec!["", "abc", "", "defghi"], 5)).await.unwrap();
        client.upload(&image(), tar(vec!["abc", "de"], 5)).await.unwrap();
        let empty = tar(vec![], 0).with_progress(|sent| panic!("{sent} bytes"));
        client.upload(&image(), empty).await.unwrap();
    });
    let bodies: Vec<String> = factory.requests();
    for (body, expected) in bodies.iter().zip(["abcde", "abcde", ""]) {
        assert!(body.contains(&format!("x-tar\r\n\r\n{expected}\r\n--")), "{body}");
    }
}

/// One that is on its way at once asks for no leave.
#[test]
fn expect_100_continue_is_sent_from_64_kib_on() {
    const SMALL: usize = 64 << 10;
    for (size, asks) in [(0, false), (SMALL, false), (SMALL + 1, true)] {
        let factory = RawServer::start([Answer::new("HTTP/1.1 204 \r\n\r\n")]).unwrap();
        let client = uploader(&factory.url(), hyper());
        let tar = of(&vec![b'.'; size], 10_000);
        runtime().block_on(client.upload(&image(), tar)).unwrap();
        let request = factory.requests().concat().to_lowercase();
        assert_eq!(request.contains("\r\nexpect: 100-continue\r\n"), asks, "{size}");
    }
}
