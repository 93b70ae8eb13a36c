//! Each operation once, from call to typed reply.

use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, UpdateImage,
};
use cycle_images::model::ImageStatus;
use cycle_images_tests::sandbox::{Sandbox, Settings};

use crate::client;

const STEP: Duration = Duration::from_secs(3600);

/// A sandbox in which time passes only when it is told to.
fn still_sandbox() -> Sandbox {
    Sandbox::with(Settings::default().step(STEP)).unwrap()
}

#[test]
fn an_image_is_created_imported_followed_renamed_and_deleted() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);

    let source = SourceId::new(sandbox.source_id()).unwrap();
    let create = CreateImage::new(source)
        .name("web 1.4")
        .build_arg("VERSION", "1.4")
        .override_target("my-company/web:1.4");
    let created = client.call(&create).unwrap();
    assert_eq!(created.status, 201);
    let image = created.data;
    assert_eq!(image.name, "web 1.4");
    assert_eq!(image.state.current, ImageStatus::New);
    assert_eq!(image.hub_id.unwrap().as_str(), sandbox.hub_id());
    assert_eq!(image.build.unwrap().args["VERSION"], "1.4");
    let source = image.source.unwrap();
    assert_eq!(source.details.id, sandbox.source_id());
    let target = source.overrides.unwrap().target;
    assert_eq!(target.as_deref(), Some("my-company/web:1.4"));

    let log = GetImageBuildLog::new(&image.id);
    let too_early = client.call(&log).unwrap_err();
    assert!(too_early.response().unwrap().is_not_found());

    let import = CreateImageJob::import(&image.id);
    let import = client.call(&import).unwrap().data;
    assert_eq!(import.action, "import");
    let job = import.job.unwrap();
    assert!(job.accepted && !job.id.as_str().is_empty());
    assert_eq!(job.tasks[0].steps.len(), 4);

    let get = GetImage::new(&image.id);
    let states = std::iter::repeat_with(|| {
        sandbox.skip(STEP);
        client.call(&get).unwrap().data
    });
    let states: Vec<_> = states.take(5).collect();
    let words: Vec<_> = states.iter().map(|image| image.state.current.as_str()).collect();
    assert_eq!(words, ["downloading", "building", "verifying", "saving", "live"]);
    assert_eq!(states[4].size, 187_650_048);
    assert_eq!(states[4].config.ports.len(), 1);

    let log = client.call(&log).unwrap().data;
    assert_eq!(log.image_id.as_ref(), Some(&image.id));
    assert!(log.log.starts_with("Pulling my-company/web:1.4\n"), "{}", log.log);
    assert!(log.log.ends_with("Saved 187650048 bytes\n"), "{}", log.log);

    let rename = UpdateImage::new(&image.id).name("web, the last");
    assert_eq!(client.call(&rename).unwrap().data.name, "web, the last");
    assert_eq!(client.call(&get).unwrap().data.name, "web, the last");

    let delete = client.call(&DeleteImage::new(&image.id)).unwrap().data;
    assert_eq!((delete.action.as_str(), delete.job.is_some()), ("delete", true));
    assert_eq!(client.call(&get).unwrap().data.state.current, ImageStatus::Deleting);
    sandbox.skip(3 * STEP);
    let gone = client.call(&get).unwrap_err();
    assert!(gone.response().unwrap().is_not_found(), "{gone}");
}

#[test]
fn unused_images_of_a_source_are_pruned() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let of_source = GetImages::new().filter_source_id(&source);
    let names = || -> Vec<String> {
        let images = client.call(&of_source).unwrap().data;
        images.into_iter().map(|image| image.name).collect()
    };
    assert_eq!(names(), ["web 1.27", "web next", "web 1.26", ""]);

    let prune = client.call(&CreateImagesJob::prune([&source])).unwrap();
    assert_eq!((prune.status.as_u16(), prune.data.action.as_str()), (202, "prune"));
    let job = prune.data.job.unwrap();
    assert_eq!(job.tasks.len(), 3);
    assert_eq!(job.tasks[0].header, "image.prune");

    sandbox.skip(4 * STEP);
    assert_eq!(names(), ["web 1.27"]);
    let nothing = client.call(&CreateImagesJob::prune([&source])).unwrap().data;
    assert_eq!((nothing.action.as_str(), nothing.job), ("prune", None));
}

#[test]
fn an_image_has_its_includes() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let listed = client.call(&GetImages::new().filter_search("shop api")).unwrap().data;
    assert_eq!(listed.len(), 2);

    let get = GetImage::new(&listed[0].id)
        .include(ImageInclude::Sources)
        .include(ImageInclude::Creators)
        .include(ImageInclude::Integrations);
    let reply = client.call(&get).unwrap();
    assert_eq!(reply.data.name, "shop api");
    let source = reply.data.source.unwrap().details.id;
    assert_eq!(reply.includes.sources[&source].name, "Shop API");
    assert_eq!(reply.includes.sources_identifiers["shop-api"], [source]);
    assert_eq!(reply.includes.integrations.len(), 1);
    let creator = reply.data.creator.unwrap().id.unwrap();
    assert!(reply.includes.creators.api_keys.contains_key(creator.as_str()));
    assert!(reply.skipped.is_empty());
}
