//! Each operation builds the documented request.

use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs, JobInclude};
use cycle_images::model::{AccessRights, Acl, DockerHub, JobStatus, LifeStatus, SourceType};
use cycle_images::operation::ListStyle;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, SourceInclude,
    SourceMetaName, UpdateImageSource, UpdateImageSourceAccess,
};
use cycle_images::{Operation, SourceId, Timestamp};

use cycle_images_tests::support::{body, hub, job, source};

/// The request is this line, and carries JSON or nothing.
#[track_caller]
fn sends<O: Operation>(operation: &O, line: &str, capability: &str) {
    let request = hub().request(operation).unwrap();
    let target = request.uri().path_and_query().unwrap();
    assert_eq!(format!("{} {target}", request.method()), line);
    assert_eq!(O::CAPABILITY, capability);
    let is_writing = !request.body().is_empty();
    assert_eq!(request.headers().contains_key("content-type"), is_writing);
    assert_eq!(request.headers()["x-hub-id"], "the-hub");
}

#[test]
fn get_image_sources() {
    sends(&GetImageSources::new(), "GET /v1/images/sources", "images-sources-view");
    let fullest = GetImageSources::new()
        .page_size(20)
        .page_number(2)
        .sort("-events.created")
        .sort("name")
        .filter_state(LifeStatus::Live)
        .filter_state(LifeStatus::Deleting)
        .filter_search("a&b=c d")
        .filter_identifier("shop-api")
        .include(SourceInclude::Creators)
        .include(SourceInclude::Integrations)
        .meta(SourceMetaName::ImagesCount);
    let line = |include: &str| {
        format!(
            "GET /v1/images/sources?filter%5Bidentifier%5D=shop-api\
             &filter%5Bsearch%5D=a%26b%3Dc+d&filter%5Bstate%5D=live%2Cdeleting\
             &meta=images_count&{include}&sort=-events.created%SORT%name\
             &page%5Bnumber%5D=2&page%5Bsize%5D=20"
        )
    };
    let repeated = line("include=creators&include=integrations").replace("%SORT%", "&sort=");
    sends(&fullest, &repeated, "images-sources-view");
    let comma = line("include=creators%2Cintegrations").replace("%SORT%", "%2C");
    let request = hub().with_list_style(ListStyle::Comma).request(&fullest).unwrap();
    assert_eq!(format!("GET {}", request.uri().path_and_query().unwrap()), comma);
}

#[test]
fn get_image_source() {
    let line = "GET /v1/images/sources/64d0a0000000000000050001";
    sends(&GetImageSource::new(source()), line, "images-sources-view");
    let fullest = GetImageSource::new(source())
        .include(SourceInclude::Integrations)
        .include(SourceInclude::Creators)
        .meta(SourceMetaName::ImagesCount);
    let line = format!("{line}?meta=images_count&include=integrations&include=creators");
    sends(&fullest, &line, "images-sources-view");
    let odd = GetImageSource::new(SourceId::new("a/../b?c").unwrap());
    sends(&odd, "GET /v1/images/sources/a%2F..%2Fb%3Fc", "images-sources-view");
}

#[test]
fn create_image_source() {
    let least = CreateImageSource::new(DockerHub::new("nginx"));
    sends(&least, "POST /v1/images/sources", "images-sources-manage");
    assert_eq!(
        body(&least),
        r#"{"type":"direct","origin":{"type":"docker-hub","details":{"target":"nginx"}}}"#
    );
    let fullest = CreateImageSource::new(DockerHub::new("nginx"))
        .kind(SourceType::StackBuild)
        .name("Café")
        .identifier("cafe")
        .description("Nightly")
        .acl(Acl::new().role("r1", AccessRights::all().manage(false)))
        .builder_integration_id("depot-builder");
    let expected = concat!(
        r#"{"name":"Café","identifier":"cafe","#,
        r#""acl":{"roles":{"r1":{"view":true,"modify":true,"manage":false}}},"#,
        r#""builder":{"integration_id":"depot-builder"},"type":"stack-build","#,
        r#""origin":{"type":"docker-hub","details":{"target":"nginx"}},"#,
        r#""about":{"description":"Nightly"}}"#,
    );
    assert_eq!(body(&fullest), expected);
    let newer = CreateImageSource::new(DockerHub::new("nginx")).kind("mirror");
    assert!(body(&newer).starts_with(r#"{"type":"mirror","#));
}

#[test]
fn update_image_source_leaves_sets_and_clears() {
    let update = || UpdateImageSource::new(source());
    let line = "PATCH /v1/images/sources/64d0a0000000000000050001";
    sends(&update(), line, "images-sources-manage");
    let cases = [
        (update(), r#"{}"#),
        (update().name("Web"), r#"{"name":"Web"}"#),
        (update().identifier("web"), r#"{"identifier":"web"}"#),
        (update().clear_identifier(), r#"{"identifier":null}"#),
        (update().builder_integration_id("b"), r#"{"builder":{"integration_id":"b"}}"#),
        (update().clear_builder(), r#"{"builder":null}"#),
        (update().description("d"), r#"{"about":{"description":"d"}}"#),
        (update().clear_description(), r#"{"about":{"description":null}}"#),
        (update().clear_identifier().identifier("last"), r#"{"identifier":"last"}"#),
        (
            update().origin(DockerHub::new("nginx:2")),
            r#"{"origin":{"type":"docker-hub","details":{"target":"nginx:2"}}}"#,
        ),
    ];
    for (operation, expected) in cases {
        assert_eq!(body(&operation), expected);
    }
    let several = update().description("d").clear_builder().clear_identifier().name("Web");
    let expected = r#"{"name":"Web","identifier":null,"builder":null,"about":{"description":"d"}}"#;
    assert_eq!(body(&several), expected);
}

#[test]
fn update_image_source_access() {
    let line = "PATCH /v1/images/sources/64d0a0000000000000050001/access";
    let rights = AccessRights::none().view(true).modify(true);
    let set = UpdateImageSourceAccess::set(source(), Acl::new().role("r1", rights));
    sends(&set, line, "images-sources-manage");
    let expected = r#"{"acl":{"roles":{"r1":{"view":true,"modify":true,"manage":false}}}}"#;
    assert_eq!(body(&set), expected);
    let clear = UpdateImageSourceAccess::clear(source());
    sends(&clear, line, "images-sources-manage");
    assert_eq!(body(&clear), r#"{"acl":null}"#);
}

#[test]
fn delete_image_source() {
    let line = "DELETE /v1/images/sources/64d0a0000000000000050001";
    sends(&DeleteImageSource::new(source()), line, "images-sources-manage");
}

#[test]
fn get_jobs() {
    sends(&GetJobs::new(), "GET /v1/jobs", "apionly-jobs-view");
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let fullest = GetJobs::new()
        .page_size(5)
        .page_number(3)
        .sort("-events.queued")
        .filter_state(JobStatus::Running)
        .filter_state(JobStatus::from("paused"))
        .filter_search("Import image")
        .filter_range_end(time("2026-03-26T12:00:00.5+02:00"))
        .filter_range_start(time("2026-03-26T10:00:00Z"))
        .include(JobInclude::Creators);
    let line = "GET /v1/jobs?filter%5Brange-start%5D=2026-03-26T10%3A00%3A00Z\
        &filter%5Brange-end%5D=2026-03-26T10%3A00%3A00.5Z\
        &filter%5Bsearch%5D=Import+image&filter%5Bstate%5D=running%2Cpaused\
        &include=creators&sort=-events.queued&page%5Bnumber%5D=3&page%5Bsize%5D=5";
    sends(&fullest, line, "apionly-jobs-view");
}

#[test]
fn get_job_and_get_latest_jobs() {
    sends(&GetJob::new(job()), "GET /v1/jobs/68f0b00000000000000f0001", "apionly-jobs-view");
    sends(&GetLatestJobs::new(), "GET /v1/jobs/latest", "apionly-jobs-view");
}
