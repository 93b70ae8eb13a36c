//! The memory of a tracker that waits, its stored form, and the allocations of a poll.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may stop")]

use allocation_counter::measure;
use cycle_images::flow::{Flow, JobTracker, JobsTracker, Step};
use cycle_images::http::Response;
use cycle_images::jobs::GetJob;
use cycle_images::{Hub, JobId, Timestamp};

/// A job of four tasks, the second of which is running.
fn job() -> String {
    let task = |n: u32, state: &str| {
        format!(
            r#"{{"id": "651586fca6078e98982dbe{n:02}", "caption": "Task {n} of the import of an image",
            "header": "images.import.task-{n}", "events": {{"queued": "2026-03-26T10:00:00Z",
            "started": "2026-03-26T10:00:01.5Z", "completed": "0001-01-01T00:00:00Z"}},
            "steps": [{{"caption": "Download", "started": "2026-03-26T10:00:02Z",
            "completed": "2026-03-26T10:00:05Z"}}, {{"caption": "Verify",
            "started": "2026-03-26T10:00:05Z", "completed": "0001-01-01T00:00:00Z"}}],
            "state": {{"current": "{state}", "changed": "2026-03-26T10:00:05Z"}},
            "input": {{"image": "651586fca6078e98982dbd90", "args": ["a", "b"]}}, "output": null,
            "error": null}}"#
        )
    };
    let tasks = [task(1, "completed"), task(2, "running"), task(3, "pending"), task(4, "pending")];
    format!(
        r#"{{"data": {{"id": "651586fca6078e98982dbd99", "hub_id": "5e8f1a2b3c4d5e6f70819201",
        "queue": "images", "caption": "Import an image", "hash": "import:651586fca6078e98982dbd90",
        "events": {{"queued": "2026-03-26T10:00:00Z", "started": "2026-03-26T10:00:01Z",
        "completed": "0001-01-01T00:00:00Z"}}, "schedule": "0001-01-01T00:00:00Z",
        "expires": "2026-04-26T10:00:00Z", "tasks": [{}], "limit_duplicates": true,
        "creator": {{"id": "60c0ffee0000000000c00001", "type": "account"}},
        "state": {{"current": "running", "changed": "2026-03-26T10:00:01Z"}}}}}}"#,
        tasks.join(", ")
    )
}

fn id() -> JobId {
    JobId::new("651586fca6078e98982dbd99").unwrap()
}

fn now() -> Timestamp {
    "2026-03-26T10:00:10Z".parse().unwrap()
}

/// A tracker between two polls.
fn waiting(hub: &Hub, job: &str) -> JobTracker {
    let mut tracker = JobTracker::new(id(), 7);
    assert!(matches!(tracker.poll(hub, now()).unwrap(), Step::Send { .. }));
    assert!(tracker.handle(hub, Ok(Response::new(job)), now()).unwrap().is_some());
    assert!(matches!(tracker.poll(hub, now()).unwrap(), Step::Wait(_)));
    tracker
}

#[test]
fn a_tracker_takes_half_a_kilobyte_and_less_on_the_heap() {
    let (hub, job) = (Hub::new("key", "hub").unwrap(), job());
    let size = size_of::<JobTracker>();
    let mut tracker = None;
    let heap = measure(|| tracker = Some(waiting(&hub, &job))).bytes_current;
    let stored = serde_json::to_string(&tracker).unwrap().len();
    println!("a tracker takes {size} bytes, {heap} on the heap, and {stored} bytes stored");
    assert!(size <= 512, "{size} bytes");
    assert!((1..=1024).contains(&heap), "{heap} bytes on the heap");
    assert!(stored <= 1536, "{stored} bytes stored");
}

/// As many trackers as these, resumed, take as many times what one takes.
fn take_the_same(count: u32) {
    let (hub, job) = (Hub::new("key", "hub").unwrap(), job());
    let stored = serde_json::to_string(&waiting(&hub, &job)).unwrap();
    let resumed = || serde_json::from_str::<JobTracker>(&stored).unwrap();
    let mut trackers = Vec::with_capacity(count as usize);
    let one = measure(|| trackers.push(resumed())).bytes_current;
    let many = measure(|| trackers.extend((1..count).map(|_| resumed()))).bytes_current;
    assert_eq!(many, one * i64::from(count - 1));
}

#[test]
fn each_of_a_thousand_trackers_takes_what_one_takes() {
    take_the_same(1_000);
}

#[test]
#[ignore = "takes seconds"]
fn each_of_a_hundred_thousand_trackers_takes_what_one_takes() {
    take_the_same(100_000);
}

#[test]
fn a_poll_takes_at_most_twelve_allocations_beside_reading_the_response() {
    let (hub, job) = (Hub::new("key", "hub").unwrap(), job());
    let mut tracker = waiting(&hub, &job);
    let get = GetJob::new(id());
    let read = measure(|| drop(hub.response(&get, Response::new(&job)).unwrap())).count_total;
    let later = now().saturating_add(std::time::Duration::from_secs(60));
    let poll = measure(|| {
        assert!(matches!(tracker.poll(&hub, later).unwrap(), Step::Send { .. }));
        assert!(tracker.handle(&hub, Ok(Response::new(&job)), later).unwrap().is_none());
    })
    .count_total;
    println!("a poll takes {poll} allocations, {read} of them to read the response");
    assert!(poll > read && poll <= read + 12, "{poll} allocations, {read} to read the response");
}

#[test]
fn each_of_many_jobs_takes_at_most_400_bytes() {
    const MANY: u32 = 1_000;
    let (hub, job) = (Hub::new("key", "hub").unwrap(), job());
    let ids: Vec<JobId> =
        (0..MANY).map(|n| JobId::new(format!("651586fca6078e98{n:08x}")).unwrap()).collect();
    let mut jobs = None;
    let heap = measure(|| {
        let mut tracker = JobsTracker::new(&ids, 7);
        for page in ids.chunks(100) {
            let page: Vec<String> = page
                .iter()
                .map(|id| {
                    let job = job.replace("651586fca6078e98982dbd99", id.as_str());
                    job.strip_prefix("{\"data\": ").unwrap().strip_suffix('}').unwrap().to_owned()
                })
                .collect();
            let page = format!("{{\"data\": [{}]}}", page.join(", "));
            assert!(matches!(tracker.poll(&hub, now()).unwrap(), Step::Send { .. }));
            let reports = tracker.handle(&hub, Ok(Response::new(page)), now()).unwrap();
            assert_eq!(reports.unwrap().len(), 100);
        }
        jobs = Some(tracker);
    })
    .bytes_current;
    let stored = serde_json::to_string(&jobs).unwrap().len();
    let (heap, stored) = (heap / i64::from(MANY), stored / MANY as usize);
    println!("each of many jobs takes {heap} bytes, and {stored} bytes stored");
    assert!((1..=400).contains(&heap), "{heap} bytes on the heap");
    assert!(stored <= 400, "{stored} bytes stored");
}
