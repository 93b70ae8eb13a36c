//! Requests with rare arguments; `request.snap` in each operation's recordings has the others.

use cycle_images::images::{GetImages, ImageInclude, ImageMetaName};
use cycle_images::jobs::GetJobs;
use cycle_images::model::{DockerHub, ImageStatus, JobStatus, SourceType};
use cycle_images::operation::ListStyle;
use cycle_images::sources::{CreateImageSource, UpdateImageSource};
use cycle_images::{Hub, Operation, Timestamp};
use cycle_images_tests::support::{body, hub, source};

fn target(hub: &Hub, operation: &impl Operation) -> String {
    let request = hub.request(operation).unwrap();
    request.uri().path_and_query().unwrap().to_string()
}

#[track_caller]
fn has_query(operation: &impl Operation, query: &str) {
    let target = target(&hub(), operation);
    assert_eq!(target.split_once('?').map_or("", |(_, query)| query), query);
}

#[test]
fn each_parameter_is_sent_by_its_documented_name() {
    let list = GetImages::new;
    has_query(&list(), "");
    has_query(&list().meta(ImageMetaName::ContainersCount), "meta=containers_count");
    has_query(&list().include(ImageInclude::Sources), "include=sources");
    has_query(&list().filter_search("x"), "filter%5Bsearch%5D=x");
    has_query(&list().filter_state(ImageStatus::Uploading), "filter%5Bstate%5D=uploading");
    has_query(&list().sort("-id"), "sort=-id");
    has_query(&list().page_number(4_294_967_295), "page%5Bnumber%5D=4294967295");
    has_query(&list().page_size(1), "page%5Bsize%5D=1");
    for (kind, value) in [
        (SourceType::Direct, "direct"),
        (SourceType::StackBuild, "stack-build"),
        (SourceType::Bucket, "bucket"),
        (SourceType::from("stack_build"), "stack_build"),
    ] {
        has_query(&list().filter_source_type(kind), &format!("filter%5Bsource_type%5D={value}"));
    }
}

#[test]
fn the_order_of_parameters_does_not_depend_on_the_order_of_calls() {
    let turned = GetImages::new()
        .page_size(20)
        .sort("name")
        .filter_source_type(SourceType::Direct)
        .filter_identifier("a")
        .page_number(1)
        .include(ImageInclude::Stacks)
        .meta(ImageMetaName::ContainersCount);
    has_query(
        &turned,
        "filter%5Bidentifier%5D=a&filter%5Bsource_type%5D=direct&meta=containers_count\
         &include=stacks&sort=name&page%5Bnumber%5D=1&page%5Bsize%5D=20",
    );
}

#[test]
fn lists_are_repeated_parameters_or_joined_by_commas() {
    let list = GetImages::new().include(ImageInclude::Creators).include(ImageInclude::Stacks);
    let list = list.sort("-id").sort("name");
    has_query(&list, "include=creators&include=stacks&sort=-id&sort=name");
    let comma = target(&hub().with_list_style(ListStyle::Comma), &list);
    assert_eq!(comma, "/v1/images?include=creators%2Cstacks&sort=-id%2Cname");
}

#[test]
fn times_of_a_range_are_sent_in_utc_and_unknown_words_as_they_are() {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let jobs = GetJobs::new()
        .filter_state(JobStatus::Running)
        .filter_state(JobStatus::from("paused"))
        .filter_range_end(time("2026-03-26T12:00:00.5+02:00"))
        .filter_range_start(time("2026-03-26T10:00:00Z"));
    has_query(
        &jobs,
        "filter%5Brange-start%5D=2026-03-26T10%3A00%3A00Z\
         &filter%5Brange-end%5D=2026-03-26T10%3A00%3A00.5Z&filter%5Bstate%5D=running%2Cpaused",
    );
}

#[test]
fn the_default_server_is_api_cycle_io() {
    let request = hub().request(&GetImages::new()).unwrap();
    assert_eq!(request.uri(), "https://api.cycle.io/v1/images");
}

#[test]
fn an_update_of_a_source_sends_only_what_is_set_or_cleared() {
    let update = || UpdateImageSource::new(source());
    for (operation, expected) in [
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
            update().description("d").clear_builder().clear_identifier().name("Web"),
            r#"{"name":"Web","identifier":null,"builder":null,"about":{"description":"d"}}"#,
        ),
    ] {
        assert_eq!(body(&operation), expected);
    }
    let newer = CreateImageSource::new(DockerHub::new("nginx")).kind("mirror");
    assert!(body(&newer).starts_with(r#"{"type":"mirror","#));
}
