//! The operations of the crate: their fullest requests, and how their responses are read.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "the requests are written here")]

use std::fmt::{self, Debug};

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
use cycle_images::operation::{ListStyle, Output};
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, SourceInclude,
    SourceMetaName, UpdateImageSource, UpdateImageSourceAccess,
};
use cycle_images::{Operation, Timestamp};
use http::{Request, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::recording;
use crate::support::{hub, image, job, source};

/// An operation of the crate.
pub struct Known {
    /// Its name, such as `GetImages`.
    pub name: &'static str,
    /// The capability that it needs.
    pub capability: &'static str,
    /// The requests, among them the fullest ones.
    pub requests: Vec<Sent>,
    read: Box<Reader>,
}

/// A request as the crate builds it.
pub type Sent = Request<Vec<u8>>;

/// Reads the body of a response; `None` if the crate refuses it.
type Reader = dyn Fn(&str) -> Option<Read>;

/// A response as the typed models have it.
#[derive(Debug)]
pub(super) struct Read {
    /// Its data and includes, written again.
    pub(super) value: Value,
    /// The reply, whose `Debug` shows the unknown words.
    pub(super) reply: Box<dyn Debug>,
}

impl Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Known {
    /// The name in the document: `getImages`.
    #[must_use]
    pub fn id(&self) -> String {
        let mut name = self.name.chars();
        name.next().iter().flat_map(|first| first.to_lowercase()).chain(name).collect()
    }

    /// The folder of its recordings: `get_images`.
    #[must_use]
    pub fn folder(&self) -> String {
        let mut folder = String::new();
        for letter in self.id().chars() {
            if letter.is_uppercase() {
                folder.push('_');
            }
            folder.extend(letter.to_lowercase());
        }
        folder
    }

    /// The method and the path, whose ids are written as `{}`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let Some(request) = self.requests.first() else { return String::new() };
        let ids = [image().to_string(), source().to_string(), job().to_string()];
        let segment = |of: &str| if ids.iter().any(|id| id == of) { "{}" } else { of }.to_owned();
        let path: Vec<String> = request.uri().path().split('/').map(segment).collect();
        format!("{} {}", request.method(), path.join("/"))
    }

    /// The recordings of its responses that have every documented property and nothing else.
    pub fn recordings(&self) -> impl Iterator<Item = String> {
        let names = ["documented", "with_includes", "every_origin"];
        let has_all = move |name: &String| names.iter().any(|of| name.ends_with(of));
        recording::names(&self.folder()).into_iter().filter(has_all)
    }

    /// Reads a response; `None` if the crate refuses it.
    pub(super) fn read(&self, body: &Value) -> Option<Read> {
        (self.read)(&body.to_string())
    }
}

/// An operation with all these arguments, in both list styles.
fn known<O>(
    operations: Vec<O>,
    includes: fn(&<O::Output as Output>::Includes) -> Option<Value>,
) -> Known
where
    O: Operation + 'static,
    <O::Output as Output>::Data: Serialize + Debug + 'static,
    <O::Output as Output>::Includes: Debug + 'static,
{
    let styles = [ListStyle::Comma, ListStyle::Repeat];
    let hubs = styles.map(|style| hub().with_list_style(style));
    let requests = operations
        .iter()
        .flat_map(|operation| hubs.iter().map(move |hub| hub.request(operation).unwrap()));
    let requests = requests.collect();
    let read = move |body: &str| {
        let reply = hub().response(operations.first()?, Response::new(body)).ok()?;
        let mut value = json!({"data": serde_json::to_value(&reply.data).ok()?});
        if let (Some(includes), Value::Object(value)) = (includes(&reply.includes), &mut value) {
            value.insert("includes".to_owned(), includes);
        }
        Some(Read { value, reply: Box::new(reply) })
    };
    Known { name: O::NAME, capability: O::CAPABILITY, requests, read: Box::new(read) }
}

/// All operations on images, image sources and jobs.
#[must_use]
pub fn operations() -> Vec<Known> {
    let mut all = images();
    all.extend(sources());
    all.extend(jobs());
    all
}

fn images() -> Vec<Known> {
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
        .filter_search("a&b=c d")
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
        .name("n")
        .build_arg("A", "1")
        .build_use_disk(true)
        .override_target("a/b:1");
    let of_targz = CreateImage::new(source()).override_targz_url("https://f/a.tar.gz");
    vec![
        known(vec![GetImages::new(), list], |includes| serde_json::to_value(includes).ok()),
        known(vec![GetImage::new(image()), one], |includes| serde_json::to_value(includes).ok()),
        known(vec![CreateImage::new(source()), create, of_targz], |_| None),
        known(vec![UpdateImage::new(image()), UpdateImage::new(image()).name("n")], |_| None),
        known(vec![DeleteImage::new(image())], |_| None),
        known(vec![GetImageBuildLog::new(image())], |_| None),
        known(vec![CreateImageJob::import(image())], |_| None),
        known(vec![CreateImagesJob::prune([source()])], |_| None),
    ]
}

/// Every origin that can be sent, every property of it set.
fn origins() -> Vec<Origin> {
    let file = |repo: Repo| {
        DockerFile::of_repo(repo)
            .existing(source())
            .context_dir("api")
            .build_file("api/Dockerfile")
            .credentials(RegistryCredentials::new("ghcr.io").username("u").token("t"))
    };
    let http = HttpCredentials::new("u", "p");
    let ssh = SshCredentials::new("git", "k").passphrase("p");
    let hub = DockerHub::new("a:1").username("u").token("t").existing(source());
    let registry = DockerRegistry::new("a:1", "https://r").username("u").token("t").password("p");
    let provider = ProviderCredentials::new()
        .region("r")
        .namespace("n")
        .api_key("k")
        .secret("s")
        .subscription_id("i")
        .client_id("c")
        .config("f");
    let oci = || OciRegistry::new("a:1", "https://r").existing(source());
    vec![
        hub.into(),
        file(Repo::new("https://g").auth(http).git_ref(GitRef::tag("v1"))).into(),
        file(Repo::new("g").auth(ssh).branch("main")).into(),
        DockerFile::of_targz("https://f/a.tar.gz").into(),
        registry.existing(source()).into(),
        oci().auth(UserAuth::new().username("u").token("t")).into(),
        oci().auth(ProviderAuth::ecr(provider)).into(),
        oci().auth(WebhookAuth::new("https://h")).into(),
        CycleUpload::new().into(),
        Origin::None,
    ]
}

fn sources() -> Vec<Known> {
    let list = GetImageSources::new()
        .page_size(20)
        .page_number(2)
        .sort("-created")
        .filter_state(LifeStatus::Live)
        .filter_state(LifeStatus::Deleting)
        .filter_search("a&b=c d")
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
    vec![
        known(vec![GetImageSources::new(), list], |includes| serde_json::to_value(includes).ok()),
        known(vec![GetImageSource::new(source()), one], |includes| {
            serde_json::to_value(includes).ok()
        }),
        known(create, |_| None),
        known(updates, |_| None),
        known(
            vec![
                UpdateImageSourceAccess::set(source(), acl),
                UpdateImageSourceAccess::clear(source()),
            ],
            |_| None,
        ),
        known(vec![DeleteImageSource::new(source())], |_| None),
    ]
}

fn jobs() -> Vec<Known> {
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
    vec![
        known(vec![GetJobs::new(), list], |includes| serde_json::to_value(includes).ok()),
        known(vec![GetJob::new(job())], |_| None),
        known(vec![GetLatestJobs::new()], |_| None),
    ]
}
