//! Jobs, tracked to their ends.

use std::time::Duration;

use cycle_images::flow::{JobError, JobTracker, JobsTracker};
use cycle_images::images::{CreateImageJob, CreateImagesJob, GetImage};
use cycle_images::model::{ImageStatus, Job, JobDescriptor, JobProgress, JobStatus};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::sandbox::{Fault, JobOutcome, Sandbox, Settings};

use super::{ENOUGH, Test, create, once, shown, still, with};
use crate::driver::Client;
use crate::setup::{Make, Setup, Waits};

pub(super) fn tests() -> Vec<Test> {
    tests![
        progress_is_yielded_until_the_image_is_live,
        descriptor_without_a_job_is_an_error,
        tracker_is_resumed_by_another_client_after_an_error,
        polls_are_retried_whatever_the_policy,
        passed_deadline_is_an_error_and_the_tracker_resumes,
        deadline_and_interval_of_a_running_tracker_are_used,
        wait_after_an_error_is_an_error,
        many_jobs_end_as_by_their_own_trackers,
    ]
}

/// A sandbox in which a job ends as soon as it is accepted.
fn swift() -> Settings {
    Settings::default().step(Duration::ZERO)
}

fn import(sandbox: &Sandbox, client: &Client) -> (ImageId, JobDescriptor) {
    let image = client.call(&create(sandbox)).unwrap().data.id;
    let job = client.call(&CreateImageJob::import(&image)).unwrap().data;
    (image, job)
}

fn polls(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path.starts_with("/v1/jobs/")).count()
}

fn id(descriptor: &JobDescriptor) -> &JobId {
    descriptor.job_id().unwrap()
}

/// What a tracker keeps of a job.
fn kept(job: &Job) -> (&JobId, &JobStatus, JobProgress) {
    (&job.id, &job.state.current, job.progress())
}

fn progress_is_yielded_until_the_image_is_live(make: Make) {
    let (sandbox, client) = with(make, still().hidden_job_reads(1), Setup::without_waits);
    let (image, descriptor) = import(&sandbox, &client);
    let mut updates = Vec::new();
    let tracker = client.track(&descriptor, |update| {
        updates.push(update.unwrap());
        // The first poll finds no job yet.
        assert_eq!(polls(&sandbox), 1 + updates.len());
        sandbox.skip(ENOUGH);
    });
    let [first, last] = updates.as_slice() else { panic!("{updates:?}") };
    assert_eq!(first.job.state.current, JobStatus::Queued);
    assert_eq!((first.progress.done, first.progress.total), (0, 4));
    assert_eq!(last.job.state.current, JobStatus::Completed);
    assert_eq!((last.progress.done, last.progress.failed, last.progress.total), (4, 0, 4));
    let live = client.call(&GetImage::new(image)).unwrap().data;
    assert_eq!(live.state.current, ImageStatus::Live);

    let completed = tracker.unwrap().0.completed(None).unwrap();
    assert_eq!(kept(&completed), kept(&last.job));
    assert_eq!(client.wait(id(&descriptor)).unwrap(), last.job);
}

fn descriptor_without_a_job_is_an_error(make: Make) {
    let (sandbox, client) = once(make);
    let pushed = SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap();
    let nothing = client.call(&CreateImagesJob::prune([&pushed])).unwrap().data;
    let error = client.track(&nothing, |update| panic!("{update:?}")).unwrap_err();
    assert!(matches!(error.job(), Some(JobError::NoJob { .. })), "{error:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

fn tracker_is_resumed_by_another_client_after_an_error(make: Make) {
    let (sandbox, client) = with(make, swift(), Setup::without_waits);
    let (_, descriptor) = import(&sandbox, &client);
    for (count, fault) in [Fault::json(401, "{}"), Fault::json(200, "no JSON")].iter().enumerate() {
        sandbox.fault(fault.clone());
        let tracker = client.track(&descriptor, |update| {
            let error = update.unwrap_err();
            assert!(error.job().is_none() && error.response().is_some(), "{error:?}");
            assert!(!shown(&error).contains(sandbox.api_key()));
        });
        let text = serde_json::to_string(&tracker.unwrap().0).unwrap();
        assert!(!text.contains(sandbox.api_key()), "{text}");
        let tracker: JobTracker = serde_json::from_str(&text).unwrap();
        let other = Setup::with_key(&sandbox, sandbox.view_only_api_key());
        let other = make(other.without_waits());
        assert_eq!(other.wait_after(tracker, 0).unwrap().id, *id(&descriptor));
        assert_eq!(polls(&sandbox), 2 * count + 2);
    }
}

fn polls_are_retried_whatever_the_policy(make: Make) {
    for set in [Setup::retrying, |setup: Setup| setup] {
        let (sandbox, client) = with(make, swift(), |setup| set(setup.without_waits()));
        let (_, descriptor) = import(&sandbox, &client);
        for fault in [Fault::Close, Fault::unavailable(), Fault::too_many_requests("0")] {
            (0..3).for_each(|_| sandbox.fault(fault.clone()));
            client.wait(id(&descriptor)).unwrap();
        }
        assert_eq!(polls(&sandbox), 3 * (3 + 1));
    }
}

fn passed_deadline_is_an_error_and_the_tracker_resumes(make: Make) {
    let (sandbox, client) = with(make, still(), Setup::without_waits);
    let (_, descriptor) = import(&sandbox, &client);
    let tracker = JobTracker::from_descriptor(&descriptor, 7).unwrap();
    let mut updates = Vec::new();
    let tracker =
        client.run(tracker.deadline(Duration::from_secs(50)), |update| updates.push(update));
    let [Ok(first), Err(error)] = &updates[..] else { panic!("{updates:?}") };
    let Some(JobError::DeadlinePassed { id, last: Some(last), .. }) = error.job() else {
        panic!("{error:?}")
    };
    assert_eq!((id, &last.status, last.progress), kept(&first.job));

    sandbox.skip(ENOUGH);
    let job = client.wait_after(tracker.0.deadline(ENOUGH), 0).unwrap();
    assert_eq!(job.state.current, JobStatus::Completed);
}

fn deadline_and_interval_of_a_running_tracker_are_used(make: Make) {
    let waits = Waits::default();
    let (sandbox, client) = with(make, still(), |setup| setup.noting(&waits));
    let (_, descriptor) = import(&sandbox, &client);
    // Shorter than the longest interval by default.
    let interval = Duration::from_secs(1);
    for (deadline, polled) in [(Duration::ZERO, false), (30 * interval, true)] {
        let error = client.wait_within(id(&descriptor), deadline, interval).unwrap_err();
        assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");
        assert_eq!(polls(&sandbox) > 0, polled);
    }
    // Close to the deadline, the requests have time limits that are as short as waits.
    let waits = waits.lock().unwrap();
    assert!(waits[..20].iter().all(|time| *time <= interval), "{waits:?}");
}

/// `wait` promises a completed job: not one that is still running, nor one that failed.
fn wait_after_an_error_is_an_error(make: Make) {
    let (sandbox, client) = with(make, swift(), Setup::without_waits);
    sandbox.next_job(JobOutcome::Fail { step: 1, message: "npm exited with 1".to_owned() });
    let (_, failed) = import(&sandbox, &client);
    let tracker = |descriptor| JobTracker::from_descriptor(descriptor, 7).unwrap();
    assert!(client.wait_after(tracker(&failed), 1).is_err());
    let left = client.run(tracker(&failed), |update| assert!(update.is_err()));
    assert!(client.wait_after(left.0, 0).is_err());

    let (_, completed) = import(&sandbox, &client);
    let waited = client.wait_after(tracker(&completed), 1).unwrap();
    assert_eq!(waited.state.current, JobStatus::Completed);
    sandbox.fault(Fault::json(401, "{}"));
    assert!(client.wait_after(tracker(&completed), 1).is_err());
}

fn many_jobs_end_as_by_their_own_trackers(make: Make) {
    let (sandbox, client) = with(make, swift(), Setup::without_waits);
    let fates = [
        JobOutcome::Complete,
        JobOutcome::Fail { step: 1, message: "npm exited with 1".to_owned() },
        JobOutcome::Expire,
        JobOutcome::Complete,
        JobOutcome::Complete,
    ];
    let ids = fates.map(|fate| {
        sandbox.next_job(fate);
        id(&import(&sandbox, &client).1).clone()
    });
    let mut reports = Vec::new();
    client.run(JobsTracker::new(&ids, 7), |item| reports.extend(item.unwrap()));
    assert_eq!(polls(&sandbox), 0, "the list shows all of them");
    let reported = reports.iter().map(|report| &report.id);
    assert_eq!(reported.collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    for report in reports {
        assert!(report.is_last());
        let together = report.result.map(|update| update.job).map_err(|error| error.to_string());
        assert_eq!(together, client.wait(&report.id).map_err(|error| error.to_string()));
    }
}
