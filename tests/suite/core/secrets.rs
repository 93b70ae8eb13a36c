//! No credential stands in the `Debug` or `Display` of anything: neither those of the recordings,
//! which begin with `sec-`, nor the API key.

use std::error::Error;
use std::fmt::Debug;

use cycle_images::flow::{Exchange, Flow, Step};
use cycle_images::http::Response;
use cycle_images::images::{CreateImage, GetImage, GetImages};
use cycle_images::model::{
    DockerFile, DockerRegistry, OciRegistry, Origin, RegistryCredentials, Repo, WebhookAuth,
};
use cycle_images::operation::Output;
use cycle_images::sources::{CreateImageSource, UpdateImageSource};
use cycle_images::{Hub, ImageId, Operation, SourceId, Timestamp};
use cycle_images_tests::operations::{Visit, folder, names, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::{body, source};

const KEY: &str = "sec-the-api-key";

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

fn image() -> ImageId {
    ImageId::new("x").unwrap()
}

#[track_caller]
fn hides(what: &str, text: &str) {
    assert!(!text.contains("sec-"), "{what}: {text}");
}

#[track_caller]
fn hides_in_debug(what: &str, value: &impl Debug) {
    hides(what, &format!("{value:?}"));
    hides(what, &format!("{value:#?}"));
}

#[track_caller]
fn hides_in_error(what: &str, error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        hides_in_debug(what, &error);
        hides(what, &error.to_string());
        next = error.source();
    }
}

/// The names of all recordings.
fn recorded() -> Vec<String> {
    let folders = names().into_iter().map(folder).chain(["errors".to_owned()]);
    folders.flat_map(|folder| recording::names(&folder)).collect()
}

/// Shows all there is to show of an operation and of every recording as the answer to it.
struct Shown;

impl Visit for Shown {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug, Includes: Debug>> + Debug,
    {
        for operation in &operations {
            hides_in_debug(O::NAME, operation);
            hides_in_debug(O::NAME, &hub().request(operation).unwrap());
            repeats_no_secret(operation);
        }
        for name in recorded() {
            match hub().response(&operations[0], recording::read(&name)) {
                Ok(reply) => hides_in_debug(&name, &reply),
                Err(error) => {
                    hides_in_debug(&name, error.kind());
                    hides_in_debug(&name, error.body());
                    hides_in_error(&name, &error);
                }
            }
        }
    }
}

#[test]
fn operations_their_replies_and_errors_show_no_secret() {
    let texts = recorded().into_iter().map(|name| recording::bytes(&name));
    let count = |text: Vec<u8>| String::from_utf8_lossy(&text).matches("sec-").count();
    assert!(texts.map(count).sum::<usize>() > 80);
    visit_all(&mut Shown);
}

#[test]
fn a_hub_refuses_invalid_arguments() {
    hides_in_debug("hub", &hub());
    hides_in_error("key", &Hub::new("sec-key\n", "h").unwrap_err());
    hides_in_error("key", &Hub::new("sec-kéy", "h").unwrap_err());
    let url = "https://user:sec-password@example.com";
    hides_in_error("url", &hub().with_base_url(url).unwrap_err());
    let url = "https://example.com/?token=sec-token";
    hides_in_error("url", &hub().with_insecure_base_url(url).unwrap_err());
    let variables = Hub::from_variables(|_| Some("sec-two words".to_owned()));
    hides_in_error("variables", &variables.unwrap_err());
}

#[test]
fn values_that_were_not_expected() {
    for body in [
        r#"{"data": {"id": {"a": "sec-x"}}}"#,
        r#"{"data": {"id": "1", "size": "sec-x"}}"#,
        r#"{"data": {"id": "1", "size": "sec-x, expected sec-y"}}"#,
        r#"{"data": {"id": "1", "events": {"created": "sec-x"}}}"#,
        r#"{"data": {"id": "1", "source": {"details": {"origin": {"details": "sec-x", "type": "docker-hub"}}}}}"#,
        r#"{"data": {"id": "1", "source": {"details": {"origin": {"type": "docker-hub", "details": {"token": ["sec-x"]}}}}}}"#,
        r#"{"data": "sec-x""#,
        "sec-x",
    ] {
        let one = hub().response(&GetImage::new(image()), Response::new(body));
        hides_in_error(body, &one.unwrap_err());
        let list = format!("{{\"data\": [{body}]}}");
        match hub().response(&GetImages::new(), Response::new(&list)) {
            Ok(reply) => hides_in_debug(body, &reply),
            Err(error) => hides_in_error(body, &error),
        }
    }
}

#[test]
fn cookies_of_a_success() {
    let response = Response::builder().header("set-cookie", "lb=sec-proxy-cookie; Secure");
    let reply = hub().response(&GetImages::new(), response.body(r#"{"data": []}"#).unwrap());
    let reply = reply.unwrap();
    assert_eq!(reply.headers.len(), 1);
    hides_in_debug("reply", &reply);
}

/// A body shows as decimal numbers, in which nobody sees a credential.
#[test]
fn what_a_flow_sends() {
    let create = CreateImage::new(SourceId::new("x").unwrap()).build_arg("TOKEN", "sec-argument");
    let length = hub().request(&create).unwrap().body().len();
    let next = Exchange::new(create, 7).poll(&hub(), Timestamp::UNIX_EPOCH).unwrap();
    let shown = format!("{next:?}");
    assert_eq!(
        shown,
        format!("Send(POST https://api.cycle.io/v1/images, {length} bytes, within 120s)")
    );
    let list = GetImages::new().filter_search("sec-name");
    let next = Exchange::new(list, 7).poll(&hub(), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(
        format!("{next:?}"),
        "Send(GET https://api.cycle.io/v1/images?[redacted], 0 bytes, within 120s)"
    );
    assert_eq!(
        format!("{:?} {:?}", Step::Wait(std::time::Duration::ZERO), Step::Done),
        "Wait(0ns) Done"
    );
}

#[test]
fn debug_of_an_image_shows_only_names_of_variables() {
    let image = r#"{"data": {"id": "1", "state": {"current": "live"}, "build": {"args": {"NPM_TOKEN": "sec-arg"}},
        "config": {"env": {"DB_PASSWORD": "sec-env"}}, "source": {"details": {"origin": {"type": "docker-file",
        "details": {"targz_url": "https://b.example.com/a.tgz?Signature=sec-signature",
        "repo": {"url": "https://me:sec-pw@git.example.com/a.git"}}}},
        "override": {"targz_url": "https://b.example.com/b.tgz?Signature=sec-signature"}}}}"#;
    let image = hub()
        .response(&GetImage::new(ImageId::new("1").unwrap()), Response::new(image))
        .unwrap()
        .data;
    hides_in_debug("image", &image);
    let shown = format!("{image:?}");
    for name in [
        "NPM_TOKEN",
        "DB_PASSWORD",
        "https://b.example.com/[redacted]",
        "https://[redacted]@git.example.com/[redacted]",
    ] {
        assert!(shown.contains(name), "{name}: {shown}");
    }
    assert_eq!(image.config.env["DB_PASSWORD"], "sec-env");
    let create = CreateImage::new(SourceId::new("x").unwrap())
        .build_arg("NPM_TOKEN", "sec-arg")
        .override_targz_url("https://b.example.com/b.tgz?Signature=sec-signature");
    hides_in_debug("create", &create);
    assert!(format!("{create:?}").contains("NPM_TOKEN"));
}

#[test]
fn build_arguments_that_are_repeated() {
    let create = CreateImage::new(SourceId::new("x").unwrap())
        .build_arg("NPM_TOKEN", "sec-npm-token")
        .build_arg("FAST", "true")
        .override_targz_url("https://b.example.com/b.tgz?Expires=9&Signature=sec-%2Fsignature");
    let body = r#"{"error": {"title": "use_disk is true or false", "detail": "sec-npm-token, sec-/signature, Signature=sec-%2fsignature"}}"#;
    let response = Response::builder().status(422).body(body).unwrap();
    let error = hub().response(&create, response).unwrap_err();
    hides_in_error("arguments", &error);
    hides("body", error.body().as_str());
    assert_eq!(error.platform().unwrap().title.as_deref(), Some("use_disk is true or false"));
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
        hides_in_debug(left, &origin);
        assert!(format!("{origin:?}").contains(left), "{left}: {origin:?}");
        hides_in_debug(left, &CreateImageSource::new(origin.clone()));
        hides_in_debug(left, &UpdateImageSource::new(source()).origin(origin));
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
fn an_echoed_secret_of_an_origin_is_not_shown() {
    for (origin, _) in urls() {
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
