//! Each operation builds the documented request, byte for byte, and nothing beside it.

use cycle_images::http::Request;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, ImageMetaName, UpdateImage,
};
use cycle_images::model::{ImageStatus, SourceType};
use cycle_images::operation::ListStyle;
use cycle_images::{Hub, ImageId, Operation, SourceId};
use cycle_images_tests::support::{hub, source};

const READING: &str =
    "accept: application/json\nauthorization: Bearer the-key\nx-hub-id: the-hub\n\n";
const WRITING: &str = "accept: application/json\nauthorization: Bearer the-key\n\
    content-type: application/json\nx-hub-id: the-hub\n\n";

fn image() -> ImageId {
    ImageId::new("65f0a1b2c3d4e5f6a7b80001").unwrap()
}

/// Everything that a request says: its first line, its headers by name, and its body.
fn text(request: &Request<Vec<u8>>) -> String {
    let mut headers: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let body = std::str::from_utf8(request.body()).unwrap();
    format!("{} {}\n{}\n{body}", request.method(), request.uri(), headers.concat())
}

#[track_caller]
fn builds(hub: &Hub, operation: &impl Operation, line: &str, headers: &str, body: &str) {
    let request = hub.request(operation).unwrap();
    assert_eq!(text(&request), format!("{line}\n{headers}{body}"));
}

#[track_caller]
fn reads(operation: &impl Operation, line: &str) {
    builds(&hub(), operation, line, READING, "");
}

#[track_caller]
fn writes(operation: &impl Operation, line: &str, body: &str) {
    builds(&hub(), operation, line, WRITING, body);
}

fn fullest_list() -> GetImages {
    GetImages::new()
        .meta(ImageMetaName::ContainersCount)
        .include(ImageInclude::Creators)
        .include(ImageInclude::StackBuilds)
        .include(ImageInclude::Stacks)
        .include(ImageInclude::Sources)
        .include(ImageInclude::Integrations)
        .filter_identifier("my-image")
        .filter_search("a&b=c d+e#f?ü")
        .filter_state(ImageStatus::Live)
        .filter_state(ImageStatus::Building)
        .filter_source_type(SourceType::StackBuild)
        .filter_source_id(source())
        .sort("-events.created")
        .sort("name")
        .page_number(2)
        .page_size(20)
}

#[test]
fn get_images() {
    reads(&GetImages::new(), "GET https://api.cycle.io/v1/images");
    reads(
        &fullest_list(),
        "GET https://api.cycle.io/v1/images?filter%5Bidentifier%5D=my-image\
         &filter%5Bsearch%5D=a%26b%3Dc+d%2Be%23f%3F%C3%BC\
         &filter%5Bstate%5D=live%2Cbuilding\
         &filter%5Bsource_type%5D=stack-build\
         &filter%5Bsource_id%5D=64d0a0000000000000050001\
         &meta=containers_count\
         &include=creators&include=stack_builds&include=stacks&include=sources\
         &include=integrations\
         &sort=-events.created&sort=name&page%5Bnumber%5D=2&page%5Bsize%5D=20",
    );
}

#[test]
fn lists_can_be_joined_by_commas() {
    builds(
        &hub().with_list_style(ListStyle::Comma),
        &fullest_list(),
        "GET https://api.cycle.io/v1/images?filter%5Bidentifier%5D=my-image\
         &filter%5Bsearch%5D=a%26b%3Dc+d%2Be%23f%3F%C3%BC\
         &filter%5Bstate%5D=live%2Cbuilding\
         &filter%5Bsource_type%5D=stack-build\
         &filter%5Bsource_id%5D=64d0a0000000000000050001\
         &meta=containers_count\
         &include=creators%2Cstack_builds%2Cstacks%2Csources%2Cintegrations\
         &sort=-events.created%2Cname&page%5Bnumber%5D=2&page%5Bsize%5D=20",
        READING,
        "",
    );
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
    reads(
        &turned,
        "GET https://api.cycle.io/v1/images?filter%5Bidentifier%5D=a&filter%5Bsource_type%5D=direct\
         &meta=containers_count&include=stacks&sort=name\
         &page%5Bnumber%5D=1&page%5Bsize%5D=20",
    );
}

#[test]
fn a_single_parameter_is_neither_preceded_nor_followed_by_an_ampersand() {
    let one = |operation, query: &str| {
        let line = format!("GET https://api.cycle.io/v1/images?{query}");
        reads(&operation, &line);
    };
    let list = GetImages::new;
    one(list().meta(ImageMetaName::ContainersCount), "meta=containers_count");
    one(list().include(ImageInclude::Sources), "include=sources");
    one(list().filter_search("x"), "filter%5Bsearch%5D=x");
    one(list().filter_state(ImageStatus::Uploading), "filter%5Bstate%5D=uploading");
    one(list().sort("-id"), "sort=-id");
    one(list().page_number(4_294_967_295), "page%5Bnumber%5D=4294967295");
    one(list().page_size(1), "page%5Bsize%5D=1");
}

#[test]
fn create_image() {
    let line = "POST https://api.cycle.io/v1/images";
    writes(&CreateImage::new(source()), line, r#"{"source_id":"64d0a0000000000000050001"}"#);
    let fullest = CreateImage::new(source())
        .name("Café \"nightly\"\n")
        .build_arg("VERSION", "1.4")
        .build_arg("PROFILE", "")
        .build_use_disk(false)
        .override_target("acme/web:1.4")
        .override_targz_url("https://files.example.com/web.tar.gz");
    let body = concat!(
        r#"{"name":"Café \"nightly\"\n","source_id":"64d0a0000000000000050001","#,
        r#""build":{"args":{"PROFILE":"","VERSION":"1.4"},"use_disk":false},"#,
        r#""override":{"target":"acme/web:1.4","#,
        r#""targz_url":"https://files.example.com/web.tar.gz"}}"#,
    );
    writes(&fullest, line, body);
}

#[test]
fn get_image() {
    reads(&GetImage::new(image()), "GET https://api.cycle.io/v1/images/65f0a1b2c3d4e5f6a7b80001");
    let fullest = GetImage::new(image())
        .meta(ImageMetaName::ContainersCount)
        .include(ImageInclude::Integrations)
        .include(ImageInclude::Creators)
        .sort("-id")
        .page_number(3)
        .page_size(7);
    reads(
        &fullest,
        "GET https://api.cycle.io/v1/images/65f0a1b2c3d4e5f6a7b80001?meta=containers_count\
         &include=integrations&include=creators&sort=-id&page%5Bnumber%5D=3&page%5Bsize%5D=7",
    );
}

#[test]
fn update_image() {
    let line = "PATCH https://api.cycle.io/v1/images/65f0a1b2c3d4e5f6a7b80001";
    writes(&UpdateImage::new(image()), line, "{}");
    writes(&UpdateImage::new(image()).name(""), line, r#"{"name":""}"#);
}

#[test]
fn delete_image() {
    let line = "DELETE https://api.cycle.io/v1/images/65f0a1b2c3d4e5f6a7b80001";
    reads(&DeleteImage::new(image()), line);
}

#[test]
fn get_image_build_log() {
    let line = "GET https://api.cycle.io/v1/images/65f0a1b2c3d4e5f6a7b80001/build-log";
    reads(&GetImageBuildLog::new(image()), line);
}

#[test]
fn create_images_job() {
    let line = "POST https://api.cycle.io/v1/images/tasks";
    writes(
        &CreateImagesJob::prune([source()]),
        line,
        r#"{"action":"prune","contents":{"source_ids":["64d0a0000000000000050001"]}}"#,
    );
    writes(
        &CreateImagesJob::prune([source(), SourceId::new("b/2").unwrap()]),
        line,
        r#"{"action":"prune","contents":{"source_ids":["64d0a0000000000000050001","b/2"]}}"#,
    );
}

#[test]
fn create_image_job() {
    let line = "POST https://api.cycle.io/v1/images/65f0a1b2c3d4e5f6a7b80001/tasks";
    writes(&CreateImageJob::import(image()), line, r#"{"action":"import"}"#);
}

#[test]
fn the_server_is_api_cycle_io_or_a_customers_own_core_and_paths_begin_with_v1() {
    let operation = GetImages::new();
    let request = hub().request(&operation).unwrap();
    assert_eq!(request.uri(), "https://api.cycle.io/v1/images");
    let own = hub().with_base_url("https://api.my-company.cycle.io").unwrap();
    let request = own.request(&operation).unwrap();
    assert_eq!(request.uri(), "https://api.my-company.cycle.io/v1/images");
}

#[test]
fn source_types_are_direct_stack_build_and_bucket() {
    for (source_type, value) in [
        (SourceType::Direct, "direct"),
        (SourceType::StackBuild, "stack-build"),
        (SourceType::Bucket, "bucket"),
        (SourceType::from("stack_build"), "stack_build"),
    ] {
        let operation = GetImages::new().filter_source_type(source_type);
        let query = format!("filter%5Bsource_type%5D={value}");
        assert_eq!(hub().request(&operation).unwrap().uri().query(), Some(&*query));
    }
}

#[test]
fn creating_an_image_does_not_import_it() {
    let create = hub().request(&CreateImage::new(source())).unwrap();
    assert_eq!(create.body(), br#"{"source_id":"64d0a0000000000000050001"}"#);
    let import = hub().request(&CreateImageJob::import(image())).unwrap();
    assert_eq!(import.uri().path(), "/v1/images/65f0a1b2c3d4e5f6a7b80001/tasks");
    assert_eq!(import.body(), br#"{"action":"import"}"#);
}
