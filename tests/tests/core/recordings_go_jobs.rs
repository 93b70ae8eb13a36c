//! Recorded jobs as the service, written in Go, really writes them.

use cycle_images::jobs::JobIncludes;
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::{CreatorType, JobStatus, TaskState, TaskStatus};

use cycle_images_tests::support::{at, job, reply};

#[test]
fn get_jobs() {
    let reply = reply(&GetJobs::new(), "get_jobs/as_go_writes");
    assert_eq!((reply.status.as_u16(), reply.skipped.len()), (206, 1));
    assert_eq!(reply.includes, JobIncludes::default());
    let [least, plain, odd] = &reply.data[..] else { panic!("{:?}", reply.data) };

    assert_eq!(least.state.current, JobStatus::New);
    assert_eq!((&*least.caption, &least.creator), ("", &None));

    assert_eq!((&*plain.caption, &plain.hub_id), ("a & <b>", &None));
    assert_eq!(plain.state.current, JobStatus::Queued);
    assert_eq!([plain.schedule, plain.expires, plain.state.changed], [None; 3]);
    assert!(plain.tasks.is_empty());
    assert_eq!(plain.creator.as_ref().unwrap().kind, CreatorType::Platform);

    assert_eq!(odd.state.current, JobStatus::from("paused"));
    assert!(!odd.state.current.is_final());
    assert_eq!(odd.state.error.as_ref().unwrap().message, None);
    assert!(!odd.limit_duplicates);
    assert_eq!(at(odd.events.queued), "2026-03-10T14:05:09.123456789Z");
    assert_eq!(odd.events.started, None);
}

#[test]
fn tasks() {
    let mut jobs = reply(&GetJobs::new(), "get_jobs/as_go_writes").data;
    let job = jobs.remove(2);
    assert_eq!(job.tasks.len(), 3); // the `null` among them is set aside
    let [empty, stateless, odd] = &job.tasks[..] else { panic!("{job:?}") };

    assert_eq!((&empty.id, &*empty.header), (&None, "image.import"));
    assert!(empty.steps.is_empty() && empty.input.is_none() && empty.output.is_none());
    assert_eq!(empty.state, TaskState::default());
    assert_eq!((&stateless.state.current, &stateless.error), (&None, &None));

    assert_eq!(odd.state.current, Some(TaskStatus::from("paused")));
    assert_eq!(odd.steps.len(), 2);
    assert_eq!((&*odd.steps[1].caption, odd.steps[1].started), ("Save", None));
    let input = odd.input.as_ref().unwrap().as_str();
    assert_eq!(input, r#"{"token":"sec-task-token","deep":{"n":1.5}}"#);
    assert_eq!(odd.error.as_ref().unwrap().message, None);

    let progress = job.progress();
    assert_eq!((progress.done, progress.failed, progress.total), (1, 0, 4));
}

#[test]
fn get_job() {
    let reply = reply(&GetJob::new(job()), "get_job/as_go_writes");
    assert_eq!(reply.status, 203);
    let job = reply.data;
    assert_eq!(job.state.current, JobStatus::Completed);
    assert!(job.failure().is_none());
    assert_eq!(job.creator.as_ref().unwrap().kind.as_str(), "robot");
    let events = &job.tasks[0].events;
    assert_eq!((events.queued, events.completed), (None, None));
    assert_eq!(at(events.started), "2026-03-10T14:05:09Z");
    assert_eq!(job.progress().done, 1);
}

#[test]
fn get_latest_jobs() {
    let reply = reply(&GetLatestJobs::new(), "get_latest_jobs/as_go_writes");
    assert!(reply.data.is_empty() && reply.skipped.is_empty());
}
