//! A recorded image, read through the hub and checked field by field.

use cycle_images::http::Version;
use cycle_images::images::ImageIncludes;
use cycle_images::images::{GetImage, GetImages};
use cycle_images::model::{
    CreatorType, Image, ImageSource, ImageStatus, Origin, RegistryAuth, SourceType, VolumeMode,
};
use cycle_images::{Hub, ImageId, Operation, Reply, Timestamp};
use cycle_images_tests::recording;

fn reply<O: Operation>(operation: &O, name: &str) -> cycle_images::operation::ReplyOf<O> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    hub.response(operation, recording::read(name)).unwrap()
}

fn get_image(name: &str) -> Reply<Image, ImageIncludes> {
    reply(&GetImage::new(ImageId::new("x").unwrap()), name)
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
fn get_image_documented() {
    let reply = get_image("get_image/documented");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["date"], "Tue, 10 Mar 2026 14:05:09 GMT");
    assert_eq!(reply.skipped, []);
    let image = reply.data;
    assert_eq!(image.id.as_str(), "65f0a1b2c3d4e5f6a7b8000b");
    assert_eq!(image.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!(image.name, "Storefront");
    assert_eq!(image.size, 7_516_192_769);
    let about = image.about.as_ref().unwrap();
    assert_eq!(about.description.as_deref(), Some("Description number 11"));
    assert_eq!(image.backend.provider, "backblaze");
    assert_eq!(image.backend.size, 2_505_397_600);
    assert_eq!(image.backend.file_name, "image-11.tar.gz");
    assert_eq!(image.backend.file_id, "4_z11f1c2_file");
    assert_eq!(image.requires.nvidia_gpu, Some(true));
    let build = image.build.as_ref().unwrap();
    assert_eq!(build.args.len(), 2);
    assert_eq!(build.args["RUST_VERSION"], "1.811");
    assert_eq!(build.args["PROFILE"], "release");
    assert_eq!(build.use_disk, Some(false));
    let builder = image.builder.as_ref().unwrap().integration_id.as_ref().unwrap();
    assert_eq!(builder.as_str(), "65e0000000000000000b000b");
    let creator = image.creator.as_ref().unwrap();
    assert_eq!(creator.id.as_ref().unwrap().as_str(), "60c0ffee0000000000c0000b");
    assert_eq!(creator.kind, CreatorType::ApiKey);
    let factory = image.factory.as_ref().unwrap();
    assert_eq!(factory.node_id, "63fac000000000000f00000b");
    assert_eq!(at(factory.cached), "2026-03-03T06:07:08.091Z");
    assert_eq!(at(factory.acknowledged), "2026-03-03T06:07:09.5Z");
    assert_eq!(image.state.current, ImageStatus::Live);
    assert_eq!(at(image.state.changed), "2026-03-03T07:08:09.123456789Z");
    let error = image.state.error.as_ref().unwrap();
    assert_eq!(error.message.as_deref(), Some("layer 11 was retried"));
    assert_eq!(at(error.time), "2026-03-03T07:00:00.25Z");
    assert_eq!(at(image.events.created), "2026-03-03T05:04:03.002Z");
    assert_eq!(at(image.events.updated), "2026-03-03T08:09:10Z");
    assert_eq!(at(image.events.deleted), "2026-03-22T11:12:13Z");
    let counts = image.meta.unwrap().containers_count.unwrap();
    assert_eq!(counts.state.len(), 3);
    assert_eq!(counts.state["running"], 11);
    assert_eq!(counts.state["stopped"], 12);
    assert_eq!(counts.state["deleted"], 13);
    assert_eq!((counts.total, counts.available), (36, 23));
}

#[test]
fn the_config_of_an_image() {
    let config = get_image("get_image/documented").data.config;
    assert_eq!(config.user, "app11:app");
    let ports: Vec<_> =
        config.ports.iter().map(|port| (port.host, port.container, &*port.kind)).collect();
    assert_eq!(ports, [(8011, 80, "tcp"), (5311, 53, "udp")]);
    assert_eq!(config.env.len(), 2);
    assert_eq!(config.env["PATH"], "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    assert_eq!(config.env["LISTEN"], ":8011");
    assert_eq!(config.labels.len(), 2);
    assert_eq!(config.labels["org.opencontainers.image.version"], "1.11.0");
    assert_eq!(config.labels["maintainer"], "Ops <ops@example.com>");
    assert_eq!(config.command, ["serve", "--config", "/etc/app/11.toml"]);
    assert_eq!(config.entrypoint, ["/usr/bin/tini", "--"]);
    let volumes: Vec<_> =
        config.volumes.iter().map(|volume| (volume.path.as_deref(), volume.mode.clone())).collect();
    let expected = [
        (Some("/var/lib/app11"), Some(VolumeMode::ReadWrite)),
        (Some("/etc/app"), Some(VolumeMode::ReadOnly)),
    ];
    assert_eq!(volumes, expected);
    assert_eq!(config.workdir, "/srv/app11");
    assert_eq!(config.signal_stop, "SIGTERM");
}

#[test]
fn the_source_of_an_image() {
    let image = get_image("get_image/documented").data;
    assert_eq!(source(&image).kind, SourceType::StackBuild);
    let details = &source(&image).details;
    assert_eq!(details.id, "64d0a0000000000000050003");
    assert_eq!(details.stack_id.as_ref().unwrap().as_str(), "62a0000000000000005a0003");
    assert_eq!(details.containers, ["web", "queue-worker"]);
    assert_eq!(origin(&image).kind(), "docker-file");
    let overrides = source(&image).overrides.as_ref().unwrap();
    assert_eq!(overrides.target.as_deref(), Some("override/app:11"));
    let url = "https://files.example.com/override-11.tar.gz";
    assert_eq!(overrides.targz_url.as_deref(), Some(url));
}

#[test]
fn content_may_precede_its_tag() {
    let image = get_image("get_image/details_before_type").data;
    assert_eq!(image.id.as_str(), "65f0a1b2c3d4e5f6a7b8000d");
    assert_eq!(image.name, "Turned");
    assert_eq!(image.creator.as_ref().unwrap().kind, CreatorType::Account);
    assert_eq!(source(&image).kind, SourceType::Bucket);
    assert_eq!(source(&image).details.id, "64d0a000000000000005000d");
    let Origin::OciRegistry(registry) = origin(&image) else {
        panic!("{:?}", origin(&image));
    };
    assert_eq!(registry.target, "t:1");
    assert_eq!(registry.url, "https://oci.example.com");
    let existing = registry.existing.as_ref().unwrap().source_id.as_ref().unwrap();
    assert_eq!(existing.as_str(), "64e0e000000000000005000d");
    let Some(RegistryAuth::User(user)) = &registry.auth else {
        panic!("{registry:?}");
    };
    assert_eq!(user.username.as_deref(), Some("turned"));
    assert_eq!(user.token.as_ref().unwrap().expose(), "sec-turned-token");
}

#[test]
fn heads_as_curl_prints_them() {
    let crlf = get_image("get_image/crlf");
    assert_eq!(crlf.headers["content-length"], "1000");
    let about = crlf.data.about.unwrap();
    assert_eq!(about.description.as_deref(), Some("line one\r\nline two"));

    let response = recording::read("get_images/http2");
    assert_eq!(response.version(), Version::HTTP_2);
    let http2 = reply(&GetImages::new(), "get_images/http2");
    let vary: Vec<_> = http2.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["Origin", "Accept-Encoding"]);
    assert_eq!(http2.data[0].name, "Edge");
    assert_eq!(http2.data[0].size, 3_000_000_000);
    assert_eq!(origin(&http2.data[0]), &Origin::None);
}
