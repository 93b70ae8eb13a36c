//! Each operation on images once, from call to typed reply, and those on sources that change them.

use cycle_images::SourceId;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, ImageMetaName, UpdateImage,
};
use cycle_images::jobs::GetJob;
use cycle_images::model::{DockerHub, ImageStatus, JobStatus, LifeStatus};
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, UpdateImageSource,
};
use cycle_images_tests::sandbox::Sandbox;

use super::{ENOUGH, STEP, Test, still, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(an_image_is_created_imported_renamed_and_deleted),
        test(unused_images_are_pruned),
        test(images_are_listed_with_what_they_refer_to),
        test(a_source_is_created_changed_and_deleted),
    ]
}

fn an_image_is_created_imported_renamed_and_deleted<D: Driver>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let create = CreateImage::new(source).name("web 1.4").build_arg("VERSION", "1.4");
    let created = client.call(&create).unwrap();
    assert_eq!(created.status, 201);
    let image = created.data;
    assert_eq!((image.name.as_str(), &image.state.current), ("web 1.4", &ImageStatus::New));
    assert_eq!(image.build.unwrap().args["VERSION"], "1.4");

    let log = GetImageBuildLog::new(&image.id);
    assert!(client.call(&log).unwrap_err().response().unwrap().is_not_found());

    let import = client.call(&CreateImageJob::import(&image.id)).unwrap().data;
    assert_eq!(import.action, "import");
    let job = GetJob::new(&import.job.unwrap().id);
    assert_eq!(client.call(&job).unwrap().data.state.current, JobStatus::Queued);
    sandbox.skip(ENOUGH);
    assert_eq!(client.call(&job).unwrap().data.state.current, JobStatus::Completed);

    let get = GetImage::new(&image.id);
    let live = client.call(&get).unwrap().data;
    assert_eq!((live.state.current, live.size), (ImageStatus::Live, 187_650_048));
    let log = client.call(&log).unwrap().data;
    assert_eq!(log.image_id.as_ref(), Some(&image.id));
    assert!(log.log.ends_with("Saved 187650048 bytes\n"), "{}", log.log);

    let rename = UpdateImage::new(&image.id).name("wéb, the last");
    assert_eq!(client.call(&rename).unwrap().data.name, "wéb, the last");
    assert_eq!(client.call(&get).unwrap().data.name, "wéb, the last");

    let delete = client.call(&DeleteImage::new(&image.id)).unwrap().data;
    assert_eq!((delete.action.as_str(), delete.job.is_some()), ("delete", true));
    assert_eq!(client.call(&get).unwrap().data.state.current, ImageStatus::Deleting);
    sandbox.skip(ENOUGH);
    assert!(client.call(&get).unwrap_err().response().unwrap().is_not_found());
}

fn unused_images_are_pruned<D: Driver>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let of_source = GetImages::new().filter_source_id(&source);
    assert_eq!(client.call(&of_source).unwrap().data.len(), 4);

    let prune = client.call(&CreateImagesJob::prune([&source])).unwrap();
    assert_eq!((prune.status.as_u16(), prune.data.action.as_str()), (202, "prune"));
    assert_eq!(prune.data.job.unwrap().tasks.len(), 3);
    sandbox.skip(4 * STEP);
    assert_eq!(client.call(&of_source).unwrap().data.len(), 1);
    let nothing = client.call(&CreateImagesJob::prune([&source])).unwrap().data;
    assert_eq!((nothing.action.as_str(), nothing.job), ("prune", None));
}

fn images_are_listed_with_what_they_refer_to<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let list = GetImages::new()
        .filter_state(ImageStatus::Live)
        .sort("-size")
        .meta(ImageMetaName::ContainersCount)
        .include(ImageInclude::Sources)
        .include(ImageInclude::Creators)
        .page_size(4);
    let reply = client.call(&list).unwrap();
    let names: Vec<&str> = reply.data.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["web 1.27", "shop api", "stack db", "web 1.26"]);
    let web = &reply.data[0];
    // More than 32 bits can hold.
    assert_eq!(web.size, 5_905_580_032);
    let containers = web.meta.as_ref().unwrap().containers_count.as_ref().unwrap();
    assert_eq!((containers.total, containers.state["running"]), (3, 3));
    assert_eq!(reply.includes.sources[sandbox.source_id()].name, "Web");
    assert_eq!(reply.includes.creators.accounts.len(), 1);
    assert!(reply.skipped.is_empty());
}

fn a_source_is_created_changed_and_deleted<D: Driver>(make: Make<D>) {
    let sandbox = still();
    let client = make(Setup::of(&sandbox));
    let create = CreateImageSource::new(DockerHub::new("nginx:1.27")).name("The web");
    let created = client.call(&create).unwrap();
    assert_eq!(created.status, 201);
    let source = created.data;
    assert_eq!((&*source.name, &*source.identifier), ("The web", "the-web"));
    let update = UpdateImageSource::new(&source.id).origin(DockerHub::new("nginx:1.28"));
    let updated = client.call(&update).unwrap().data;
    assert_eq!(updated.origin, Some(DockerHub::new("nginx:1.28").into()));

    let delete = client.call(&DeleteImageSource::new(&source.id)).unwrap().data;
    assert!(delete.job.unwrap().accepted);
    let get = GetImageSource::new(&source.id);
    assert_eq!(client.call(&get).unwrap().data.state.current, LifeStatus::Deleting);
    sandbox.skip(ENOUGH);
    assert!(client.call(&get).unwrap_err().response().unwrap().is_not_found());
}
