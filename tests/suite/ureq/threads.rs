//! One client for many threads.

use std::thread;

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImage};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Error};

use crate::client;

fn is_shareable<T: Send + Sync + 'static>() {}

#[test]
fn a_client_and_its_errors_can_go_anywhere() {
    is_shareable::<Client>();
    is_shareable::<Error>();
    fn is_clone<T: Clone>() {}
    is_clone::<Client>();
}

/// Each thread's calls, by reference and by clone, get the answers that belong to them.
#[test]
fn threads_get_their_own_responses() {
    const THREADS: usize = 8;
    const CALLS: usize = 5;

    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let work = |client: &Client, thread: usize| {
        for call in 0..CALLS {
            let name = format!("image {thread}.{call}");
            let create = CreateImage::new(&source).name(&name);
            let image = client.call(&create).unwrap().data;
            assert_eq!(image.name, name);
            let read = client.call(&GetImage::new(&image.id)).unwrap().data;
            assert_eq!((read.id, read.name), (image.id, name));
        }
    };
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (client, work) = (&client, &work);
            let clone = client.clone();
            scope.spawn(move || match thread % 2 {
                0 => work(client, thread),
                _ => work(&clone, thread),
            });
        }
    });
    assert_eq!(sandbox.requests().len(), THREADS * CALLS * 2);
}
