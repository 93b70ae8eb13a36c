//! Recorded lists of images: each origin with every field, empty pages, and an odd record.

use cycle_images::images::GetImages;
use cycle_images::images::ImageIncludes;
use cycle_images::model::{ExistingSource, Image, Origin, ProviderFlavor, RegistryAuth, RepoAuth};
use cycle_images::{Hub, Reply, Secret};
use cycle_images_tests::recording;

fn list(name: &str) -> Reply<Vec<Image>, ImageIncludes> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    hub.response(&GetImages::new(), recording::read(name)).unwrap()
}

fn origins() -> Vec<Origin> {
    let images = list("get_images/every_origin").data;
    let origin = |image: Image| image.source.unwrap().details.origin.unwrap();
    images.into_iter().map(origin).collect()
}

fn shown(secret: &Option<Secret>) -> Option<&str> {
    secret.as_ref().map(Secret::expose)
}

fn existing(source: &Option<ExistingSource>) -> &str {
    source.as_ref().unwrap().source_id.as_ref().unwrap().as_str()
}

/// What tells one image of the list from the others.
fn row(image: &Image) -> String {
    let source = image.source.as_ref().unwrap();
    format!(
        "{} {} {} {} {} {} {}",
        image.id,
        image.size,
        image.state.current,
        image.creator.as_ref().unwrap().kind,
        source.kind,
        source.details.id,
        source.details.origin.as_ref().unwrap().kind(),
    )
}

#[test]
fn every_state_creator_source_and_origin() {
    let reply = list("get_images/every_origin");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.skipped, []);
    assert_eq!(reply.includes, ImageIncludes::default());
    let rows: Vec<String> = reply.data.iter().map(row).collect();
    let expected = [
        "65f0a1b2c3d4e5f6a7b80001 101234567 live account direct 64d0a0000000000000050001 docker-hub",
        "65f0a1b2c3d4e5f6a7b80002 102469134 building api-key direct 64d0a0000000000000050002 docker-file",
        "65f0a1b2c3d4e5f6a7b80003 103703701 verifying platform-pipeline stack-build 64d0a0000000000000050003 docker-file",
        "65f0a1b2c3d4e5f6a7b80004 6442450944 saving employee direct 64d0a0000000000000050004 docker-registry",
        "65f0a1b2c3d4e5f6a7b80005 106172835 downloading visitor direct 64d0a0000000000000050005 oci-registry",
        "65f0a1b2c3d4e5f6a7b80006 107407402 deleting environment stack-build 64d0a0000000000000050006 oci-registry",
        "65f0a1b2c3d4e5f6a7b80007 108641969 deleted platform direct 64d0a0000000000000050007 oci-registry",
        "65f0a1b2c3d4e5f6a7b80008 109876536 uploading account bucket 64d0a0000000000000050008 cycle-upload",
        "65f0a1b2c3d4e5f6a7b80009 111111103 new account stack-build 64d0a0000000000000050009 cycle-source",
        "65f0a1b2c3d4e5f6a7b8000a 112345670 live account bucket 64d0a000000000000005000a none",
    ];
    assert_eq!(rows, expected);
    assert!(!format!("{reply:?}").contains("Unknown"));
}

#[test]
fn docker_hub() {
    let Origin::DockerHub(hub) = &origins()[0] else {
        panic!("another origin");
    };
    assert_eq!(existing(&hub.existing), "64e0e0000000000000050001");
    assert_eq!(hub.target, "library/postgres:17.4");
    assert_eq!(hub.username.as_deref(), Some("acme-bot"));
    assert_eq!(shown(&hub.token), Some("sec-hub-token"));
}

#[test]
fn docker_file_over_http() {
    let Origin::DockerFile(file) = &origins()[1] else {
        panic!("another origin");
    };
    assert_eq!(existing(&file.existing), "64e0e0000000000000050002");
    assert_eq!(file.targz_url.as_deref(), Some("https://files.example.com/shop-api.tar.gz"));
    assert_eq!(file.context_dir.as_deref(), Some("services/api"));
    assert_eq!(file.build_file.as_deref(), Some("services/api/Dockerfile"));
    let credentials: Vec<_> = file
        .credentials
        .iter()
        .map(|one| (one.url.as_deref(), one.username.as_deref(), shown(&one.token)))
        .collect();
    let expected = [
        (Some("registry.example.com"), Some("base-puller"), Some("sec-base-token")),
        (Some("ghcr.io"), Some("acme"), Some("sec-ghcr-token")),
    ];
    assert_eq!(credentials, expected);
    let repo = file.repo.as_ref().unwrap();
    assert_eq!(repo.url, "https://git.example.com/shop/api.git");
    assert_eq!(repo.branch.as_deref(), Some("main"));
    let git_ref = repo.git_ref.as_ref().unwrap();
    assert_eq!((&*git_ref.kind, &*git_ref.value), ("tag", "v2.4.1"));
    let Some(RepoAuth::Http(http)) = &repo.auth else {
        panic!("{repo:?}");
    };
    assert_eq!(http.username, "git-reader");
    assert_eq!(http.password.expose(), "sec-git-password");
}

#[test]
fn docker_file_over_ssh() {
    let Origin::DockerFile(file) = &origins()[2] else {
        panic!("another origin");
    };
    let repo = file.repo.as_ref().unwrap();
    assert_eq!(repo.url, "git@git.example.com:shop/web.git");
    assert_eq!(repo.branch.as_deref(), Some("release/2026-03"));
    let git_ref = repo.git_ref.as_ref().unwrap();
    assert_eq!(git_ref.kind, "hash");
    assert_eq!(git_ref.value, "9fceb02d0ae598e95dc970b74767f19372d61af8");
    let Some(RepoAuth::Ssh(ssh)) = &repo.auth else {
        panic!("{repo:?}");
    };
    assert_eq!(ssh.username, "git");
    assert_eq!(ssh.passphrase.expose(), "sec-passphrase");
    assert_eq!(ssh.private_key.expose(), "sec-private-key line 1\nline 2\n");
}

#[test]
fn docker_registry() {
    let Origin::DockerRegistry(registry) = &origins()[3] else {
        panic!("another origin");
    };
    assert_eq!(existing(&registry.existing), "64e0e0000000000000050004");
    assert_eq!(registry.target, "billing/ledger:2026.3");
    assert_eq!(registry.url, "https://registry.example.com:5000");
    assert_eq!(registry.username.as_deref(), Some("ledger"));
    assert_eq!(shown(&registry.token), Some("sec-registry-token"));
    assert_eq!(shown(&registry.password), Some("sec-registry-password"));
}

#[test]
fn oci_registries_with_the_three_kinds_of_auth() {
    let registries: Vec<_> = origins()
        .into_iter()
        .filter_map(|origin| match origin {
            Origin::OciRegistry(registry) => Some(registry),
            _ => None,
        })
        .collect();
    assert_eq!(registries.len(), 3);
    assert_eq!(existing(&registries[0].existing), "64e0e0000000000000050005");
    assert_eq!(registries[0].target, "search/indexer@sha256:3b1f");
    assert_eq!(registries[0].url, "https://oci.example.com");
    let Some(RegistryAuth::User(user)) = &registries[0].auth else {
        panic!("{registries:?}");
    };
    assert_eq!(user.username.as_deref(), Some("indexer"));
    assert_eq!(shown(&user.token), Some("sec-oci-token"));

    let Some(RegistryAuth::Provider(provider)) = &registries[1].auth else {
        panic!("{registries:?}");
    };
    assert_eq!(provider.flavor, ProviderFlavor::Ecr);
    let credentials = &provider.credentials;
    assert_eq!(credentials.region.as_deref(), Some("eu-central-1"));
    assert_eq!(credentials.namespace.as_deref(), Some("123456789012"));
    assert_eq!(shown(&credentials.api_key), Some("sec-ecr-api-key"));
    assert_eq!(shown(&credentials.secret), Some("sec-ecr-secret"));
    assert_eq!(credentials.subscription_id.as_deref(), Some("sub-77"));
    assert_eq!(credentials.client_id.as_deref(), Some("client-88"));
    assert_eq!(shown(&credentials.config), Some("sec-ecr-config"));

    let Some(RegistryAuth::Webhook(webhook)) = &registries[2].auth else {
        panic!("{registries:?}");
    };
    assert_eq!(webhook.url, "https://hooks.example.org/registry-login");
}

#[test]
fn upload_source_and_none() {
    let origins = origins();
    let Origin::CycleUpload(upload) = &origins[7] else {
        panic!("another origin");
    };
    assert_eq!(upload.expires.unwrap().to_string(), "2026-03-11T14:05:09.75Z");
    assert_eq!(upload.token.expose(), "sec-upload-token");
    let Origin::CycleSource(source) = &origins[8] else {
        panic!("another origin");
    };
    assert_eq!(source.source_id.as_ref().unwrap().as_str(), "64c5000000000000005c0009");
    assert_eq!(origins[9], Origin::None);
}

#[test]
fn empty_pages() {
    for name in ["get_images/empty", "get_images/empty_list"] {
        let reply = list(name);
        assert_eq!(reply.data, [], "{name}");
        assert_eq!(reply.skipped, [], "{name}");
    }
}

#[test]
fn a_malformed_record_does_not_cost_the_page() {
    let reply = list("get_images/odd_record");
    let names: Vec<_> = reply.data.iter().map(|image| &*image.name).collect();
    assert_eq!(names, ["Before", "After"]);
    assert_eq!(reply.skipped.len(), 1);
    let odd = &reply.skipped[0];
    assert_eq!(odd.error.path(), "data[1]");
    assert_eq!(odd.error.to_string(), "at data[1]: missing field `id`");
    let record: serde_json::Value = odd.json.parse().unwrap();
    assert_eq!(record, recording::json("get_images/odd_record")["data"][1]);
}
