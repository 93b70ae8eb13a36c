//! The settings of a stream of a job.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use cycle_images::JobId;
use cycle_images::flow::JobError;
use cycle_images_async::Client;
use futures_util::FutureExt;
use http::{Request, Response};

use crate::{hub_of, leaked};

#[test]
fn the_interval_and_the_deadline_are_those_of_the_polls() {
    // Shorter than the first interval by default.
    const INTERVAL: Duration = Duration::from_millis(200);
    let states = leaked(Mutex::new(["queued", "running", "completed"].into_iter()));
    let transport = async |_: Request<Vec<u8>>| {
        let state = states.lock().unwrap().next().ok_or_else(|| io::Error::other("no more"))?;
        let body = format!(r#"{{"data": {{"id": "j1", "state": {{"current": "{state}"}}}}}}"#);
        Ok::<_, io::Error>(Response::new(body))
    };
    let waits = leaked(Mutex::new(Vec::new()));
    let timer = async |time| waits.lock().unwrap().push(time);
    let client = Client::new(hub_of("http://core.invalid"), transport, timer);
    let id = JobId::new("j1").unwrap();

    let mut track = client.track_job(&id).deadline(Duration::ZERO);
    let error = track.wait().now_or_never().unwrap().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");

    let mut track = client.track_job(&id).poll_interval(INTERVAL);
    assert_eq!(track.wait().now_or_never().unwrap().unwrap().id, id);
    let waits = waits.lock().unwrap();
    assert!(!waits.is_empty() && waits.iter().all(|time| *time <= INTERVAL), "{waits:?}");
}

#[test]
fn many_jobs_are_added_removed_and_late() {
    let transport = async |request: Request<Vec<u8>>| {
        let id = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let body = format!(r#"{{"data": {{"id": "{id}", "state": {{"current": "running"}}}}}}"#);
        Ok::<_, io::Error>(Response::new(body))
    };
    let client = Client::new(hub_of("http://core.invalid"), transport, async |_| ());
    let [one, two, three] = ["j1", "j2", "j3"].map(|id| JobId::new(id).unwrap());
    let jobs = client.track_all([&one, &two]).deadline(Duration::from_secs(9));
    let mut jobs = jobs.poll_interval(Duration::from_secs(2));
    let mut next = || jobs.next().now_or_never().unwrap().unwrap().unwrap();
    assert_eq!(next()[0].id, one);
    assert_eq!(next()[0].id, two);
    jobs.add(&three);
    assert!(jobs.remove(&one));
    let mut next = || jobs.next().now_or_never().unwrap();
    assert_eq!(next().unwrap().unwrap()[0].id, three);
    let (first, last) = (next().unwrap().unwrap(), next().unwrap().unwrap());
    assert_eq!([&first[0].id, &last[0].id], [&two, &three]);
    assert!(first[0].is_last() && last[0].is_last());
    assert!(next().is_none());
}
