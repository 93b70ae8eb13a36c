//! What is refused before anything is sent, and by which name.

use cycle_images::jobs::GetJobs;
use cycle_images::model::{
    CycleSource, DockerFile, DockerHub, DockerRegistry, GitRef, JobStatus, LifeStatus, OciRegistry,
    Origin, ProviderAuth, ProviderCredentials, Repo, SourceType, WebhookAuth,
};
use cycle_images::sources::{CreateImageSource, GetImageSources, UpdateImageSource};
use cycle_images::{Operation, Timestamp};

use cycle_images_tests::support::{hub, source};

#[track_caller]
fn refuses<O: Operation>(operation: &O, argument: &str) {
    let error = hub().request(operation).unwrap_err();
    assert_eq!((error.operation(), error.argument()), (Some(O::NAME), argument), "{error}");
}

#[test]
fn lists() {
    let sources = GetImageSources::new;
    refuses(&sources().filter_identifier(""), "filter[identifier]");
    refuses(&sources().filter_search(""), "filter[search]");
    refuses(&sources().filter_state(LifeStatus::from("")), "filter[state]");
    refuses(&sources().filter_state(LifeStatus::from("a,b")), "filter[state]");
    refuses(&sources().sort("-"), "sort");
    refuses(&sources().page_number(0), "page[number]");
    refuses(&sources().page_size(0), "page[size]");
    let jobs = GetJobs::new;
    refuses(&jobs().filter_search(""), "filter[search]");
    refuses(&jobs().filter_state(JobStatus::from("a,b")), "filter[state]");
    refuses(&jobs().sort("a,b"), "sort");
    refuses(&jobs().page_number(0), "page[number]");
    refuses(&jobs().page_size(0), "page[size]");
}

#[test]
fn a_range_that_ends_before_it_starts() {
    let [noon, later] = ["2026-03-26T12:00:00Z", "2026-03-26T12:00:00.1Z"]
        .map(|text| text.parse::<Timestamp>().unwrap());
    let turned = GetJobs::new().filter_range_start(later).filter_range_end(noon);
    refuses(&turned, "filter[range-end]");
    let moment = GetJobs::new().filter_range_start(noon).filter_range_end(noon);
    assert!(hub().request(&moment).is_ok());
}

#[test]
fn new_sources() {
    let create = || CreateImageSource::new(DockerHub::new("nginx"));
    refuses(&create().identifier(""), "identifier");
    refuses(&create().builder_integration_id(""), "builder.integration_id");
    refuses(&create().kind(SourceType::from("")), "type");
}

#[test]
fn changed_sources() {
    let update = || UpdateImageSource::new(source());
    refuses(&update().identifier(""), "identifier");
    refuses(&update().builder_integration_id(""), "builder.integration_id");
    refuses(&update().origin(DockerHub::new("")), "origin.details.target");
}

#[test]
fn origins() {
    #[track_caller]
    fn origin(origin: impl Into<Origin>, argument: &str) {
        refuses(&CreateImageSource::new(origin), argument);
    }
    origin(DockerHub::new(""), "origin.details.target");
    origin(DockerRegistry::new("", "https://r"), "origin.details.target");
    origin(DockerRegistry::new("a", ""), "origin.details.url");
    origin(OciRegistry::new("", "https://r"), "origin.details.target");
    origin(OciRegistry::new("a", ""), "origin.details.url");
    origin(DockerFile::default(), "origin.details");
    origin(DockerFile::of_repo(Repo::new("")), "origin.details.repo.url");
    let repo = |git_ref| DockerFile::of_repo(Repo::new("g").git_ref(git_ref));
    origin(repo(GitRef::new("", "v1")), "origin.details.repo.ref.type");
    origin(repo(GitRef::branch("")), "origin.details.repo.ref.value");
    let registry = OciRegistry::new("a", "https://r");
    let webhook = registry.clone().auth(WebhookAuth::new(""));
    origin(webhook, "origin.details.auth.details.url");
    let provider = registry.auth(ProviderAuth::new("", ProviderCredentials::new()));
    origin(provider, "origin.details.auth.details.flavor");
    origin(CycleSource::new(source()), "origin.type");
}
