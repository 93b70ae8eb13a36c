//! Every operation, with a secret wherever it takes one. All secrets begin with `sec-`.

use std::fmt::Debug;

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::{
    DockerFile, DockerHub, DockerRegistry, HttpCredentials, Image, OciRegistry, Origin,
    ProviderAuth, ProviderCredentials, RegistryAuth, RegistryCredentials, Repo, SshCredentials,
    UserAuth, WebhookAuth,
};
use cycle_images::operation::Output;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};
use cycle_images::{ImageId, JobId, Operation, SourceId};
use serde_json::json;

pub(crate) const KEY: &str = "sec-api-key-0b5e9d";
/// The value of a header that the program has marked as sensitive.
pub(crate) const HEADER: &str = "sec-header-77aa01";
/// The token of an upload, which goes to the factory.
pub(crate) const UPLOAD: &str = "sec-upload-token-4c1d";
/// Not a secret, but no flow, recording or event names it.
pub(crate) const HUB: &str = "hub-5f0c2e91";

const REGISTRY: &str = "sec-registry-token-91b2";
const PASSWORD: &str = "sec-password-3e8f";
const PRIVATE_KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nsec-private-key-c07d\n-----END OPENSSH PRIVATE KEY-----\n";
const PASSPHRASE: &str = "sec-passphrase-6a44";

/// Is shown each operation.
pub(crate) trait Visit {
    fn operation<O>(&mut self, operation: &O)
    where
        O: Operation<Output: Output<Data: Debug, Includes: Debug>> + Debug;
}

pub(crate) fn visit_all(visit: &mut impl Visit) {
    let [image, source] = ["64d0a0000000000000020001", "64d0a0000000000000050001"];
    let (image, source) = (ImageId::new(image).unwrap(), SourceId::new(source).unwrap());
    visit.operation(&GetImages::new());
    visit.operation(&GetImage::new(&image));
    visit.operation(&GetImageBuildLog::new(&image));
    visit.operation(&UpdateImage::new(&image).name("web"));
    visit.operation(&DeleteImage::new(&image));
    visit.operation(&CreateImageJob::import(&image));
    visit.operation(&CreateImagesJob::prune([&source]));
    visit.operation(
        &CreateImage::new(&source)
            .build_arg("NPM_TOKEN", "sec-build-argument-1f")
            .override_targz_url("https://b.example.com/a.tgz?Signature=sec-signature-5d"),
    );
    visit.operation(&GetImageSources::new());
    visit.operation(&GetImageSource::new(&source));
    visit.operation(&DeleteImageSource::new(&source));
    visit.operation(&UpdateImageSourceAccess::clear(&source));
    for origin in origins() {
        visit.operation(&CreateImageSource::new(origin.clone()));
        visit.operation(&UpdateImageSource::new(&source).origin(origin));
    }
    visit.operation(&GetJobs::new());
    visit.operation(&GetLatestJobs::new());
    visit.operation(&GetJob::new(JobId::new("68f0b00000000000000f0001").unwrap()));
}

/// Every kind of credential in an origin.
fn origins() -> Vec<Origin> {
    let registry = |auth: RegistryAuth| {
        OciRegistry::new("a", "https://u:sec-in-a-url@r.example.com/x").auth(auth)
    };
    let provider = ProviderCredentials::new().api_key(REGISTRY).secret(PASSWORD);
    let user: Origin = registry(UserAuth::new().username("u").token(REGISTRY).into()).into();
    let ssh = SshCredentials::new("git", PRIVATE_KEY).passphrase(PASSPHRASE);
    let http = Repo::new("https://g").auth(HttpCredentials::new("u", PASSWORD));
    let credentials = RegistryCredentials::new("r").username("u").token(REGISTRY);
    vec![
        user,
        registry(ProviderAuth::ecr(provider.config("sec-provider-config-2b")).into()).into(),
        registry(WebhookAuth::new("https://h.example.com/sec-hook-1?key=sec-hook-2").into()).into(),
        DockerHub::new("a").token(REGISTRY).into(),
        DockerRegistry::new("a", "r").token(REGISTRY).password(PASSWORD).into(),
        DockerFile::of_repo(Repo::new("g").auth(ssh)).into(),
        DockerFile::of_repo(http).credentials(credentials).into(),
        DockerFile::of_targz("https://b.example.com/a.tgz?Signature=sec-signature-5d").into(),
    ]
}

/// An image that waits for its upload.
pub(crate) fn waiting_image() -> Image {
    let origin = json!({"type": "cycle-upload",
        "details": {"token": UPLOAD, "expires": "2999-01-01T00:00:00Z"}});
    let image = json!({"id": "i1", "state": {"current": "uploading"},
        "source": {"type": "direct", "details": {"id": "s1", "origin": origin}}});
    serde_json::from_value(image).unwrap()
}
