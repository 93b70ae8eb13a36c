//! Recorded images that were just made or changed.

use cycle_images::images::{CreateImage, UpdateImage};
use cycle_images::model::{
    CreatorType, Image, ImageSource, ImageStatus, Origin, RegistryAuth, RepoAuth, SourceType,
};
use cycle_images::{Hub, ImageId, Operation, Reply, SourceId, Timestamp};
use cycle_images_tests::recording;

fn reply<O: Operation>(operation: &O, name: &str) -> cycle_images::operation::ReplyOf<O> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    hub.response(operation, recording::read(name)).unwrap()
}

fn create_image(name: &str) -> Reply<Image> {
    reply(&CreateImage::new(SourceId::new("x").unwrap()), name)
}

fn update_image(name: &str) -> Reply<Image> {
    reply(&UpdateImage::new(ImageId::new("x").unwrap()), name)
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".into(), |time| time.to_string())
}

fn source(image: &Image) -> &ImageSource {
    image.source.as_ref().unwrap()
}

fn origin(image: &Image) -> &Origin {
    source(image).details.origin.as_ref().unwrap()
}

#[test]
fn create_image_documented() {
    let reply = create_image("create_image/documented");
    assert_eq!(reply.status, 201);
    let image = reply.data;
    assert_eq!(image.id.as_str(), "65f0a1b2c3d4e5f6a7b8000c");
    assert_eq!(image.name, "Café ☕ nightly");
    assert_eq!((image.size, image.backend.size), (5_000_000_001, 1_666_666_679));
    assert_eq!(image.requires.nvidia_gpu, Some(false));
    assert_eq!(image.build.as_ref().unwrap().use_disk, Some(true));
    assert_eq!(image.state.current, ImageStatus::New);
    assert_eq!(source(&image).kind, SourceType::Direct);
    let overrides = source(&image).overrides.as_ref().unwrap();
    assert_eq!(overrides.target.as_deref(), Some("acme/cafe:nightly"));
    let Origin::DockerFile(file) = origin(&image) else {
        panic!("{:?}", origin(&image));
    };
    let Some(RepoAuth::Ssh(ssh)) = &file.repo.as_ref().unwrap().auth else {
        panic!("{file:?}");
    };
    assert_eq!(ssh.private_key.expose(), "sec-private-key line 1\nline 2\n");
}

#[test]
fn update_image_documented() {
    let reply = update_image("update_image/documented");
    assert_eq!(reply.status, 200);
    let image = reply.data;
    assert_eq!(image.id.as_str(), "65f0a1b2c3d4e5f6a7b8000e");
    assert_eq!(image.name, "Storefront, renamed \"blue\"\tübermorgen");
    assert_eq!(image.size, 8_589_934_593);
    assert_eq!(image.creator.as_ref().unwrap().kind, CreatorType::Employee);
    assert_eq!(source(&image).kind, SourceType::Bucket);
    let Origin::OciRegistry(registry) = origin(&image) else {
        panic!("{:?}", origin(&image));
    };
    let Some(RegistryAuth::Webhook(webhook)) = &registry.auth else {
        panic!("{registry:?}");
    };
    assert_eq!(webhook.url, "https://hooks.example.org/registry-login");
}

#[test]
fn an_image_that_waits_for_its_upload() {
    let reply = create_image("create_image/cycle_upload");
    assert_eq!(reply.status, 201);
    assert_eq!(reply.data.name, "pushed by hand");
    assert_eq!(reply.data.state.current, ImageStatus::Uploading);
    assert_eq!(at(reply.data.state.changed), "2026-03-10T14:05:09Z");
    let Origin::CycleUpload(upload) = origin(&reply.data) else {
        panic!("{:?}", origin(&reply.data));
    };
    assert_eq!(at(upload.expires), "2026-03-10T15:05:09.123Z");
    assert_eq!(upload.token.expose(), "sec-upload-token");
}

#[test]
fn create_image_as_go_writes_it() {
    let reply = create_image("create_image/as_go_writes");
    assert_eq!(reply.status, 200);
    let image = reply.data;
    assert_eq!(image.id.as_str(), "66aa00000000000000aa0011");
    assert_eq!((&*image.name, image.size), ("nginx", 0));
    assert_eq!(image.about.unwrap().description, None);
    assert_eq!(image.requires.nvidia_gpu, None);
    assert_eq!((image.build, image.builder, image.factory, image.meta), (None, None, None, None));
    assert_eq!(image.config, cycle_images::model::Config::default());
    assert_eq!(image.backend, cycle_images::model::Backend::default());
    assert_eq!(image.state.current, ImageStatus::New);
    assert_eq!((image.state.changed, image.state.error), (None, None));
    assert_eq!(at(image.events.created), "2026-03-10T14:05:08.999999999Z");
    assert_eq!((image.events.updated, image.events.deleted), (None, None));
    let source = image.source.unwrap();
    assert_eq!(source.overrides, None);
    let Some(Origin::DockerHub(hub)) = source.details.origin else {
        panic!("another origin");
    };
    assert_eq!(hub.target, "nginx");
    assert_eq!((hub.existing, hub.username, hub.token), (None, None, None));
}

#[test]
fn update_image_as_go_writes_it() {
    let reply = update_image("update_image/as_go_writes");
    let image = reply.data;
    assert_eq!((&*image.name, image.size), ("renamed", 4_294_967_295));
    assert_eq!(image.state.current.as_str(), "rebuilding");
    assert!(matches!(image.state.current, ImageStatus::Unknown(_)));
    assert_eq!(image.state.changed, None);
    let details = &source(&image).details;
    assert_eq!(source(&image).kind, SourceType::StackBuild);
    assert_eq!((&*details.id, &details.stack_id), ("", &None));
    assert!(details.containers.is_empty());
    let Origin::OciRegistry(registry) = origin(&image) else {
        panic!("{:?}", origin(&image));
    };
    assert_eq!((&*registry.target, &*registry.url), ("a/b:c", "https://oci.example.com"));
    assert_eq!((&registry.existing, &registry.auth), (&None, &None));
}

#[test]
fn the_head_after_a_continue_counts() {
    let reply = create_image("create_image/after_continue");
    assert_eq!(reply.status, 201);
    assert_eq!(reply.headers.len(), 3);
    assert_eq!(reply.data.name, "after the wait");
    assert_eq!(reply.data.id.as_str(), "66aa00000000000000aa0012");
}
