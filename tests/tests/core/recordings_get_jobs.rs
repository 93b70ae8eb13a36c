//! Recorded jobs as the document promises them, field by field.

use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::Json;
use cycle_images::model::{CreatorType, Job, JobEvents, JobStatus, JobTask, TaskStatus};

use cycle_images_tests::support::{at, job, reply};

/// When it was queued, started and completed.
fn times(events: &JobEvents) -> [String; 3] {
    [at(events.queued), at(events.started), at(events.completed)]
}

fn raw(json: &Option<Json>) -> serde_json::Value {
    json.as_ref().unwrap().parse().unwrap()
}

fn message(task: &JobTask) -> Option<&str> {
    task.error.as_ref()?.message.as_deref()
}

/// Done, failed and total.
fn progress(job: &Job) -> (usize, usize, usize) {
    let progress = job.progress();
    (progress.done, progress.failed, progress.total)
}

#[test]
fn get_job() {
    let job = reply(&GetJob::new(job()), "get_job/documented").data;
    assert_eq!(job.id.as_str(), "68f0b00000000000000f0031");
    assert_eq!(job.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!((&*job.queue, &*job.caption), ("hub-images", "Import image Café"));
    assert_eq!(times(&job.events), ["2026-03-10T14:00:00Z", "2026-03-10T14:00:01Z", "never"]);
    assert_eq!(at(job.schedule), "2026-03-10T14:00:00.5Z");
    assert_eq!(at(job.expires), "2026-03-11T14:00:02Z");
    assert_eq!((&*job.hash, job.limit_duplicates), ("import:31", true));
    let creator = job.creator.as_ref().unwrap();
    assert_eq!(creator.id.as_ref().unwrap().as_str(), "60c0ffee0000000000c00005");
    assert_eq!(creator.kind, CreatorType::ApiKey);
    assert_eq!(job.state.current, JobStatus::Error);
    assert_eq!(at(job.state.changed), "2026-03-10T14:04:00Z");
    let error = job.state.error.as_ref().unwrap();
    assert_eq!(error.message.as_deref(), Some("1 of 3 tasks failed"));
}

#[test]
fn tasks_of_a_job() {
    let job = reply(&GetJob::new(job()), "get_job/documented").data;
    let [prepare, import, notify] = &job.tasks[..] else { panic!("{job:?}") };

    assert_eq!(prepare.id.as_ref().unwrap().as_str(), "68f0c00000000000000f0001");
    assert_eq!((&*prepare.caption, &*prepare.header), ("Prepare builder", "builder.prepare"));
    let expected = ["2026-03-10T14:00:01.1Z", "2026-03-10T14:00:01.2Z", "2026-03-10T14:00:01.3Z"];
    assert_eq!(times(&prepare.events), expected);
    assert_eq!(prepare.state.current, Some(TaskStatus::Completed));
    assert_eq!(at(prepare.state.changed), "2026-03-10T14:00:01.4Z");
    assert_eq!(raw(&prepare.input)["builder"]["integration_id"], "65e0000000000000000b0001");
    assert_eq!(prepare.output.as_ref().unwrap()["node_id"], "5f1000000000000000000001");
    assert!(prepare.steps.is_empty() && prepare.error.is_none());

    assert_eq!(import.state.current, Some(TaskStatus::Error));
    assert_eq!(message(import), Some("step 2/9 exited with status 101"));
    assert_eq!(raw(&import.input)["size"], 5_000_000_001_u64);
    assert_eq!(import.output, None);
    assert_eq!(import.steps.len(), 4);
    let [download, build, ..] = &import.steps[..] else { panic!("{import:?}") };
    assert_eq!(
        (&*download.caption, &*download.description),
        ("Download", "Fetches the repository")
    );
    assert_eq!(at(download.started), "2026-03-10T14:00:04Z");
    assert_eq!(at(download.completed), "2026-03-10T14:00:05Z");
    assert_eq!((at(build.started), build.completed), ("2026-03-10T14:00:06Z".to_owned(), None));

    assert_eq!(notify.state.current, Some(TaskStatus::Pending));
    assert_eq!(times(&notify.events), ["never"; 3]);
}

#[test]
fn a_failed_job_has_progress_and_reason() {
    let job = reply(&GetJob::new(job()), "get_job/documented").data;
    assert_eq!(progress(&job), (2, 1, 6));
    let failure = job.failure().unwrap();
    assert_eq!(failure.status, JobStatus::Error);
    assert_eq!(failure.message.as_deref(), Some("1 of 3 tasks failed"));
    assert_eq!(failure.tasks.len(), 1);
    assert_eq!(failure.tasks[0].caption, "Import image");
    assert_eq!(
        failure.to_string(),
        "the job failed: 1 of 3 tasks failed; Import image: step 2/9 exited with status 101"
    );
}

#[test]
fn get_jobs() {
    let reply = reply(&GetJobs::new(), "get_jobs/documented");
    assert_eq!((reply.status.as_u16(), reply.skipped.len()), (200, 0));
    let [running, done] = &reply.data[..] else { panic!("{:?}", reply.data) };

    assert_eq!((&*running.queue, &*running.caption), ("hub-images-2", "Import image Web"));
    assert_eq!(running.state.current, JobStatus::Running);
    assert!(!running.state.current.is_final() && running.failure().is_none());
    assert_eq!(running.schedule, None);
    assert_eq!(running.tasks[0].state.current, Some(TaskStatus::Running));
    assert_eq!(progress(running), (1, 0, 2));

    assert_eq!(done.state.current, JobStatus::Completed);
    assert!(done.state.current.is_final() && done.failure().is_none());
    assert_eq!(at(done.events.completed), "2026-03-10T14:20:02Z");
    assert_eq!(done.creator.as_ref().unwrap().kind, CreatorType::Employee);
    assert_eq!(done.tasks[0].output.as_ref().unwrap()["freed"], "1073741824");
    assert_eq!(progress(done), (2, 0, 2));

    let creators = reply.includes.creators;
    assert_eq!(creators.accounts["60c0ffee0000000000c00001"].name.last, "Byron");
    assert_eq!(creators.employees["60c0ffee0000000000c00002"].name.last, "Hopper");
    assert_eq!(creators.api_keys["60c0ffee0000000000c00005"].name, "ci");
}

#[test]
fn get_latest_jobs() {
    let reply = reply(&GetLatestJobs::new(), "get_latest_jobs/documented");
    let [expired, scheduled] = &reply.data[..] else { panic!("{:?}", reply.data) };

    assert_eq!(expired.state.current, JobStatus::Expired);
    assert_eq!(expired.failure().unwrap().to_string(), "the job expired: nothing picked it up");
    assert_eq!(at(expired.expires), "2026-03-10T14:40:30Z");
    assert_eq!(progress(expired), (0, 0, 0));

    assert_eq!(scheduled.state.current, JobStatus::Scheduled);
    assert_eq!(at(scheduled.schedule), "2026-04-01T00:00:00Z");
    assert_eq!(times(&scheduled.events), ["never"; 3]);
    assert_eq!(progress(scheduled), (0, 0, 1));
}
