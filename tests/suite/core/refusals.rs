//! Arguments that can't be sent are refused, with an error that names the argument and says why.

use cycle_images::images::{CreateImagesJob, GetImage, GetImages};
use cycle_images::jobs::GetJobs;
use cycle_images::model::{
    CycleSource, DockerFile, DockerHub, DockerRegistry, GitRef, JobStatus, LifeStatus, OciRegistry,
    Origin, ProviderAuth, ProviderCredentials, Repo, WebhookAuth,
};
use cycle_images::sources::{CreateImageSource, GetImageSources, UpdateImageSource};
use cycle_images::{Hub, ImageId, Operation, RequestError, SourceId, Timestamp};
use cycle_images_tests::support::{hub, image, source};

#[track_caller]
fn refused(result: Result<impl Sized, RequestError>, argument: &str, reason: &str) {
    let error = result.err().unwrap();
    let sentence = error.to_string();
    assert_eq!((error.argument(), error.operation()), (argument, None), "{sentence}");
    assert!(sentence.starts_with(&format!("{argument} ")), "{sentence}");
    assert!(sentence.contains(reason), "{sentence}");
}

#[track_caller]
fn refuses<O: Operation>(operation: &O, argument: &str, reason: &str) {
    let error = hub().request(operation).err().unwrap();
    let sentence = error.to_string();
    assert_eq!((error.argument(), error.operation()), (argument, Some(O::NAME)), "{sentence}");
    assert!(sentence.starts_with(&format!("{}: {argument} ", O::NAME)), "{sentence}");
    assert!(sentence.contains(reason), "{sentence}");
}

#[test]
fn keys_and_hub_ids_that_no_header_can_have_are_refused() {
    refused(Hub::new("", "the-hub"), "api_key", "is empty");
    refused(Hub::new("the-key", ""), "hub_id", "is empty");
    for text in ["line\n", "\rx", "a b", "tab\there", "nul\0", "ключ", "del\u{7f}"] {
        refused(Hub::new(text, "the-hub"), "api_key", "HTTP header");
        refused(Hub::new("the-key", text), "hub_id", "HTTP header");
    }
}

#[test]
fn ids_that_are_empty_or_dots_are_refused() {
    refused(ImageId::new(""), "id", "is empty");
    refused(ImageId::new("."), "id", "dot segment");
    refused(SourceId::new(".."), "id", "dot segment");
    refused("".parse::<SourceId>(), "id", "is empty");
}

#[test]
fn queries_that_are_empty_or_would_mean_something_else_are_refused() {
    let image = || GetImage::new(image());
    refuses(&image().page_number(0), "page[number]", "is 0");
    refuses(&image().page_size(0), "page[size]", "is 0");
    let images = GetImages::new;
    refuses(&images().page_number(0), "page[number]", "is 0");
    refuses(&images().page_size(0), "page[size]", "is 0");
    refuses(&images().sort(""), "sort", "empty");
    refuses(&images().sort("name").sort("-"), "sort", "empty");
    refuses(&images().sort("name,id"), "sort", "comma");
    refuses(&images().filter_identifier(""), "filter[identifier]", "is empty");
    refuses(&images().filter_search(""), "filter[search]", "is empty");
    refuses(&images().filter_state("live,building".into()), "filter[state]", "comma");
    refuses(&images().filter_state("".into()), "filter[state]", "empty");
    refuses(&images().filter_source_type("direct,bucket".into()), "filter[source_type]", "comma");
    let sources = GetImageSources::new;
    refuses(&sources().filter_identifier(""), "filter[identifier]", "is empty");
    refuses(&sources().filter_search(""), "filter[search]", "is empty");
    refuses(&sources().filter_state(LifeStatus::from("")), "filter[state]", "empty");
    refuses(&sources().filter_state(LifeStatus::from("a,b")), "filter[state]", "comma");
    refuses(&sources().sort("-"), "sort", "empty");
    refuses(&sources().page_number(0), "page[number]", "is 0");
    refuses(&sources().page_size(0), "page[size]", "is 0");
    let jobs = GetJobs::new;
    refuses(&jobs().filter_search(""), "filter[search]", "is empty");
    refuses(&jobs().filter_state(JobStatus::from("a,b")), "filter[state]", "comma");
    refuses(&jobs().sort("a,b"), "sort", "comma");
    refuses(&jobs().page_number(0), "page[number]", "is 0");
    refuses(&jobs().page_size(0), "page[size]", "is 0");
    let [noon, later] = ["2026-03-26T12:00:00Z", "2026-03-26T12:00:00.1Z"]
        .map(|text| text.parse::<Timestamp>().unwrap());
    let range = |end| jobs().filter_range_start(later).filter_range_end(end);
    refuses(&range(noon), "filter[range-end]", "");
    assert!(hub().request(&range(later)).is_ok());
}

#[test]
fn properties_that_are_empty_are_refused() {
    let prune = CreateImagesJob::prune(Vec::<SourceId>::new());
    refuses(&prune, "contents.source_ids", "is empty");
    let create = || CreateImageSource::new(DockerHub::new("nginx"));
    refuses(&create().identifier(""), "identifier", "empty");
    refuses(&create().builder_integration_id(""), "builder.integration_id", "empty");
    refuses(&create().kind(""), "type", "empty");
    let update = || UpdateImageSource::new(source());
    refuses(&update().identifier(""), "identifier", "empty");
    refuses(&update().builder_integration_id(""), "builder.integration_id", "empty");
    refuses(&update().origin(DockerHub::new("")), "origin.details.target", "empty");
}

#[test]
fn origins_without_what_they_need_are_refused() {
    #[track_caller]
    fn origin(origin: impl Into<Origin>, argument: &str) {
        refuses(&CreateImageSource::new(origin), argument, "");
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

/// Each reason, and the URLs that are refused for it. Clients read some of them in different ways:
/// to some, they are another port or host.
const BASE_URLS: [(&str, &str); 9] = [
    (
        "plain http",
        "http://api.cycle.io HTTP://api.cycle.io http://localhost.example.com \
         http://127.0.0.1.example.com",
    ),
    ("user info", "https://user@api.cycle.io https://user:hunter2@api.cycle.io"),
    ("query", "https://api.cycle.io?x=1 https://api.cycle.io/?"),
    ("fragment", "https://api.cycle.io/#x https://api.cycle.io#"),
    ("https://", "ftp://api.cycle.io api.cycle.io /v1"),
    ("not a URL", "https:// https://a/ü"),
    (
        "port",
        "http://127.0.0.9:99999 http://127.0.0.9:65536 https://a: https://a:/x https://a:0 \
         https://a:00 https://a:+443 https://[::1]:",
    ),
    (
        "host",
        "https://:443 https://[127.0.0.1] https://[v1.x] https://a..b https://.a https://. \
         https://a!b https://a,b http://127.1 https://2130706433 https://0x7f.0.0.1 https://0x7f \
         https://127.0.0.01 https://1.2.3.4.",
    ),
    (
        "path",
        r#"https://a/x/../y https://a/./y https://a/%2e%2E/y https://a/% https://a/%2 https://a/%zz
         https://a/{x} https://a/"x" https://a/x|y"#,
    ),
];

/// URLs that are refused for one reason or another.
const OTHER_BASE_URLS: &str = r"https://[::1]x https://[::1 https://::1 https://[fe80::1%25eth0]
    https://[fe80::1%eth0] https://[] https://a%2eexample.com https://a%40b https://a\b
    https://a/b\c";

#[test]
fn base_urls_that_are_no_base_are_refused() {
    let with_reason = BASE_URLS
        .iter()
        .flat_map(|(reason, urls)| urls.split_whitespace().map(move |url| (*reason, url)));
    let others = OTHER_BASE_URLS.split_whitespace().map(|url| ("", url));
    let spaces = [("not a URL", ""), ("not a URL", "https://a b"), ("not a URL", "https://a:4 3")];
    for (reason, url) in with_reason.chain(others).chain(spaces) {
        refused(hub().with_base_url(url), "base_url", reason);
        refused(hub().with_factory_url(url), "factory_url", "");
        let insecure = hub().with_insecure_base_url(url);
        assert_eq!(insecure.is_ok(), reason == "plain http", "{url}");
    }
    for url in [
        "https://a:1",
        "https://a:65535/x",
        "https://api.cycle.io.",
        "https://a_b.c-d.e9:443",
        "https://9front:443",
        "https://[fe80::1]:8443/x",
        "https://10.0.0.1/a//b",
        "https://a/-._~!$&'()*+,;=:@/%20",
    ] {
        assert_eq!(hub().with_base_url(url).unwrap().base_url(), url);
    }
    let error = hub().with_base_url("https://user:hunter2@api.cycle.io").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn variables_that_are_missing_or_invalid_are_named() {
    let with = |key: &'static str, hub: &'static str, url: &'static str| {
        Hub::from_variables(move |name| match name {
            "CYCLE_API_KEY" => Some(key.to_owned()),
            "CYCLE_HUB_ID" => Some(hub.to_owned()),
            "CYCLE_BASE_URL" => Some(url.to_owned()),
            _ => None,
        })
    };
    refused(Hub::from_variables(|_| None), "CYCLE_API_KEY", "is not set");
    refused(with("", "h", ""), "CYCLE_API_KEY", "is not set");
    refused(with("k\n", "h", ""), "CYCLE_API_KEY", "HTTP header");
    refused(with("k", "", ""), "CYCLE_HUB_ID", "is not set");
    refused(with("k", "a b", ""), "CYCLE_HUB_ID", "HTTP header");
    refused(with("k", "h", "http://example.com"), "CYCLE_BASE_URL", "plain http");
    let hub = with("the-key", "the-hub", "https://api.my-company.cycle.io/").unwrap();
    let request = hub.request(&GetImages::new()).unwrap();
    assert_eq!(request.uri(), "https://api.my-company.cycle.io/v1/images");
    assert_eq!(request.headers()["authorization"], "Bearer the-key");
    assert_eq!(request.headers()["x-hub-id"], "the-hub");
}
