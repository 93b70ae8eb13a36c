//! Every operation of the crate, with all that it can send.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "the requests are written here")]

use std::fmt::Debug;

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, ImageMetaName, UpdateImage,
};
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs, JobInclude};
use cycle_images::model::{
    AccessRights, Acl, CycleUpload, DockerFile, DockerHub, DockerRegistry, GitRef, HttpCredentials,
    ImageStatus, JobStatus, LifeStatus, OciRegistry, Origin, ProviderAuth, ProviderCredentials,
    RegistryCredentials, Repo, SourceType, SshCredentials, UserAuth, WebhookAuth,
};
use cycle_images::operation::Output;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, SourceInclude,
    SourceMetaName, UpdateImageSource, UpdateImageSourceAccess,
};
use cycle_images::{Operation, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::support::{image, job, source};

const TOKEN: &str = "sec-registry-token-91b2";
const PASSWORD: &str = "sec-password-3e8f";
const PRIVATE_KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nsec-private-key-c07d\n-----END OPENSSH PRIVATE KEY-----\n";

/// Visits the operations.
pub trait Visit {
    /// An operation with different arguments: the fewest first, and all that it can have.
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<
                Output: Output<Data: Debug + Serialize + PartialEq, Includes: Debug + Serialize>,
            > + Debug
            + 'static;

    /// The same for an operation that can be stored.
    fn stored<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<
                Output: Output<Data: Debug + Serialize + PartialEq, Includes: Debug + Serialize>,
            > + Debug
            + Serialize
            + DeserializeOwned
            + 'static,
    {
        self.operation(operations);
    }
}

/// Visits all operations on images, image sources and jobs. Their secrets begin with `sec-`.
///
/// The tests and the fuzz targets share this table: an operation that isn't in it, or isn't
/// recorded or documented, fails the test `every_operation_is_everywhere`.
pub fn visit_all(visit: &mut impl Visit) {
    images(visit);
    sources(visit);
    jobs(visit);
}

/// The folder of an operation's recordings: `get_images` for `GetImages`.
#[must_use]
pub fn folder(name: &str) -> String {
    let mut folder = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !folder.is_empty() {
            folder.push('_');
        }
        folder.extend(letter.to_lowercase());
    }
    folder
}

/// The names of all operations.
#[must_use]
pub fn names() -> Vec<&'static str> {
    struct Names(Vec<&'static str>);
    impl Visit for Names {
        fn operation<O: Operation>(&mut self, _: Vec<O>) {
            self.0.push(O::NAME);
        }
    }
    let mut names = Names(Vec::new());
    visit_all(&mut names);
    names.0
}

fn images(visit: &mut impl Visit) {
    let includes = || {
        [
            ImageInclude::Creators,
            ImageInclude::StackBuilds,
            ImageInclude::Stacks,
            ImageInclude::Sources,
            ImageInclude::Integrations,
        ]
    };
    let list = GetImages::new()
        .meta(ImageMetaName::ContainersCount)
        .filter_identifier("my-image")
        .filter_search("a&b=c d+e#f?ü")
        .filter_state(ImageStatus::Live)
        .filter_state(ImageStatus::Building)
        .filter_source_type(SourceType::StackBuild)
        .filter_source_id(source())
        .sort("-created")
        .sort("name")
        .page_number(2)
        .page_size(20);
    let list = includes().into_iter().fold(list, GetImages::include);
    let one = GetImage::new(image())
        .meta(ImageMetaName::ContainersCount)
        .sort("name")
        .page_number(1)
        .page_size(1);
    let one = includes().into_iter().fold(one, GetImage::include);
    let create = CreateImage::new(source())
        .name("Café \"nightly\"\n")
        .build_arg("NPM_TOKEN", "sec-argument-1f")
        .build_use_disk(true)
        .override_target("a/b:1");
    let of_targz =
        CreateImage::new(source()).override_targz_url("https://f/a.tgz?Signature=sec-signature-5d");
    visit.stored(vec![GetImages::new(), list]);
    visit.stored(vec![GetImage::new(image()), one]);
    visit.stored(vec![CreateImage::new(source()), create, of_targz]);
    visit.stored(vec![UpdateImage::new(image()), UpdateImage::new(image()).name("n")]);
    visit.stored(vec![DeleteImage::new(image())]);
    visit.stored(vec![GetImageBuildLog::new(image())]);
    visit.stored(vec![CreateImageJob::import(image())]);
    visit.stored(vec![CreateImagesJob::prune([source()])]);
}

/// Every origin that can be sent, every property of it set.
fn origins() -> Vec<Origin> {
    let file = |repo: Repo| {
        let credentials = RegistryCredentials::new("ghcr.io").username("u").token(TOKEN);
        DockerFile::of_repo(repo)
            .existing(source())
            .context_dir("api")
            .build_file("api/Dockerfile")
            .credentials(credentials)
    };
    let http = HttpCredentials::new("u", PASSWORD);
    let ssh = SshCredentials::new("git", PRIVATE_KEY).passphrase("sec-passphrase-6a44");
    let hub = DockerHub::new("a:1").username("u").token(TOKEN).existing(source());
    let registry = DockerRegistry::new("a:1", "https://u:sec-in-a-url@r.example.com/x");
    let registry = registry.username("u").token(TOKEN).password(PASSWORD);
    let provider = ProviderCredentials::new()
        .region("r")
        .namespace("n")
        .api_key("sec-provider-key-77")
        .secret("sec-provider-secret-2b")
        .subscription_id("i")
        .client_id("c")
        .config("sec-provider-config-4e");
    let oci = || OciRegistry::new("a:1", "https://r").existing(source());
    vec![
        hub.into(),
        file(Repo::new("https://g").auth(http).git_ref(GitRef::tag("v1"))).into(),
        file(Repo::new("g").auth(ssh).branch("main")).into(),
        DockerFile::of_targz("https://f/a.tgz?Signature=sec-signature-5d").into(),
        registry.existing(source()).into(),
        oci().auth(UserAuth::new().username("u").token(TOKEN)).into(),
        oci().auth(ProviderAuth::ecr(provider)).into(),
        oci().auth(WebhookAuth::new("https://h.example.com/sec-hook-1?key=sec-hook-2")).into(),
        CycleUpload::new().into(),
        Origin::None,
    ]
}

fn sources(visit: &mut impl Visit) {
    let list = GetImageSources::new()
        .page_size(20)
        .page_number(2)
        .sort("-created")
        .filter_state(LifeStatus::Live)
        .filter_state(LifeStatus::Deleting)
        .filter_search("a&b=c d+e#f?ü")
        .filter_identifier("shop-api")
        .include(SourceInclude::Creators)
        .include(SourceInclude::Integrations)
        .meta(SourceMetaName::ImagesCount);
    let one = GetImageSource::new(source())
        .include(SourceInclude::Creators)
        .include(SourceInclude::Integrations)
        .meta(SourceMetaName::ImagesCount);
    let acl = Acl::new().role("r1", AccessRights::all());
    let mut create: Vec<_> = origins().into_iter().map(CreateImageSource::new).collect();
    for kind in [SourceType::Direct, SourceType::StackBuild, SourceType::Bucket] {
        let source = CreateImageSource::new(DockerHub::new("nginx")).kind(kind).name("n");
        let source = source.identifier("i").description("d").acl(acl.clone());
        create.push(source.builder_integration_id("big-builder"));
    }
    let update = || UpdateImageSource::new(source());
    let mut updates: Vec<_> = origins().into_iter().map(|of| update().origin(of)).collect();
    updates.push(update());
    updates.push(
        update().name("n").identifier("i").builder_integration_id("big-builder").description("d"),
    );
    updates.push(update().clear_identifier().clear_builder().clear_description());
    visit.stored(vec![GetImageSources::new(), list]);
    visit.stored(vec![GetImageSource::new(source()), one]);
    visit.operation(create);
    visit.operation(updates);
    let set = UpdateImageSourceAccess::set(source(), acl);
    visit.stored(vec![set, UpdateImageSourceAccess::clear(source())]);
    visit.stored(vec![DeleteImageSource::new(source())]);
}

fn jobs(visit: &mut impl Visit) {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let list = GetJobs::new()
        .page_size(5)
        .page_number(3)
        .sort("-queued")
        .filter_state(JobStatus::Running)
        .filter_search("Import image")
        .filter_range_start(time("2026-03-26T10:00:00Z"))
        .filter_range_end(time("2026-03-26T12:00:00Z"))
        .include(JobInclude::Creators);
    visit.stored(vec![GetJobs::new(), list]);
    visit.stored(vec![GetJob::new(job())]);
    visit.stored(vec![GetLatestJobs::new()]);
}
