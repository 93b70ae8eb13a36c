//! Many jobs in one stream.

use std::io;
use std::time::Duration;

use cycle_images::JobId;
use cycle_images_async::Client;
use cycle_images_tests::support::hub;
use futures_util::FutureExt;
use http::{Request, Response};

#[test]
fn many_jobs_are_added_removed_and_late() {
    let transport = async |request: Request<Vec<u8>>| {
        let id = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let body = format!(r#"{{"data": {{"id": "{id}", "state": {{"current": "running"}}}}}}"#);
        Ok::<_, io::Error>(Response::new(body))
    };
    let client = Client::new(hub(), transport, async |_| ());
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
