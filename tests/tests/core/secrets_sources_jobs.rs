//! No credential stands in the `Debug` of an operation, an origin or an answer.

use std::fmt::Debug;

use cycle_images::Operation;
use cycle_images::http::Response;
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::{
    CycleUpload, DockerFile, DockerHub, DockerRegistry, HttpCredentials, OciRegistry, Origin,
    ProviderAuth, ProviderCredentials, RegistryCredentials, Repo, SshCredentials, UserAuth,
    WebhookAuth,
};
use cycle_images::operation::Output;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};
use cycle_images_tests::recording;

use cycle_images_tests::support::{body, hub, job, source};

const FOLDERS: [&str; 10] = [
    "create_image_source",
    "delete_image_source",
    "errors",
    "get_image_source",
    "get_image_sources",
    "get_job",
    "get_jobs",
    "get_latest_jobs",
    "update_image_source",
    "update_image_source_access",
];

#[track_caller]
fn hides(what: &str, value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.contains("sec-"), "{what}: {text}");
    }
}

/// Origins with every credential that there is, and how many.
fn origins() -> [(Origin, usize); 6] {
    let registry = OciRegistry::new("a", "https://r");
    let hub = DockerHub::new("a").token("sec-1");
    let http = Repo::new("https://g").auth(HttpCredentials::new("u", "sec-1"));
    let http = DockerFile::of_repo(http)
        .credentials(RegistryCredentials::new("r").username("u").token("sec-2"));
    let ssh = SshCredentials::new("git", "sec-1").passphrase("sec-2");
    let user = UserAuth::new().username("u").token("sec-1");
    let provider = ProviderCredentials::new().api_key("sec-1").secret("sec-2").config("sec-3");
    [
        (hub.into(), 1),
        (http.into(), 2),
        (DockerFile::of_repo(Repo::new("g").auth(ssh)).into(), 2),
        (DockerRegistry::new("a", "r").token("sec-1").password("sec-2").into(), 2),
        (registry.clone().auth(user).into(), 1),
        (registry.auth(ProviderAuth::ecr(provider)).into(), 3),
    ]
}

#[test]
fn a_request_shows_no_secret() {
    for (origin, credentials) in origins() {
        hides("origin", &origin);
        let create = CreateImageSource::new(origin.clone());
        let update = UpdateImageSource::new(source()).origin(origin);
        for sent in [body(&create), body(&update)] {
            assert_eq!(sent.matches("sec-").count(), credentials, "{sent}");
        }
        hides("create", &create);
        hides("update", &update);
    }
}

fn shows_no_secret<O>(operation: &O)
where
    O: Operation<Output: Output<Data: Debug, Includes: Debug>> + Debug,
{
    for name in FOLDERS.into_iter().flat_map(recording::names) {
        match hub().response(operation, recording::read(&name)) {
            Ok(reply) => hides(&name, &reply),
            Err(error) => {
                hides(&name, &error);
                assert!(!error.to_string().contains("sec-"), "{name}: {error}");
            }
        }
    }
}

#[test]
fn a_response_shows_no_secret() {
    let texts = FOLDERS.into_iter().flat_map(recording::names).map(|name| recording::bytes(&name));
    let count = |text: Vec<u8>| String::from_utf8_lossy(&text).matches("sec-").count();
    assert!(texts.map(count).sum::<usize>() > 20);

    shows_no_secret(&GetImageSources::new());
    shows_no_secret(&GetImageSource::new(source()));
    shows_no_secret(&CreateImageSource::new(CycleUpload::new()));
    shows_no_secret(&UpdateImageSource::new(source()));
    shows_no_secret(&UpdateImageSourceAccess::clear(source()));
    shows_no_secret(&DeleteImageSource::new(source()));
    shows_no_secret(&GetJobs::new());
    shows_no_secret(&GetJob::new(job()));
    shows_no_secret(&GetLatestJobs::new());
}

/// URLs with credentials in them, and what is left of each in `Debug`.
fn urls() -> [(Origin, &'static str); 5] {
    let registry = OciRegistry::new("a", "https://u:sec-1@r.example.com/x");
    let hook = WebhookAuth::new("https://hooks.example.com/sec-1/sec-2?key=sec-3");
    let tar = "https://b.example.com/a.tgz?Expires=3600&Signature=sec-1";
    let repo = Repo::new("https://sec-1@git.example.com/a.git");
    let credentials = RegistryCredentials::new("https://u:sec-2@r.example.com/");
    [
        (registry.into(), "r.example.com/[redacted]"),
        (OciRegistry::new("a", "https://r").auth(hook).into(), "https://r\""),
        (DockerFile::of_targz(tar).into(), "https://b.example.com/[redacted]"),
        (DockerFile::of_repo(repo).credentials(credentials).into(), "git.example.com/[redacted]"),
        (DockerRegistry::new("a", "http://u:p@sec-1@[::1]:5000/x").into(), "[::1]:5000/[redacted]"),
    ]
}

#[test]
fn credentials_in_urls_are_not_shown() {
    for (origin, left) in urls() {
        hides(left, &origin);
        assert!(format!("{origin:?}").contains(left), "{left}: {origin:?}");
        hides(left, &CreateImageSource::new(origin.clone()));
        hides(left, &UpdateImageSource::new(source()).origin(origin));
    }
}

fn repeats_no_secret<O: Operation>(operation: &O) {
    let sent = body(operation);
    let sent = sent.replace('"', "'");
    for body in [sent.clone(), format!(r#"{{"error": {{"title": "{sent}", "detail": "{sent}"}}}}"#)]
    {
        let echo = Response::builder().status(422).header("x-request-id", &sent);
        let error = hub().response(operation, echo.body(body).unwrap()).err().unwrap();
        let shown = format!("{error} {error:?} {} {:?}", error.body().as_str(), error.kind());
        assert!(!shown.contains("sec-"), "{shown}");
    }
}

#[test]
fn an_echoed_secret_is_not_shown() {
    let all = origins().map(|(origin, _)| origin).into_iter();
    for origin in all.chain(urls().map(|(origin, _)| origin)) {
        repeats_no_secret(&CreateImageSource::new(origin.clone()));
        repeats_no_secret(&UpdateImageSource::new(source()).origin(origin));
    }
    let unknown = r#""later": {"list": ["sec-word"]}"#;
    for origin in [
        format!(r#"{{"type": "ftp", "details": {{{unknown}}}}}"#),
        format!(r#"{{"type": "docker-hub", "details": {{"target": "a", {unknown}}}}}"#),
        format!(
            r#"{{"type": "docker-registry", "details": {{"target": "a", "url": "b", {unknown}}}}}"#
        ),
        format!(
            r#"{{"type": "docker-hub", "details": {{"target": "a", "existing": {{{unknown}}}}}}}"#
        ),
        format!(
            r#"{{"type": "docker-file", "details": {{{unknown}, "credentials": [{{{unknown}}}],
                "repo": {{"url": "b", {unknown}, "ref": {{"type": "t", "value": "v", {unknown}}},
                "auth": {{"type": "http", "credentials": {{{unknown}}}}}}}}}}}"#
        ),
        format!(
            r#"{{"type": "oci-registry", "details": {{"target": "a", "url": "b", {unknown},
                "auth": {{"type": "provider", "details": {{"flavor": "ecr",
                "credentials": {{{unknown}}}}}}}}}}}"#
        ),
    ] {
        let origin: Origin = serde_json::from_str(&origin).unwrap();
        repeats_no_secret(&CreateImageSource::new(origin.clone()));
        assert!(body(&CreateImageSource::new(origin)).contains("sec-word"), "it is sent");
    }
}
