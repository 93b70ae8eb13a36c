//! Jobs, followed to whatever end they come to.

use std::time::Duration;

use cycle_images::flow::{JobError, JobTracker, JobUpdate, JobsTracker};
use cycle_images::images::{CreateImage, CreateImageJob, CreateImagesJob, GetImage};
use cycle_images::model::{ImageStatus, Job, JobDescriptor, JobProgress, JobStatus};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Fault, JobOutcome, Sandbox, Settings};

use super::{ENOUGH, Test, quick, shown, still, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(progress_is_yielded_until_the_image_is_live),
        test(a_job_that_appears_late_is_waited_for),
        test(a_failed_job_has_its_reason),
        test(a_job_that_expires),
        test(a_job_that_vanishes),
        test(a_descriptor_without_a_job),
        test(a_tracker_is_resumed_by_another_client),
        test(a_poll_is_retried_whatever_the_policy),
        test(a_passed_deadline_returns_the_last_known_job),
        test(many_jobs_have_the_ends_of_their_own_trackers),
    ]
}

/// A sandbox in which every job is over as soon as it is accepted.
fn swift() -> Sandbox {
    Sandbox::with(Settings::default().step(Duration::ZERO)).unwrap()
}

/// Has a new image imported.
fn import(sandbox: &Sandbox, client: &impl Driver) -> (ImageId, JobDescriptor) {
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let image = client.call(&CreateImage::new(source)).unwrap().data.id;
    let job = client.call(&CreateImageJob::import(&image)).unwrap().data;
    (image, job)
}

/// All that is told of a job.
fn told(client: &impl Driver, of: &JobDescriptor) -> Vec<Result<JobUpdate, Error>> {
    let mut told = Vec::new();
    client.track(of, |update| told.push(update)).unwrap();
    told
}

/// How often a job was looked at.
fn looks(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|seen| seen.path.starts_with("/v1/jobs/")).count()
}

fn id(descriptor: &JobDescriptor) -> &JobId {
    &descriptor.job.as_ref().unwrap().id
}

/// What a tracker keeps of a job; the values that its tasks hold aren't among it.
fn stand(job: &Job) -> (&JobId, &JobStatus, JobProgress) {
    (&job.id, &job.state.current, job.progress())
}

fn progress_is_yielded_until_the_image_is_live<D: Driver>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    let (image, descriptor) = import(&sandbox, &client);
    let mut told = Vec::new();
    let rest = client.track(&descriptor, |update| {
        told.push(update.unwrap());
        assert_eq!(looks(&sandbox), told.len());
        sandbox.skip(ENOUGH);
    });
    let [first, last] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(first.job.state.current, JobStatus::Queued);
    assert_eq!((first.progress.done, first.progress.total), (0, 4));
    assert_eq!(last.job.state.current, JobStatus::Completed);
    assert_eq!((last.progress.done, last.progress.failed, last.progress.total), (4, 0, 4));
    let live = client.call(&GetImage::new(image)).unwrap().data;
    assert_eq!(live.state.current, ImageStatus::Live);

    let completed = rest.unwrap().0.completed(None).unwrap();
    assert_eq!(stand(&completed), stand(&last.job));
    let waited = client.wait(id(&descriptor)).unwrap();
    assert_eq!(waited, last.job);
}

fn a_job_that_appears_late_is_waited_for<D: Driver>(make: Make<D>) {
    let settings = Settings::default().step(Duration::ZERO).hidden_job_reads(1);
    let sandbox = Sandbox::with(settings).unwrap();
    let client = make(Setup::of(&sandbox));
    let (_, descriptor) = import(&sandbox, &client);
    let job = client.wait(id(&descriptor)).unwrap();
    assert_eq!((&job.id, &job.state.current), (id(&descriptor), &JobStatus::Completed));
    assert_eq!(looks(&sandbox), 2);
}

fn a_failed_job_has_its_reason<D: Driver>(make: Make<D>) {
    let sandbox = swift();
    let client = make(Setup::of(&sandbox));
    sandbox.next_job(JobOutcome::Fail { step: 1, message: "npm exited with 1".to_owned() });
    let (_, descriptor) = import(&sandbox, &client);
    let mut told = told(&client, &descriptor);
    assert_eq!(told.len(), 1);
    let error = told.remove(0).unwrap_err();
    let Some(JobError::Failed { job, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!((&job.id, &job.state.current), (id(&descriptor), &JobStatus::Error));
    assert_eq!((job.progress().done, job.progress().failed), (1, 1));
    let message = error.to_string();
    assert!(message.contains("Import image: npm exited with 1"), "{message}");
    assert!(message.contains(job.id.as_str()), "{message}");
    assert!(error.response().is_none());

    let error = client.wait(id(&descriptor)).unwrap_err();
    assert!(matches!(error.job(), Some(JobError::Failed { .. })), "{error:?}");
}

fn a_job_that_expires<D: Driver>(make: Make<D>) {
    let sandbox = swift();
    let client = make(Setup::of(&sandbox));
    sandbox.next_job(JobOutcome::Expire);
    let (_, descriptor) = import(&sandbox, &client);
    let error = client.wait(id(&descriptor)).unwrap_err();
    let Some(JobError::Expired { job, .. }) = error.job() else { panic!("{error:?}") };
    assert_eq!(&job.id, id(&descriptor));
    assert!(error.to_string().contains("expired before it was completed"), "{error}");
}

fn a_job_that_vanishes<D: Driver>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    sandbox.next_job(JobOutcome::Vanish);
    let (_, descriptor) = import(&sandbox, &client);
    let mut told = Vec::new();
    let followed = client.track(&descriptor, |update| {
        told.push(update);
        sandbox.skip(ENOUGH);
    });
    followed.unwrap();
    assert_eq!((told.len(), looks(&sandbox)), (2, 2));
    let error = told.pop().unwrap().unwrap_err();
    let seen = told.pop().unwrap().unwrap().job;
    let Some(JobError::Gone { id, last: Some(last), .. }) = error.job() else {
        panic!("{error:?}")
    };
    assert_eq!((id, &last.status, last.progress), stand(&seen));
}

fn a_descriptor_without_a_job<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let pushed = SourceId::new(sandbox.source_called("pushed").unwrap()).unwrap();
    let nothing = client.call(&CreateImagesJob::prune([&pushed])).unwrap().data;
    let error = client.track(&nothing, |update| panic!("{update:?}")).unwrap_err();
    assert!(matches!(error.job(), Some(JobError::NoJob { .. })), "{error:?}");
    assert!(
        error.to_string().contains("the platform accepted \"prune\" and named no job"),
        "{error}"
    );
    assert_eq!(sandbox.requests().len(), 1);
}

/// One that was left after an error.
fn a_tracker_is_resumed_by_another_client<D: Driver>(make: Make<D>) {
    let sandbox = swift();
    let client = make(Setup::of(&sandbox));
    let (_, descriptor) = import(&sandbox, &client);
    sandbox.fault(Fault::json(401, r#"{"error": "invalid_client"}"#));
    let rest = client.track(&descriptor, |update| {
        let error = update.unwrap_err();
        assert!(error.is_unauthorized(), "{error:?}");
        assert!(!shown(&error).contains(sandbox.api_key()));
    });
    let text = serde_json::to_string(&rest.unwrap().0).unwrap();
    assert!(!text.contains(sandbox.api_key()), "{text}");

    let flow: JobTracker = serde_json::from_str(&text).unwrap();
    let mut told = Vec::new();
    let other = make(Setup::with_key(&sandbox, sandbox.view_only_api_key()));
    other.run(flow, |update| told.push(update.unwrap().job.state.current));
    assert_eq!(told, [JobStatus::Completed]);
    assert_eq!(looks(&sandbox), 2);
}

fn a_poll_is_retried_whatever_the_policy<D: Driver>(make: Make<D>) {
    let sandbox = swift();
    let client = make(Setup::of(&sandbox).retry(quick()));
    let (_, descriptor) = import(&sandbox, &client);
    let faults = [Fault::Close, Fault::unavailable(), Fault::too_many_requests("0")];
    faults.into_iter().for_each(|fault| sandbox.fault(fault));
    client.wait(id(&descriptor)).unwrap();
    assert_eq!(looks(&sandbox), 4);
    let faults = [Fault::Close, Fault::unavailable(), Fault::too_many_requests("0")];
    faults.into_iter().for_each(|fault| sandbox.fault(fault));
    assert_eq!(told(&client, &descriptor).len(), 1);
    assert_eq!(looks(&sandbox), 8);
    sandbox.fault(Fault::Close);
    let once = make(Setup::of(&sandbox));
    once.wait(id(&descriptor)).unwrap();
    assert_eq!(looks(&sandbox), 10);
}

fn a_passed_deadline_returns_the_last_known_job<D: Driver>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    let (_, descriptor) = import(&sandbox, &client);
    let brief = Duration::from_millis(30);
    let flow = JobTracker::from_descriptor(&descriptor, 7).unwrap().deadline(brief);
    let mut told = Vec::new();
    client.run(flow, |update| told.push(update));
    assert_eq!((told.len(), looks(&sandbox)), (2, 1));
    let error = told.pop().unwrap().unwrap_err();
    let seen = told.pop().unwrap().unwrap().job;
    let Some(JobError::DeadlinePassed { id, last: Some(last), .. }) = error.job() else {
        panic!("{error:?}")
    };
    assert_eq!((id, &last.status, last.progress), stand(&seen));
}

fn many_jobs_have_the_ends_of_their_own_trackers<D: Driver>(make: Make<D>) {
    let sandbox = swift();
    let client = make(Setup::of(&sandbox));
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
    assert_eq!(looks(&sandbox), 0, "the list shows all of them");
    assert_eq!(
        reports.iter().map(|report| &report.id).collect::<Vec<_>>(),
        ids.iter().collect::<Vec<_>>()
    );
    for report in reports {
        assert!(report.is_last());
        let single = client.wait(&report.id).map_err(|error| error.to_string());
        assert_eq!(
            report.result.map(|update| update.job).map_err(|error| error.to_string()),
            single
        );
    }
}
