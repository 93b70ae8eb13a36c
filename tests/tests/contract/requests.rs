//! The requests that operations build fit the documented paths, parameters and bodies.

use std::collections::BTreeMap;

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, ImageMetaName, UpdateImage,
};
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs, JobInclude};
use cycle_images::model::{
    AccessRights, Acl, DockerFile, DockerHub, GitRef, HttpCredentials, ImageStatus, JobStatus,
    LifeStatus, RegistryCredentials, Repo, SourceType, SshCredentials,
};
use cycle_images::operation::ListStyle;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, SourceInclude,
    SourceMetaName, UpdateImageSource, UpdateImageSourceAccess,
};
use cycle_images::{ImageId, Operation, Timestamp};
use cycle_images_tests::support::{hub, job, source};
use http::Request;
use serde_json::{Value, json};

use crate::document::{Document, errors};

/// The name of an operation, and a request of it.
type Sent = (&'static str, Request<Vec<u8>>);

/// The request that both list styles build.
fn add<O: Operation>(sent: &mut Vec<Sent>, operation: &O) {
    for style in [ListStyle::Comma, ListStyle::Repeat] {
        let request = hub().with_list_style(style).request(operation).unwrap();
        sent.push((O::NAME, request));
    }
}

fn images(sent: &mut Vec<Sent>) {
    let image = || ImageId::new("65f0a1b2c3d4e5f6a7b80001").unwrap();
    let includes = [
        ImageInclude::Creators,
        ImageInclude::StackBuilds,
        ImageInclude::Stacks,
        ImageInclude::Sources,
        ImageInclude::Integrations,
    ];
    add(sent, &GetImages::new());
    let list = GetImages::new()
        .meta(ImageMetaName::ContainersCount)
        .filter_identifier("my-image")
        .filter_search("a&b=c d")
        .filter_state(ImageStatus::Live)
        .filter_state(ImageStatus::Building)
        .filter_source_type(SourceType::StackBuild)
        .filter_source_id(source())
        .sort("-events.created")
        .sort("name")
        .page_number(2)
        .page_size(20);
    add(sent, &includes.clone().into_iter().fold(list, GetImages::include));
    add(sent, &GetImage::new(image()));
    let one = GetImage::new(image())
        .meta(ImageMetaName::ContainersCount)
        .sort("name")
        .page_number(1)
        .page_size(1);
    add(sent, &includes.into_iter().fold(one, GetImage::include));
    add(sent, &CreateImage::new(source()));
    let create = CreateImage::new(source())
        .name("n")
        .build_arg("A", "1")
        .build_use_disk(true)
        .override_target("a/b:1");
    add(sent, &create);
    add(sent, &CreateImage::new(source()).override_targz_url("https://f/a.tar.gz"));
    add(sent, &UpdateImage::new(image()));
    add(sent, &UpdateImage::new(image()).name("n"));
    add(sent, &DeleteImage::new(image()));
    add(sent, &GetImageBuildLog::new(image()));
    add(sent, &CreateImageJob::import(image()));
    add(sent, &CreateImagesJob::prune([source()]));
}

fn sources(sent: &mut Vec<Sent>) {
    add(sent, &GetImageSources::new());
    let list = GetImageSources::new()
        .page_size(20)
        .page_number(2)
        .sort("-events.created")
        .filter_state(LifeStatus::Live)
        .filter_state(LifeStatus::Deleting)
        .filter_search("a&b=c d")
        .filter_identifier("shop-api")
        .include(SourceInclude::Creators)
        .include(SourceInclude::Integrations)
        .meta(SourceMetaName::ImagesCount);
    add(sent, &list);
    add(sent, &GetImageSource::new(source()));
    let one = GetImageSource::new(source())
        .include(SourceInclude::Creators)
        .include(SourceInclude::Integrations)
        .meta(SourceMetaName::ImagesCount);
    add(sent, &one);
    let create = CreateImageSource::new(DockerHub::new("nginx"));
    add(sent, &create);
    let acl = Acl::new().role("r1", AccessRights::all());
    let fullest = create
        .kind(SourceType::StackBuild)
        .name("n")
        .identifier("i")
        .description("d")
        .acl(acl.clone())
        .builder_integration_id("b");
    add(sent, &fullest);
    let update = || UpdateImageSource::new(source());
    add(sent, &update());
    add(sent, &update().name("n").identifier("i").builder_integration_id("b").description("d"));
    for repo in [
        Repo::new("https://g").auth(HttpCredentials::new("u", "p")).git_ref(GitRef::tag("v1")),
        Repo::new("g").auth(SshCredentials::new("git", "k").passphrase("p")).branch("main"),
    ] {
        let file = DockerFile::of_repo(repo)
            .context_dir("api")
            .build_file("api/Dockerfile")
            .credentials(RegistryCredentials::new("ghcr.io").username("u").token("t"));
        add(sent, &update().origin(file));
    }
    add(sent, &update().origin(DockerHub::new("a:1").username("u").token("t").existing(source())));
    add(sent, &update().origin(DockerFile::of_targz("https://f/a.tar.gz")));
    add(sent, &UpdateImageSourceAccess::set(source(), acl));
    add(sent, &UpdateImageSourceAccess::clear(source()));
    add(sent, &DeleteImageSource::new(source()));
}

fn jobs(sent: &mut Vec<Sent>) {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    add(sent, &GetJobs::new());
    let list = GetJobs::new()
        .page_size(5)
        .page_number(3)
        .sort("-events.queued")
        .filter_state(JobStatus::Running)
        .filter_search("Import image")
        .filter_range_start(time("2026-03-26T10:00:00Z"))
        .filter_range_end(time("2026-03-26T12:00:00Z"))
        .include(JobInclude::Creators);
    add(sent, &list);
    add(sent, &GetJob::new(job()));
    add(sent, &GetLatestJobs::new());
}

pub fn misfits(document: &Document) -> Vec<String> {
    let mut sent = Vec::new();
    images(&mut sent);
    sources(&mut sent);
    jobs(&mut sent);
    println!("{} requests checked", sent.len());
    let misfit = |(name, request): &Sent| -> Vec<String> {
        let wrong = misfit(document, name, request);
        let line = format!("{} {}", request.method(), request.uri());
        wrong.into_iter().map(|wrong| format!("{name}: {wrong}\n  {line}")).collect()
    };
    sent.iter().flat_map(misfit).collect()
}

fn misfit(document: &Document, name: &str, request: &Request<Vec<u8>>) -> Vec<String> {
    let id = name[..1].to_lowercase() + &name[1..];
    let Some((path, method, operation)) = document.operation(&id) else {
        return vec!["not in the document".to_owned()];
    };
    let mut wrong = Vec::new();
    if !request.method().as_str().eq_ignore_ascii_case(method) {
        wrong.push(format!("the method is {method}"));
    }
    let documented: Vec<&str> = path.split('/').collect();
    let built: Vec<&str> = request.uri().path().split('/').collect();
    let is_same = |(of, is): (&&str, &&str)| of.starts_with('{') || of == is;
    if documented.len() != built.len() || !documented.iter().zip(&built).all(is_same) {
        wrong.push(format!("the path is {path}"));
    }
    wrong.extend(query_misfits(document, operation, request.uri().query().unwrap_or_default()));
    wrong.extend(body_misfits(document, operation, request.body()));
    wrong
}

fn query_misfits(document: &Document, operation: &Value, query: &str) -> Vec<String> {
    let none = Vec::new();
    let parameters = operation["parameters"].as_array().unwrap_or(&none);
    let parameter = |name: &str| {
        let mut all = parameters.iter().map(|parameter| document.resolve(parameter));
        all.find(|parameter| parameter["in"] == "query" && parameter["name"] == name)
    };
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if let Some((name, member)) = key.strip_suffix(']').and_then(|key| key.split_once('[')) {
            let of = parameter(name).map(|parameter| &parameter["schema"]["properties"][member]);
            let is_number = of.is_some_and(|schema| schema["type"] == "number");
            let number = value.parse::<u32>().ok().filter(|_| is_number);
            let value = number.map_or(json!(value), |number| json!(number));
            values.entry(name.to_owned()).or_insert(json!({}))[member] = value;
        } else if let Value::Array(list) = values.entry(key.into()).or_insert(json!([])) {
            // The document's prose has commas, its style repeated keys.
            list.extend(value.split(',').map(Value::from));
        }
    }
    let misfits = |(name, value): (&String, &Value)| {
        let Some(parameter) = parameter(name) else {
            return vec![format!("no parameter {name}")];
        };
        let mut schema = document.resolve(&parameter["schema"]).clone();
        if schema["type"] == "object" {
            schema["additionalProperties"] = json!(false);
        }
        let wrong = errors(&document.validator(&schema), value);
        wrong.into_iter().map(|wrong| format!("{name}{wrong}")).collect()
    };
    values.iter().flat_map(misfits).collect()
}

fn body_misfits(document: &Document, operation: &Value, body: &[u8]) -> Vec<String> {
    let documented = operation.get("requestBody").map(|body| document.resolve(body));
    match (documented, body) {
        (None, []) => Vec::new(),
        (None, _) => vec!["no body is documented".to_owned()],
        (Some(_), []) => vec!["a body is documented".to_owned()],
        (Some(documented), body) => {
            let schema = &documented["content"]["application/json"]["schema"];
            errors(&document.validator(schema), &serde_json::from_slice(body).unwrap())
        }
    }
}
