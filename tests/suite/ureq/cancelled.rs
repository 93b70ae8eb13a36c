//! A client that is cancelled sends nothing more, and ends its waits at once.

use std::io::Read;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use cycle_images::http::{Request, Response};
use cycle_images::images::{DeleteImage, GetImages};
use cycle_images::{ImageId, JobId};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_tests::support::{hub, sandbox_hub};
use cycle_images_ureq::{Client, Error, Tar};

use crate::uploads::{uploader, waiting};

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

/// A client of a list without an end, or of a job that stays queued, and its number of requests.
fn endless() -> (Client, Arc<AtomicU32>) {
    let sent = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&sent);
    let client = Client::with_transport(hub(), move |request: Request<Vec<u8>>| {
        let n = count.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Response::new(if request.uri().path().contains("jobs") {
            r#"{"data": {"id": "j1", "state": {"current": "queued"}}}"#.to_owned()
        } else {
            format!(r#"{{"data": [{{"id": "i{n}", "state": {{"current": "live"}}}}]}}"#)
        }))
    });
    (client, sent)
}

#[test]
fn a_list_is_not_read_further() {
    let (client, sent) = endless();
    let mut items = client.items(GetImages::new());
    for _ in 0..3 {
        items.next().unwrap().unwrap();
    }
    client.cancel();
    let end = items.next().unwrap();
    assert!(matches!(end, Err(Error::Cancelled)), "{end:?}");
    assert!(items.next().is_none());
    assert_eq!(sent.load(Ordering::Relaxed), 3);
}

#[test]
fn nothing_is_sent_by_any_clone() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(sandbox_hub(&sandbox));
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
fn the_waits_of_all_threads_end_at_once() {
    let (client, _) = endless();
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

/// The response of the request in flight is read, and what comes after it isn't sent.
#[test]
fn a_request_in_flight_is_finished() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::Delay(Duration::from_millis(200)));
    let client = Client::new(sandbox_hub(&sandbox));
    let stop = client.clone();
    let sandbox = Arc::new(sandbox);
    let seen = Arc::clone(&sandbox);
    let canceller = thread::spawn(move || {
        assert!(seen.wait_for_requests(1, LONG));
        stop.cancel();
    });
    let mut pages = client.pages(GetImages::new().page_size(2));
    let first = pages.next().unwrap();
    canceller.join().unwrap();
    assert_eq!(first.unwrap().data.len(), 2);
    let second = pages.next().unwrap();
    assert!(matches!(second, Err(Error::Cancelled)), "{second:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn an_upload_ends_before_its_next_piece() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let stop = client.clone();
    let mut pieces = 0;
    let endless = std::io::repeat(b'.').take(1 << 40);
    let tar = Tar::new(endless, 1 << 40).with_progress(|_| {
        pieces += 1;
        if pieces == 3 {
            stop.cancel();
        }
        std::ops::ControlFlow::Continue(())
    });
    let ended = client.upload(&image, tar);
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
    assert_eq!(pieces, 3);
}

#[test]
fn the_progress_of_an_upload_can_break_it_off() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    let endless = std::io::repeat(b'.').take(1 << 40);
    let tar = Tar::new(endless, 1 << 40).with_progress(|_| std::ops::ControlFlow::Break(()));
    let ended = client.upload(&image, tar);
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
    assert!(!client.is_cancelled());
}
