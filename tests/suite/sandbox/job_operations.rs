//! Each operation on jobs once, by the blocking client against the sandbox.

use std::time::Duration;

use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs, JobInclude};
use cycle_images::model::{ImageStatus, Job, JobStatus, TaskStatus};
use cycle_images::{Hub, JobId, SourceId, sources::DeleteImageSource};
use cycle_images_tests::sandbox::{JobOutcome, Sandbox, Settings};
use cycle_images_ureq::Client;

pub(crate) const STEP: Duration = Duration::from_secs(3600);

/// A sandbox in which time passes only when it is told to.
pub(crate) fn still_sandbox() -> Sandbox {
    Sandbox::with(Settings::default().step(STEP)).unwrap()
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    Client::new(hub.with_base_url(sandbox.url()).unwrap())
}

/// Has the seeded new image imported.
fn import(client: &Client) -> JobId {
    let new = GetImages::new().filter_state(ImageStatus::New);
    let image = client.call(&new).unwrap().data.remove(0);
    client.call(&CreateImageJob::import(image.id)).unwrap().data.job.unwrap().id
}

/// State, done, failed and total.
fn stand(job: &Job) -> (&str, usize, usize, usize) {
    let progress = job.progress();
    (job.state.current.as_str(), progress.done, progress.failed, progress.total)
}

#[test]
fn a_job_is_tracked_to_its_end() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let get = GetJob::new(import(&client));
    for expected in [
        ("queued", 0, 0, 4),
        ("running", 0, 0, 4),
        ("running", 1, 0, 4),
        ("running", 2, 0, 4),
        ("running", 3, 0, 4),
        ("completed", 4, 0, 4),
    ] {
        let job = client.call(&get).unwrap().data;
        assert_eq!(stand(&job), expected);
        assert_eq!(job.state.current.is_final(), expected.0 == "completed");
        assert_eq!(job.failure(), None);
        sandbox.skip(STEP);
    }
}

#[test]
fn a_job_that_fails_and_one_that_expires() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let message = "unknown base image".to_owned();
    sandbox.next_job(JobOutcome::Fail { step: 1, message });
    let failing = GetJob::new(import(&client));
    sandbox.next_job(JobOutcome::Expire);
    let delete = DeleteImageSource::new(SourceId::new(sandbox.source_id()).unwrap());
    let expiring = GetJob::new(client.call(&delete).unwrap().data.job.unwrap().id);
    sandbox.skip(9 * STEP);

    let job = client.call(&failing).unwrap().data;
    assert_eq!(stand(&job), ("error", 1, 1, 4));
    assert_eq!(job.tasks[0].state.current, Some(TaskStatus::Error));
    assert_eq!(
        job.failure().unwrap().to_string(),
        "the job failed: Import image: unknown base image"
    );
    let job = client.call(&expiring).unwrap().data;
    assert_eq!(stand(&job), ("expired", 0, 0, 1));
    assert_eq!(
        job.failure().unwrap().to_string(),
        "the job expired: the job expired before it was picked up"
    );
}

#[test]
fn a_missing_job() {
    let sandbox = Sandbox::start().unwrap();
    let none = GetJob::new(JobId::new("000000000000000000000000").unwrap());
    let error = client(&sandbox).call(&none).unwrap_err();
    assert!(error.response().unwrap().is_not_found(), "{error}");
}

#[test]
fn jobs_are_listed() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let states = |list: &GetJobs| -> Vec<JobStatus> {
        client.call(list).unwrap().data.into_iter().map(|job| job.state.current).collect()
    };
    let list = || GetJobs::new().sort("queued");
    use JobStatus::{Completed, Error, Expired, Scheduled};
    assert_eq!(states(&list()), [Completed, Error, Expired, Scheduled]);
    assert_eq!(states(&list().page_size(3).page_number(2)), [Scheduled]);
    let ended_badly = list().filter_state(Error).filter_state(Expired);
    assert_eq!(states(&ended_badly), [Error, Expired]);

    let reply = client.call(&list().include(JobInclude::Creators)).unwrap();
    assert_eq!(reply.includes.creators.accounts.len(), 1);
    let failed = &reply.data[1];
    let moment = failed.events.queued.unwrap();
    let at_moment = list().filter_range_start(moment).filter_range_end(moment);
    assert_eq!(states(&at_moment), [Error]);
    assert_eq!(states(&list().filter_range_start(moment)), [Error, Expired, Scheduled]);
    assert_eq!(states(&list().filter_search(failed.caption.as_str())), [Error]);
}

#[test]
fn the_latest_jobs_are_newest_first() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let id = import(&client);
    let jobs = client.call(&GetLatestJobs::new()).unwrap().data;
    assert_eq!(jobs[0].id, id);
    let states: Vec<_> = jobs.iter().map(|job| job.state.current.as_str()).collect();
    assert_eq!(states, ["queued", "expired", "error", "completed"]);
}
