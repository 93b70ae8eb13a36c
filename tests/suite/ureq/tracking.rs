//! Jobs, followed to whatever end they come to.

use std::time::Duration;

use cycle_images::flow::{JobError, JobTracker};
use cycle_images::images::{CreateImage, CreateImageJob};
use cycle_images::model::{Job, JobDescriptor, JobStatus};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::sandbox::{Fault, JobOutcome, Sandbox, Settings};
use cycle_images_ureq::Client;

use crate::{client, shown};

const STEP: Duration = Duration::from_secs(3600);

/// More than any job takes here.
const ENOUGH: Duration = Duration::from_secs(9 * 3600);

/// A sandbox in which time passes only when it is told to.
fn still() -> Sandbox {
    Sandbox::with(Settings::default().step(STEP)).unwrap()
}

/// A sandbox in which every job is over as soon as it is accepted.
fn swift() -> Sandbox {
    Sandbox::with(Settings::default().step(Duration::ZERO)).unwrap()
}

/// Has a new image imported.
fn import(sandbox: &Sandbox, client: &Client) -> (ImageId, JobDescriptor) {
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let image = client.call(&CreateImage::new(source)).unwrap().data.id;
    let job = client.call(&CreateImageJob::import(&image)).unwrap().data;
    (image, job)
}

/// How often a job was looked at.
fn looks(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|seen| seen.path.starts_with("/v1/jobs/")).count()
}

fn id(descriptor: &JobDescriptor) -> JobId {
    descriptor.job.as_ref().unwrap().id.clone()
}

/// What a tracker keeps of a job; the values that its tasks hold aren't among it.
#[test]
fn after_an_error_the_trackers_flow_resumes() {
    let sandbox = swift();
    let client = client(&sandbox);
    let (_, descriptor) = import(&sandbox, &client);
    for fault in [Fault::json(401, "{}"), Fault::json(200, "not JSON")] {
        let before = looks(&sandbox);
        sandbox.fault(fault);
        let mut track = client.track(&descriptor).unwrap();
        let error = track.next().unwrap().unwrap_err();
        assert!(error.job().is_none(), "{error:?}");
        assert!(!shown(&error).contains(sandbox.api_key()));
        assert!(track.next().is_none() && track.next().is_none());
        assert_eq!(looks(&sandbox), before + 1);
        let job = client.run(track.into_flow()).wait().unwrap();
        assert_eq!(job.id, id(&descriptor));
    }
}

#[test]
fn a_passed_deadline_returns_the_last_known_job() {
    let sandbox = still();
    let client = client(&sandbox);
    let (_, descriptor) = import(&sandbox, &client);
    let brief = Duration::from_millis(60);
    let flow = JobTracker::from_descriptor(&descriptor, 7).unwrap().deadline(brief);
    let mut track = client.run(flow);
    let seen = track.next().unwrap().unwrap().job;
    let error = track.next().unwrap().unwrap_err();
    let Some(JobError::DeadlinePassed { last: Some(last), .. }) = error.job() else {
        panic!("{error:?}")
    };
    assert_eq!((&last.status, last.progress), (&seen.state.current, seen.progress()));
    assert!(track.next().is_none());

    sandbox.skip(ENOUGH);
    let job: Job = client.run(track.into_flow().deadline(STEP)).wait().unwrap();
    assert_eq!(job.state.current, JobStatus::Completed);
}

#[test]
fn a_deadline_of_zero_polls_nothing() {
    let sandbox = still();
    let client = client(&sandbox);
    let (_, descriptor) = import(&sandbox, &client);
    let error = client.track(&descriptor).unwrap().deadline(Duration::ZERO).wait().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");
    assert_eq!(looks(&sandbox), 0);
}

/// `wait` promises a completed job: none that is still running, and none that failed.
#[test]
fn wait_after_an_error_is_an_error() {
    let sandbox = still();
    let client = client(&sandbox);
    sandbox.next_job(JobOutcome::Fail { step: 1, message: "npm exited with 1".to_owned() });
    let (_, failing) = import(&sandbox, &client);
    let (_, running) = import(&sandbox, &client);
    let mut track = client.track(&running).unwrap();
    track.next().unwrap().unwrap();
    sandbox.fault(Fault::json(401, "{}"));
    track.next().unwrap().unwrap_err();
    sandbox.skip(ENOUGH);
    if let Ok(job) = track.wait() {
        assert_eq!(job.state.current, JobStatus::Completed);
    }

    let mut track = client.track(&failing).unwrap();
    track.next().unwrap().unwrap_err();
    let stored = track.flow().clone();
    for mut track in [track, client.run(stored)] {
        let waited = track.wait();
        assert!(waited.is_err(), "{waited:?}");
    }
}
