//! No `Debug` or `Display` shows a credential, which all begin with `sec-` here, or the API key;
//! the snapshots of `responses` are checked for them, too.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use cycle_images::flow::{Exchange, Flow, Step, TarSent};
use cycle_images::http::{HeaderValue, Response};
use cycle_images::images::{CreateImage, GetImage, GetImages};
use cycle_images::model::{
    DockerFile, DockerRegistry, Image, OciRegistry, Origin, RegistryCredentials, Repo, WebhookAuth,
};
use cycle_images::operation::Output;
use cycle_images::sources::{CreateImageSource, UpdateImageSource};
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, ImageId, Operation, ResponseError, SourceId, Timestamp};
use cycle_images_tests::operations::{Visit, folder, names, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::{body, source};

pub(crate) const KEY: &str = "sec-the-api-key";

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

#[track_caller]
pub(crate) fn hides(what: &str, text: &str) {
    assert!(!text.contains("sec-"), "{what}: {text}");
}

#[track_caller]
pub(crate) fn hides_in_debug(what: &str, value: &impl Debug) {
    hides(what, &format!("{value:?}"));
    hides(what, &format!("{value:#?}"));
}

#[track_caller]
pub(crate) fn hides_in_error(what: &str, error: &(dyn Error + 'static)) {
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
fn operations_replies_and_errors_show_no_secret() {
    let texts = recorded().into_iter().map(|name| recording::bytes(&name));
    let count = |text: Vec<u8>| String::from_utf8_lossy(&text).matches("sec-").count();
    assert!(texts.map(count).sum::<usize>() > 80);
    visit_all(&mut Shown);
}

#[test]
fn refused_arguments_of_a_hub_are_not_shown() {
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

/// A body shows as decimal numbers, in which nobody sees a credential.
#[test]
fn a_request_of_a_flow_shows_neither_body_nor_query() {
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
    assert_eq!(format!("{:?} {:?}", Step::Wait(Duration::ZERO), Step::Done), "Wait(0ns) Done");
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
fn echoed_build_arguments_are_redacted() {
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
fn credentials_in_urls_of_origins_are_not_shown() {
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
fn echoed_secrets_of_origins_are_redacted() {
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

fn answered(hub: &Hub, status: u16, headers: &[(&str, &str)], body: &str) -> ResponseError {
    let mut response = Response::builder().status(status);
    for &(name, value) in headers {
        response = response.header(name, value);
    }
    let operation = GetImage::new(ImageId::new("x").unwrap());
    hub.response(&operation, response.body(body.to_owned()).unwrap()).unwrap_err()
}

#[test]
fn an_echoed_key_is_redacted_as_json_escapes_it() {
    // Go escapes `&`, `<` and `>`, and any JSON a backslash.
    let hub = Hub::new(r"sec-a&b<c>\d", "the-hub").unwrap();
    let key = r"sec-a\u0026b\u003cc\u003e\\d";
    for body in [
        format!(r#"{{"error": {{"title": "No {key}", "detail": "{key}"}}}}"#),
        format!(r#"{{"error": "x", "error_description": "unknown: {key}"}}"#),
    ] {
        hides_in_error(&body, &answered(&hub, 401, &[], &body));
    }
}

#[test]
fn redacting_a_common_word_keeps_the_envelope() {
    for key in ["key", "error", "code"] {
        let hub = Hub::new(key, "the-hub").unwrap();
        let body = r#"{"error": {"status": 404, "code": "404.hub.api_key"}, "data": null}"#;
        let error = answered(&hub, 404, &[], body);
        assert_eq!(error.code(), Some(&"404.hub.api-key".into()), "{key}: {error:?}");
    }
}

/// The ways in which JSON and URIs write a text, mixed ones too.
#[test]
fn an_echoed_key_is_redacted_in_any_spelling() {
    let hub = Hub::new("sec-+/=ü&x".replace('ü', "~"), "the-hub").unwrap();
    for spelling in [
        "sec-+/=~&x",
        "sec-%2B%2F%3D%7E%26x",
        "sec-%2b%2f%3d%7e%26x",
        "sec-+%2f=~%26x",
        "%73%65%63%2D+/=~&x",
        r"sec-+\/=~&x",
        r"sec-\u002b\u002F\u003d\u007E\u0026x",
        r"\u0073ec-+\/%3D~\u0026%78",
        r"sec-+\u002f=~&x",
    ] {
        for (status, headers, body) in [
            (502, vec![], format!("<html>{spelling}</html>")),
            (401, vec![], format!(r#"{{"error": {{"title": "{spelling}"}}}}"#)),
            (302, vec![("location", format!("/?key={spelling}"))], String::new()),
            (503, vec![("retry-after", spelling.to_owned())], String::new()),
        ] {
            let headers: Vec<_> =
                headers.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let error = answered(&hub, status, &headers, &body);
            let shown =
                format!("{error} {error:?} {} {}", error.source().unwrap(), error.body().as_str());
            for part in ["sec", "~&x", r"\u0026", "%26", "%78"] {
                assert!(!shown.contains(part), "{spelling}: {shown}");
            }
        }
    }
}

#[test]
fn an_echoed_key_is_redacted_across_the_end_of_the_preview() {
    for at in 4096 - KEY.len()..=4096 {
        for body in [
            format!("{}{KEY} and more", "x".repeat(at)),
            format!("{}{}{KEY}{KEY}", KEY, "x".repeat(at - KEY.len())),
        ] {
            let error = answered(&hub(), 502, &[], &body);
            assert!(!error.body().as_str().contains("sec"), "{at}: {}", error.body().as_str());
            let title = format!(r#"{{"error": {{"title": "{body}"}}}}"#);
            let error = answered(&hub(), 500, &[], &title);
            assert!(!error.platform().unwrap().title.as_deref().unwrap().contains("sec"));
        }
    }
}

#[test]
fn an_echoed_key_is_redacted_in_headers_of_a_success() {
    let mut secret = HeaderValue::from_static("a session");
    secret.set_sensitive(true);
    let response = Response::builder()
        .header("x-echo-authorization", format!("Bearer {KEY}"))
        .header("x-session", secret)
        .header("x-request-id", "7")
        .body(r#"{"data": []}"#);
    let reply = hub().response(&GetImages::new(), response.unwrap()).unwrap();
    hides("reply", &format!("{reply:?} {:?}", reply.headers));
    assert_eq!(reply.headers["x-echo-authorization"], "Bearer [redacted]");
    assert!(reply.headers["x-session"].is_sensitive());
    assert_eq!(reply.headers["x-session"], "a session");
    assert!(!reply.headers["x-request-id"].is_sensitive());
}

#[test]
fn secrets_echoed_by_the_factory_are_redacted() {
    let image: Image = serde_json::from_str(
        r#"{"id": "i1", "state": {"current": "uploading"}, "source": {"details": {"origin":
            {"type": "cycle-upload", "details": {"token": "sec-the/token"}}}}}"#,
    )
    .unwrap();
    let upload = UploadImage::new(&image).unwrap();
    let body =
        format!(r#"{{"error": {{"title": "no {KEY}", "detail": "?token=sec-the%2ftoken"}}}}"#);
    let response = Response::builder().status(403).body(body).unwrap();
    let sent = TarSent { sent: 10, size: 10, error: None };
    let outcome = hub().upload_outcome(&upload, Ok(response), sent, Duration::ZERO);
    hides_in_error("factory", &outcome.unwrap_err());
}
