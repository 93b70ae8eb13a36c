//! A cancelled client sends nothing more, and its waits end at once.

use std::io::{Read, repeat};
use std::ops::ControlFlow;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use cycle_images::http::{Request, Response};
use cycle_images::images::{DeleteImage, GetImages};
use cycle_images::{ImageId, JobId};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_tests::support::hub as any_hub;
use cycle_images_ureq::{Client, Error, Tar};

use crate::{LONG, client, waiting};

#[test]
fn cancelled_list_is_not_read_further() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let mut items = client.items(GetImages::new().page_size(3));
    assert!(items.by_ref().take(3).all(|item| item.is_ok()));
    client.cancel();
    assert!(matches!(items.next(), Some(Err(Error::Cancelled))));
    assert!(items.next().is_none());
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn no_clone_of_a_cancelled_client_sends() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let clone = client.clone();
    assert!(!clone.is_cancelled());
    client.cancel();
    assert!(clone.is_cancelled());
    let delete = clone.call(DeleteImage::new(ImageId::new("i1").unwrap()));
    assert!(matches!(delete, Err(Error::Cancelled)), "{delete:?}");
    let track = clone.track_job(&JobId::new("j1").unwrap()).wait();
    assert!(matches!(track, Err(Error::Cancelled)), "{track:?}");
    assert!(sandbox.requests().is_empty());
}

#[test]
fn waits_of_all_threads_end_when_cancelled() {
    let client = Client::from_transport(any_hub(), |_: Request<Vec<u8>>| {
        let queued = r#"{"data": {"id": "j1", "state": {"current": "queued"}}}"#;
        Ok::<_, std::io::Error>(Response::new(queued))
    });
    let start = Instant::now();
    let waiting = Arc::new(Barrier::new(9));
    let trackers: Vec<_> = (0..8)
        .map(|_| {
            let (client, waiting) = (client.clone(), Arc::clone(&waiting));
            thread::spawn(move || {
                let mut tracker = client.track_job(&JobId::new("j1").unwrap());
                tracker.next().unwrap().unwrap();
                waiting.wait();
                tracker.wait()
            })
        })
        .collect();
    waiting.wait();
    client.cancel();
    for tracker in trackers {
        let ended = tracker.join().unwrap();
        assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
    }
    assert!(start.elapsed() < LONG);
}

#[test]
fn request_in_flight_is_finished_when_cancelled() {
    let sandbox = Arc::new(Sandbox::start().unwrap());
    sandbox.fault(Fault::Delay(Duration::from_millis(200)));
    let client = client(&sandbox);
    let (cancelling, seen) = (client.clone(), Arc::clone(&sandbox));
    let canceller = thread::spawn(move || {
        assert!(seen.wait_for_requests(1, LONG));
        cancelling.cancel();
    });
    let mut pages = client.pages(GetImages::new().page_size(2));
    let first = pages.next().unwrap();
    canceller.join().unwrap();
    assert_eq!(first.unwrap().data.len(), 2);
    assert!(matches!(pages.next(), Some(Err(Error::Cancelled))));
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn cancelled_upload_ends_before_its_next_piece() {
    let sandbox = Sandbox::start().unwrap();
    let (client, image) = (client(&sandbox), waiting(&sandbox));
    let mut pieces = 0;
    let tar = Tar::new(repeat(b'.').take(1 << 40), 1 << 40).with_progress(|_| {
        pieces += 1;
        if pieces == 3 {
            client.cancel();
        }
        ControlFlow::Continue(())
    });
    let ended = client.upload(&image, tar);
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
    assert_eq!(pieces, 3);
}
