//! Recorded images as the service really writes them: `null`, empty texts, missing and unknown parts.

use cycle_images::images::{GetImage, GetImages};
use cycle_images::model::Json;
use cycle_images::model::{
    Backend, Build, Config, CycleUpload, Events, Image, ImageMeta, ImageSourceDetails, ImageStatus,
    Origin, Override, ProviderFlavor, RegistryAuth, RepoAuth, Requires, StateError,
};
use cycle_images::{Hub, ImageId};
use cycle_images_tests::recording;
use serde_json::{Value, json};

fn images() -> Vec<Image> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let response = recording::read("get_images/as_go_writes");
    let reply = hub.response(&GetImages::new(), response).unwrap();
    assert_eq!(reply.skipped, []);
    assert_eq!(reply.data.len(), 16);
    reply.data
}

fn details(image: &Image) -> &ImageSourceDetails {
    &image.source.as_ref().unwrap().details
}

fn origin(image: &Image) -> &Origin {
    details(image).origin.as_ref().unwrap()
}

fn parsed(json: Option<&Json>) -> Value {
    json.unwrap().parse().unwrap()
}

#[test]
fn escapes_and_large_sizes() {
    let image = &images()[0];
    assert_eq!(image.name, "nginx & friends <edge>");
    assert_eq!((image.size, image.backend.size), (4_294_967_297, 4_294_967_296));
}

#[test]
fn empty_parts() {
    let image = &images()[1];
    assert_eq!(image.name, "");
    assert_eq!(image.state.changed, None);
    assert_eq!(image.state.error, Some(StateError::default()));
    assert_eq!(image.events.created.unwrap().to_string(), "2026-03-01T00:00:00Z");
    assert_eq!((image.events.updated, image.events.deleted), (None, None));
    let factory = image.factory.as_ref().unwrap();
    assert_eq!((&*factory.node_id, factory.cached, factory.acknowledged), ("", None, None));
    assert_eq!(image.meta, Some(ImageMeta::default()));
    assert_eq!(image.source.as_ref().unwrap().overrides, Some(Override::default()));
    let Origin::DockerFile(file) = origin(image) else {
        panic!("{:?}", origin(image));
    };
    assert_eq!((&file.existing, &file.targz_url), (&None, &None));
    assert_eq!((&file.context_dir, &file.build_file), (&None, &None));
    assert!(file.credentials.is_empty());
    let repo = file.repo.as_ref().unwrap();
    assert_eq!(repo.url, "https://git.example.com/a.git");
    assert_eq!((&repo.branch, &repo.auth, &repo.git_ref), (&None, &None, &None));
}

#[test]
fn missing_and_null_parts() {
    let images = images();
    for image in [&images[2], &images[5]] {
        assert_eq!((&*image.name, image.size), ("", 0));
        assert_eq!((&image.about, &image.build, &image.builder), (&None, &None, &None));
        assert_eq!((&image.source, &image.creator), (&None, &None));
        assert_eq!((&image.factory, &image.meta), (&None, &None));
        assert_eq!(image.backend, Backend::default());
        assert_eq!(image.requires, Requires::default());
        assert_eq!(image.config, Config::default());
        assert_eq!(image.events, Events::default());
    }
    assert_eq!((&images[2].hub_id, &images[2].state.current), (&None, &ImageStatus::Live));
    assert_eq!(images[5].state.current, ImageStatus::New);
    assert_eq!(images[14].source.as_ref().unwrap().details.origin, None);
    assert_eq!(details(&images[15]), &ImageSourceDetails::default());
}

#[test]
fn unknown_values_and_fields() {
    let image = &images()[3];
    assert_eq!(image.size, 9_007_199_254_740_993);
    assert_eq!(image.requires.nvidia_gpu, Some(false));
    let build = image.build.as_ref().unwrap();
    assert_eq!((build.args.len(), build.use_disk), (0, Some(false)));
    assert_ne!(build, &Build::default());
    assert_eq!(image.builder.as_ref().unwrap().integration_id, None);
    assert_eq!(image.config.user, "0");
    let port = &image.config.ports[0];
    assert_eq!((port.host, port.container, &*port.kind), (0, 9000, "sctp"));
    let volumes = &image.config.volumes;
    assert_eq!(volumes[0].path.as_deref(), Some("/data"));
    assert_eq!(volumes[0].mode.as_ref().unwrap().as_str(), "rwx");
    assert_eq!((&volumes[1].path, &volumes[1].mode), (&None, &None));
    assert_eq!(image.source.as_ref().unwrap().kind.as_str(), "mirror");
    assert_eq!(details(image).id, "64d0a0000000000000050004");
    assert_eq!(image.creator.as_ref().unwrap().kind.as_str(), "service-account");
    assert_eq!(image.state.current.as_str(), "quarantined");
    let error = image.state.error.as_ref().unwrap();
    assert_eq!(error.message.as_deref(), Some("scanner found 3 issues"));
    let counts = image.meta.as_ref().unwrap().containers_count.as_ref().unwrap();
    assert_eq!((counts.state.len(), counts.total, counts.available), (0, 0, 0));
}

#[test]
fn unknown_kinds() {
    let images = images();
    let Origin::Unknown(chart) = origin(&images[4]) else {
        panic!("{:?}", origin(&images[4]));
    };
    assert_eq!((chart.kind(), origin(&images[4]).kind()), ("helm-chart", "helm-chart"));
    let expected = json!({"chart": "oci://charts.example.com/app", "token": "sec-chart-token"});
    assert_eq!(parsed(chart.content()), expected);

    let Origin::OciRegistry(registry) = origin(&images[8]) else {
        panic!("{:?}", origin(&images[8]));
    };
    let Some(RegistryAuth::Unknown(oidc)) = &registry.auth else {
        panic!("{registry:?}");
    };
    assert_eq!(oidc.kind(), "oidc");
    let expected = json!({"issuer": "https://id.example.com", "token": "sec-oidc-token"});
    assert_eq!(parsed(oidc.content()), expected);

    let Origin::DockerFile(file) = origin(&images[11]) else {
        panic!("{:?}", origin(&images[11]));
    };
    let repo = file.repo.as_ref().unwrap();
    let Some(RepoAuth::Unknown(token)) = &repo.auth else {
        panic!("{repo:?}");
    };
    assert_eq!(token.kind(), "token");
    assert_eq!(parsed(token.content()), json!({"token": "sec-git-token"}));
    let git_ref = repo.git_ref.as_ref().unwrap();
    assert_eq!((&*git_ref.kind, &*git_ref.value), ("tag", ""));
}

#[test]
fn credentials_of_which_some_are_empty() {
    let images = images();
    let Origin::OciRegistry(registry) = origin(&images[7]) else {
        panic!("{:?}", origin(&images[7]));
    };
    let Some(RegistryAuth::Provider(provider)) = &registry.auth else {
        panic!("{registry:?}");
    };
    assert_eq!(provider.flavor, ProviderFlavor::from("gcr"));
    let credentials = &provider.credentials;
    assert_eq!(credentials.region.as_deref(), Some("us-east-1"));
    assert_eq!(credentials.secret.as_ref().unwrap().expose(), "sec-gcr-secret");
    assert_eq!((&credentials.namespace, &credentials.api_key), (&None, &None));

    let Origin::DockerRegistry(registry) = origin(&images[9]) else {
        panic!("{:?}", origin(&images[9]));
    };
    assert_eq!(registry.password.as_ref().unwrap().expose(), "sec-basic-password");
    assert_eq!((&registry.username, &registry.token), (&None, &None));

    let Origin::DockerFile(file) = origin(&images[10]) else {
        panic!("{:?}", origin(&images[10]));
    };
    assert_eq!(file.existing.as_ref().unwrap().source_id, None);
    assert_eq!(file.credentials.len(), 2);
    assert_eq!(file.credentials[0].url.as_deref(), Some("ghcr.io"));
    assert_eq!(file.credentials[0].username, None);
    assert_eq!(file.credentials[0].token.as_ref().unwrap().expose(), "sec-only-token");
    assert_eq!(file.credentials[1].token, None);
}

#[test]
fn an_upload_without_a_token_and_an_origin_of_nothing() {
    let images = images();
    assert_eq!(origin(&images[12]), &Origin::CycleUpload(CycleUpload::default()));
    assert_eq!(images[12].state.current, ImageStatus::Uploading);
    assert_eq!(origin(&images[13]), &Origin::None);
    let creator = images[6].creator.as_ref().unwrap();
    assert_eq!((&creator.id, creator.kind.as_str()), (&None, "platform"));
}

#[test]
fn one_image() {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let operation = GetImage::new(ImageId::new("x").unwrap());
    let response = recording::read("get_image/as_go_writes");
    let image = hub.response(&operation, response).unwrap().data;
    assert_eq!((&*image.name, image.size), ("api", 4_294_967_299));
    assert_eq!(image.meta, Some(ImageMeta::default()));
    assert_eq!(origin(&image).kind(), "docker-file");
}
