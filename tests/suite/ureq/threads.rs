//! One client for many threads.

use std::thread;

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImage, GetImages};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Error, Items};

use crate::client;

#[test]
fn client_errors_and_items_are_send() {
    fn is_shareable<T: Send + Sync + 'static>() {}
    fn is_clone<T: Clone>() {}
    fn is_send<T: Send>() {}
    is_shareable::<Client>();
    is_shareable::<Error>();
    is_clone::<Client>();
    is_send::<Items<GetImages>>();
}

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
            let image = client.call(&CreateImage::new(&source).name(&name)).unwrap().data;
            let read = client.call(&GetImage::new(&image.id)).unwrap().data;
            assert_eq!((read.id, read.name, image.name), (image.id, name.clone(), name));
        }
    };
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (client, work) = (&client, &work);
            let clone = client.clone();
            scope.spawn(move || work(if thread % 2 == 0 { client } else { &clone }, thread));
        }
    });
    assert_eq!(sandbox.requests().len(), THREADS * CALLS * 2);
}
