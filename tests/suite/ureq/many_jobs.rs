//! Many jobs of a hub, followed by its list.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::flow::{EventKind, FlowError, JobError, JobUpdate};
use cycle_images::images::{CreateImage, CreateImageJob};
use cycle_images::model::{Job, JobStatus};
use cycle_images::{JobId, SourceId};
use cycle_images_tests::sandbox::{Fault, JobOutcome, Sandbox, Settings};
use cycle_images_ureq::Client;

use crate::hub;

/// A client whose waits move the sandbox's time on.
fn client(sandbox: &Arc<Sandbox>) -> Client {
    let moved = Arc::clone(sandbox);
    Client::new(hub(sandbox)).with_sleep(move |time| moved.skip(time))
}

/// Has new images imported, one after the other.
fn import(
    sandbox: &Sandbox,
    client: &Client,
    fates: impl Iterator<Item = JobOutcome>,
) -> Vec<JobId> {
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let import = |fate| {
        sandbox.next_job(fate);
        sandbox.skip(Duration::from_millis(300));
        let image = client.call(CreateImage::new(&source)).unwrap().data.id;
        client.call(CreateImageJob::import(image)).unwrap().data.job_id().unwrap().clone()
    };
    fates.map(import).collect()
}

fn fate(number: usize) -> JobOutcome {
    match number % 20 {
        3 => JobOutcome::Fail { step: 2, message: format!("npm exited with {number}") },
        7 => JobOutcome::Expire,
        11 if number % 100 == 11 => JobOutcome::Vanish,
        _ => JobOutcome::Complete,
    }
}

/// How a job ended, without what depends on when it was polled.
#[derive(Debug, PartialEq)]
enum End {
    Completed(Box<Job>),
    Error(String),
}

fn end(result: Result<JobUpdate, FlowError>) -> Option<End> {
    match result {
        Ok(JobUpdate { job, .. }) => {
            (job.state.current == JobStatus::Completed).then(|| End::Completed(Box::new(job)))
        }
        Err(error) => Some(End::Error(match error.job() {
            Some(JobError::Gone { id, .. }) => format!("{id} is gone"),
            _ => error.to_string(),
        })),
    }
}

/// A round is what is requested between two waits, those after a fault apart.
#[derive(Default)]
struct Rounds {
    requests: Mutex<Vec<usize>>,
    is_retry: AtomicBool,
}

#[test]
fn five_hundred_jobs_take_at_most_eight_requests_a_round_with_faults_on() {
    const FOLLOWED: usize = 500;
    let settings = Settings::default().step(Duration::from_secs(60)).kept_requests(0);
    let sandbox = Arc::new(Sandbox::with(settings).unwrap());
    let setup = client(&sandbox);
    // One job of six is of others.
    let all = import(&sandbox, &setup, (0..FOLLOWED * 6 / 5).map(fate));
    let ids: Vec<JobId> =
        all.into_iter().enumerate().filter(|(n, _)| n % 6 != 5).map(|(_, id)| id).collect();
    assert_eq!(ids.len(), FOLLOWED);

    let rounds = Arc::new(Rounds::default());
    rounds.requests.lock().unwrap().push(0);
    let faults: [fn() -> Fault; 6] = [
        Fault::unavailable,
        || Fault::Close,
        || Fault::too_many_requests("1"),
        || Fault::Truncate,
        || Fault::json(200, "not JSON"),
        Fault::bad_gateway,
    ];
    let (counted, faulty, sent) = (Arc::clone(&rounds), Arc::clone(&sandbox), AtomicUsize::new(0));
    let client = client(&sandbox).with_observer(move |event| {
        let EventKind::Attempt = event.kind else { return };
        let number = sent.fetch_add(1, Ordering::Relaxed);
        if event.operation == "GetJobs" && number % 11 == 0 {
            faulty.fault(faults[number / 11 % faults.len()]());
            counted.is_retry.store(true, Ordering::Relaxed);
        }
        *counted.requests.lock().unwrap().last_mut().unwrap() += 1;
    });
    let (counted, moved) = (Arc::clone(&rounds), Arc::clone(&sandbox));
    let client = client.with_sleep(move |time| {
        moved.skip(time);
        if !counted.is_retry.swap(false, Ordering::Relaxed) {
            counted.requests.lock().unwrap().push(0);
        }
    });
    let (mut ends, mut updates) = (BTreeMap::new(), 0);
    for reports in client.track_all(&ids) {
        for report in reports.unwrap() {
            updates += 1;
            if let Some(end) = end(report.result) {
                assert!(ends.insert(report.id.clone(), end).is_none(), "{} ended twice", report.id);
            }
        }
    }
    let rounds = rounds.requests.lock().unwrap();
    let requests: usize = rounds.iter().sum();
    #[expect(clippy::print_stdout, reason = "a measurement is there to be printed")]
    {
        println!(
            "{updates} updates in {requests} requests and {} rounds: {rounds:?}",
            rounds.len()
        );
    }
    assert!(rounds.iter().all(|requests| *requests <= 8), "{rounds:?}");
    assert_eq!(ends.len(), FOLLOWED);
    for id in &ids {
        let single = setup.track_job(id).last().unwrap();
        assert_eq!(Some(&end(single).unwrap()), ends.get(id));
    }
}

#[test]
fn jobs_are_added_and_removed_and_have_a_deadline() {
    let settings = Settings::default().step(Duration::from_secs(3600));
    let sandbox = Arc::new(Sandbox::with(settings).unwrap());
    let client = client(&sandbox);
    let ids = import(&sandbox, &client, (0..6).map(|_| JobOutcome::Complete));
    let mut jobs = client.track_all(&ids[..4]).poll_interval(Duration::from_secs(1));
    assert_eq!(jobs.next().unwrap().unwrap().len(), 4);
    jobs.add(&ids[4]);
    assert!(jobs.remove(&ids[0]) && !jobs.remove(&ids[5]));
    assert_eq!(jobs.next().unwrap().unwrap()[0].id, ids[4]);

    let mut late = client.track_all(&ids).deadline(Duration::from_secs(60));
    assert_eq!(late.next().unwrap().unwrap().len(), 6);
    let reports = late.next().unwrap().unwrap();
    assert!(reports.len() == 6 && reports.iter().all(|report| report.is_last()));
    assert!(reports.iter().all(|report| report.result.as_ref().is_err_and(FlowError::is_timeout)));
    assert!(late.next().is_none());
}
