//! Jobs, followed to whatever end they come to.

use std::time::Duration;

use cycle_images::flow::{JobError, RetryPolicy, Track};
use cycle_images::images::{CreateImage, CreateImageJob, CreateImagesJob, GetImage};
use cycle_images::model::{ImageStatus, Job, JobDescriptor, JobStatus, Progress};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::sandbox::{Fate, Fault, Sandbox, Settings};
use cycle_images_ureq::Client;

use crate::retrying::quick;
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
fn stand(job: &Job) -> (&JobId, &JobStatus, Progress) {
    (&job.id, &job.state.current, job.progress())
}

#[test]
fn progress_is_told_until_the_image_is_live() {
    let sandbox = still();
    let client = client(&sandbox);
    let (image, descriptor) = import(&sandbox, &client);
    let mut track = client.track(&descriptor).unwrap();
    assert_eq!(looks(&sandbox), 0);

    let first = track.next().unwrap().unwrap();
    assert_eq!(first.job.state.current, JobStatus::Queued);
    assert_eq!((first.progress.done, first.progress.total), (0, 4));
    sandbox.skip(ENOUGH);
    let last = track.next().unwrap().unwrap();
    assert_eq!(last.job.state.current, JobStatus::Completed);
    assert_eq!((last.progress.done, last.progress.failed, last.progress.total), (4, 0, 4));
    assert!(track.next().is_none() && track.next().is_none());
    assert_eq!(looks(&sandbox), 2);

    let image = client.call(&GetImage::new(image)).unwrap().data;
    assert_eq!(image.state.current, ImageStatus::Live);
    // What was told already is still known.
    assert_eq!(stand(&track.wait().unwrap()), stand(&last.job));
    assert_eq!(looks(&sandbox), 2);
}

#[test]
fn a_job_that_shows_late_is_waited_for() {
    let settings = Settings::default().step(Duration::ZERO).hidden_job_reads(1);
    let sandbox = Sandbox::with(settings).unwrap();
    let client = client(&sandbox);
    let (_, descriptor) = import(&sandbox, &client);
    let job = client.track(&descriptor).unwrap().wait().unwrap();
    assert_eq!((job.id.clone(), job.state.current), (id(&descriptor), JobStatus::Completed));
    assert_eq!(looks(&sandbox), 2);
    assert_eq!(client.track_job(&job.id).wait().unwrap().id, job.id);
}

#[test]
fn a_job_that_fails_tells_why() {
    let sandbox = swift();
    let client = client(&sandbox);
    sandbox.next_job(Fate::Fail { step: 1, message: "npm exited with 1".to_owned() });
    let (_, descriptor) = import(&sandbox, &client);
    let mut track = client.track(&descriptor).unwrap();
    let error = track.next().unwrap().unwrap_err();
    assert!(track.next().is_none() && track.next().is_none());

    let Some(JobError::Failed { job, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!((job.id.clone(), job.state.current.clone()), (id(&descriptor), JobStatus::Error));
    assert_eq!((job.progress().done, job.progress().failed), (1, 1));
    let message = error.to_string();
    assert!(message.contains("Import image: npm exited with 1"), "{message}");
    assert!(message.contains(job.id.as_str()), "{message}");
    assert!(error.response().is_none());

    let error = client.track(&descriptor).unwrap().wait().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::Failed { .. })), "{error:?}");
}

#[test]
fn a_job_that_expires() {
    let sandbox = swift();
    let client = client(&sandbox);
    sandbox.next_job(Fate::Expire);
    let (_, descriptor) = import(&sandbox, &client);
    let error = client.track(&descriptor).unwrap().wait().unwrap_err();
    let Some(JobError::Expired { job, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!(job.id, id(&descriptor));
    assert!(error.to_string().contains("expired before it was done"), "{error}");
}

#[test]
fn a_job_that_vanishes() {
    let sandbox = still();
    let client = client(&sandbox);
    sandbox.next_job(Fate::Vanish);
    let (_, descriptor) = import(&sandbox, &client);
    let mut track = client.track(&descriptor).unwrap();
    let seen = track.next().unwrap().unwrap().job;
    sandbox.skip(ENOUGH);
    let error = track.next().unwrap().unwrap_err();
    let Some(JobError::Gone { id: gone, last, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!((gone, last.as_ref().map(stand)), (&seen.id, Some(stand(&seen))));
    assert!(track.next().is_none());
    assert_eq!(looks(&sandbox), 2);
}

#[test]
fn a_descriptor_without_a_job() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let pushed = SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap();
    let nothing = client.call(&CreateImagesJob::prune([&pushed])).unwrap().data;
    let error = client.track(&nothing).unwrap_err();
    assert!(matches!(error.job(), Some(JobError::NoJob { .. })), "{error:?}");
    assert_eq!(error.job().unwrap().job(), None);
    assert!(error.to_string().contains("no job for \"prune\""), "{error}");
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn a_tracker_is_finished_by_another_client() {
    let sandbox = still();
    let (_, descriptor) = import(&sandbox, &client(&sandbox));
    let mut track = client(&sandbox).track(&descriptor).unwrap();
    track.next().unwrap().unwrap();
    let text = serde_json::to_string(&track.into_flow()).unwrap();
    assert!(!text.contains(sandbox.api_key()), "{text}");
    sandbox.skip(ENOUGH);

    let flow: Track = serde_json::from_str(&text).unwrap();
    let track = client(&sandbox).turn(flow);
    let told: Vec<JobStatus> = track.map(|tracked| tracked.unwrap().job.state.current).collect();
    assert_eq!(told, [JobStatus::Completed]);
    assert_eq!(looks(&sandbox), 2);
}

#[test]
fn an_error_ends_the_tracker_and_its_flow_goes_on() {
    let sandbox = swift();
    let client = client(&sandbox);
    let (_, descriptor) = import(&sandbox, &client);
    for fault in [Fault::json(500, "{}"), Fault::Close] {
        let before = looks(&sandbox);
        sandbox.fault(fault);
        let mut track = client.track(&descriptor).unwrap();
        let error = track.next().unwrap().unwrap_err();
        assert!(error.job().is_none(), "{error:?}");
        assert!(!shown(&error).contains(sandbox.api_key()));
        assert!(track.next().is_none() && track.next().is_none());
        assert_eq!(looks(&sandbox), before + 1);
        let job = client.turn(track.into_flow()).wait().unwrap();
        assert_eq!(job.id, id(&descriptor));
    }
}

#[test]
fn a_look_is_tried_again_as_the_policy_says() {
    let sandbox = swift();
    let client = client(&sandbox).with_retry(quick());
    let (_, descriptor) = import(&sandbox, &client);
    for fault in [Fault::Close, Fault::unavailable(), Fault::too_many_requests("0")] {
        sandbox.fault(fault);
    }
    client.track(&descriptor).unwrap().wait().unwrap();
    assert_eq!(looks(&sandbox), 4);
    sandbox.fault(Fault::Close);
    let client = client.with_retry(RetryPolicy::none());
    assert!(client.track_job(id(&descriptor)).wait().unwrap_err().may_have_arrived());
    assert_eq!(looks(&sandbox), 5);
}

#[test]
fn a_deadline_ends_the_tracker_with_the_job_as_it_was_seen() {
    let sandbox = still();
    let client = client(&sandbox);
    let (_, descriptor) = import(&sandbox, &client);
    let brief = Duration::from_millis(60);
    let flow = Track::described(&descriptor, 7).unwrap().deadline(brief);
    let mut track = client.turn(flow);
    let seen = track.next().unwrap().unwrap().job;
    let error = track.next().unwrap().unwrap_err();
    assert!(matches!(error.job(), Some(JobError::DeadlinePassed { .. })), "{error:?}");
    assert_eq!(error.job().unwrap().job().map(stand), Some(stand(&seen)));
    assert!(track.next().is_none());

    sandbox.skip(ENOUGH);
    let job: Job = client.turn(track.into_flow().deadline(STEP)).wait().unwrap();
    assert_eq!(job.state.current, JobStatus::Completed);
}

/// `wait` promises a completed job: none that is still running, and none that failed.
#[test]
fn waiting_after_an_error_is_no_good_end() {
    let sandbox = still();
    let client = client(&sandbox);
    sandbox.next_job(Fate::Fail { step: 1, message: "npm exited with 1".to_owned() });
    let (_, failing) = import(&sandbox, &client);
    let (_, running) = import(&sandbox, &client);
    let mut track = client.track(&running).unwrap();
    track.next().unwrap().unwrap();
    sandbox.fault(Fault::json(500, "{}"));
    track.next().unwrap().unwrap_err();
    sandbox.skip(ENOUGH);
    if let Ok(job) = track.wait() {
        assert_eq!(job.state.current, JobStatus::Completed);
    }

    let mut track = client.track(&failing).unwrap();
    track.next().unwrap().unwrap_err();
    let stored = track.clone().into_flow();
    for track in [track, client.turn(stored)] {
        let waited = track.wait();
        assert!(waited.is_err(), "{waited:?}");
    }
}
