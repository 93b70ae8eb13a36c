//! Recorded job descriptors, checked field by field.

use cycle_images::images::{CreateImageJob, CreateImagesJob, DeleteImage};
use cycle_images::model::{DescribedJob, JobDescriptor, Parallel, TaskStep};
use cycle_images::{Hub, ImageId, Operation, Reply, SourceId, Timestamp};
use cycle_images_tests::recording;
use serde_json::{Value, json};

fn reply<O: Operation>(operation: &O, name: &str) -> cycle_images::operation::ReplyOf<O> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    hub.response(operation, recording::read(name)).unwrap()
}

fn id() -> ImageId {
    ImageId::new("x").unwrap()
}

fn delete(name: &str) -> Reply<JobDescriptor> {
    reply(&DeleteImage::new(id()), &format!("delete_image/{name}"))
}

fn import(name: &str) -> Reply<JobDescriptor> {
    reply(&CreateImageJob::import(id()), &format!("create_image_job/{name}"))
}

fn prune(name: &str) -> Reply<JobDescriptor> {
    let operation = CreateImagesJob::prune([SourceId::new("x").unwrap()]);
    reply(&operation, &format!("create_images_job/{name}"))
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".into(), |time| time.to_string())
}

fn step(step: &TaskStep) -> String {
    let TaskStep { caption, description, started, completed, .. } = step;
    format!("{caption}: {description}, {} - {}", at(*started), at(*completed))
}

fn steps(job: &DescribedJob) -> Vec<String> {
    job.tasks.iter().flat_map(|task| &task.steps).map(step).collect()
}

fn inputs(job: &DescribedJob) -> Vec<Value> {
    let input =
        |task: &cycle_images::model::DescribedTask| task.input.as_ref().unwrap().parse().unwrap();
    job.tasks.iter().map(input).collect()
}

#[test]
fn a_delete() {
    let reply = delete("documented");
    assert_eq!((reply.status.as_u16(), &*reply.data.action), (200, "delete"));
    assert_eq!(reply.data.job_id().unwrap().as_str(), "68f0b00000000000000f0001");
    let job = reply.data.job.unwrap();
    assert_eq!(job.id.as_str(), "68f0b00000000000000f0001");
    assert!(job.accepted);
    assert_eq!(job.queue, "images-5e8f1a2b");
    assert_eq!(at(job.schedule), "2026-03-10T14:05:10Z");
    assert_eq!(job.parallel.sub_queue.as_deref(), Some("storage"));
    assert!(job.parallel.tasks);
    assert_eq!(job.tasks.len(), 1);
    assert_eq!((&*job.tasks[0].caption, &*job.tasks[0].header), ("Delete image", "image.delete"));
    let expected = [
        "Remove from servers: Removes the cached image from every server that has it, \
         2026-03-10T14:05:10.25Z - 2026-03-10T14:05:11.5Z",
        "Remove from storage: Removes the image from the storage provider, \
         2026-03-10T14:05:12Z - 2026-03-10T14:05:13.75Z",
    ];
    assert_eq!(steps(&job), expected);
    let input = json!({"image_id": "65f0a1b2c3d4e5f6a7b80007", "force": false, "attempt": 1});
    assert_eq!(inputs(&job), [input]);
}

#[test]
fn a_prune() {
    let reply = prune("documented");
    assert_eq!((reply.status.as_u16(), &*reply.data.action), (202, "prune"));
    let job = reply.data.job.unwrap();
    assert_eq!((job.id.as_str(), &*job.queue), ("68f0b00000000000000f0003", "prune-5e8f1a2b"));
    assert_eq!(at(job.schedule), "2026-03-11T00:00:00Z");
    assert_eq!(job.parallel.sub_queue.as_deref(), Some("night"));
    assert!(!job.parallel.tasks);
    let captions: Vec<_> =
        job.tasks.iter().map(|task| (&*task.caption, task.steps.len())).collect();
    assert_eq!(captions, [("Prune source Postgres", 1), ("Prune source Uploads", 2)]);
    let expected = [
        "Find unused images: Lists the images that no container uses, \
         2026-03-11T00:00:01Z - 2026-03-11T00:00:02.5Z",
        "Find unused images: Lists the images that no container uses, \
         2026-03-11T00:00:03Z - never",
        "Delete them: Queues a delete for each, never - never",
    ];
    assert_eq!(steps(&job), expected);
    let ids = ["66aa00000000000000aa0001", "66aa00000000000000aa0002"];
    let expected = [
        json!({"source_id": "64d0a0000000000000050001"}),
        json!({"source_id": "64d0a0000000000000050008", "ids": ids}),
    ];
    assert_eq!(inputs(&job), expected);
}

#[test]
fn an_import() {
    let reply = import("documented");
    assert_eq!((reply.status.as_u16(), &*reply.data.action), (200, "import"));
    let job = reply.data.job.unwrap();
    assert_eq!((job.id.as_str(), &*job.queue), ("68f0b00000000000000f0005", "factory-eu-1"));
    assert_eq!(at(job.schedule), "2026-03-10T14:05:59.5Z");
    let expected = [
        "Download: Fetches the repository and the base images, \
         2026-03-10T14:06:00.1Z - 2026-03-10T14:06:30.2Z",
        "Build: Runs the builder, 2026-03-10T14:06:31Z - 2026-03-10T14:09:59.999Z",
        "Verify: Checks the result, 2026-03-10T14:10:00Z - 2026-03-10T14:10:05Z",
        "Save: Stores the image, 2026-03-10T14:10:06Z - 2026-03-10T14:11:00Z",
    ];
    assert_eq!(steps(&job), expected);
    let input = json!({
        "image_id": "65f0a1b2c3d4e5f6a7b8000c",
        "builder": {"integration_id": "65e0000000000000000b0001"},
        "size": 5_000_000_001_u64,
    });
    assert_eq!(inputs(&job), [input]);
}

#[test]
fn descriptors_as_go_writes_them() {
    let deleted = delete("as_go_writes");
    assert_eq!(deleted.status, 202);
    let job = deleted.data.job.unwrap();
    assert_eq!(
        (job.id.as_str(), job.accepted, &*job.queue),
        ("68f0b00000000000000f0002", true, "")
    );
    assert_eq!((job.schedule, job.parallel, job.tasks.len()), (None, Parallel::default(), 0));

    let imported = import("as_go_writes");
    assert_eq!(imported.status, 201);
    let job = imported.data.job.unwrap();
    assert_eq!((&*job.queue, job.schedule), ("factory", None));
    assert_eq!(job.parallel, Parallel::default());
    let tasks: Vec<_> = job.tasks.iter().map(|task| (&*task.caption, &*task.header)).collect();
    assert_eq!(tasks, [("", "image.import"), ("Notify", ""), ("Scan", "image.scan")]);
    assert_eq!(steps(&job), [": , never - never", "Report: , never - never"]);
    assert_eq!((&job.tasks[0].input, &job.tasks[1].input), (&None, &None));
    assert_eq!(job.tasks[2].input.as_ref().unwrap().as_str(), "{}");
}

#[test]
fn descriptors_that_lead_to_no_job() {
    for (reply, action) in [
        (delete("without_job"), "delete"),
        (import("without_job"), "import"),
        (prune("as_go_writes"), "prune"),
    ] {
        assert_eq!((&*reply.data.action, reply.data.job), (action, None));
    }
    let job = prune("not_accepted").data.job.unwrap();
    assert_eq!((job.id.as_str(), job.accepted), ("68f0b00000000000000f0004", false));
}
