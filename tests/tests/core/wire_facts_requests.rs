//! What the wire really carries, requests: one test for each fact, named for it.

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, ImageInclude, ImageMetaName, UpdateImage,
};
use cycle_images::model::{ImageStatus, SourceType};
use cycle_images::operation::ListStyle;
use cycle_images::{Hub, ImageId, Operation, SourceId};

fn hub() -> Hub {
    Hub::new("the-key", "the-hub").unwrap()
}

fn image() -> ImageId {
    ImageId::new("i1").unwrap()
}

fn source() -> SourceId {
    SourceId::new("s1").unwrap()
}

/// The decoded query of a request.
fn query(hub: &Hub, operation: &impl Operation) -> Vec<(String, String)> {
    let request = hub.request(operation).unwrap();
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[track_caller]
fn asks(operation: &impl Operation, expected: &[(&str, &str)]) {
    let query = query(&hub(), operation);
    let query: Vec<_> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(query, expected);
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
fn every_request_carries_the_api_key_and_the_hub_id() {
    fn check(operation: &impl Operation) {
        let request = hub().request(operation).unwrap();
        assert_eq!(request.headers()["Authorization"], "Bearer the-key");
        assert_eq!(request.headers()["X-Hub-Id"], "the-hub");
    }
    check(&GetImages::new());
    check(&CreateImage::new(source()));
    check(&GetImage::new(image()));
    check(&UpdateImage::new(image()));
    check(&DeleteImage::new(image()));
    check(&GetImageBuildLog::new(image()));
    check(&CreateImagesJob::prune([source()]));
    check(&CreateImageJob::import(image()));
}

#[test]
fn list_valued_parameters_are_joined_with_commas_unless_the_hub_repeats_them() {
    let operation = GetImages::new()
        .include(ImageInclude::Stacks)
        .include(ImageInclude::Sources)
        .sort("name")
        .sort("-id");
    asks(&operation, &[("include", "stacks,sources"), ("sort", "name,-id")]);
    let repeating = query(&hub().with_list_style(ListStyle::Repeat), &operation);
    let expected =
        [("include", "stacks"), ("include", "sources"), ("sort", "name"), ("sort", "-id")];
    assert_eq!(repeating, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn filters_are_named_in_brackets_and_several_states_are_one_value() {
    let operation = GetImages::new()
        .filter_state(ImageStatus::Live)
        .filter_state(ImageStatus::Building)
        .filter_source_id(source());
    let expected = [("filter[state]", "live,building"), ("filter[source_id]", "s1")];
    asks(&operation, &expected);
    let repeating = query(&hub().with_list_style(ListStyle::Repeat), &operation);
    assert_eq!(repeating[0], ("filter[state]".into(), "live,building".into()));
}

#[test]
fn pages_are_counted_from_1() {
    let operation = GetImages::new().page_number(1).page_size(100);
    asks(&operation, &[("page[number]", "1"), ("page[size]", "100")]);
}

#[test]
fn sort_and_page_are_documented_on_a_single_image_too() {
    let operation = GetImage::new(image()).sort("-id").page_number(2).page_size(3);
    let expected = [("sort", "-id"), ("page[number]", "2"), ("page[size]", "3")];
    asks(&operation, &expected);
}

#[test]
fn both_reading_operations_take_all_includes_and_the_meta() {
    let all = [
        ImageInclude::Creators,
        ImageInclude::StackBuilds,
        ImageInclude::Stacks,
        ImageInclude::Sources,
        ImageInclude::Integrations,
    ];
    let meta = ImageMetaName::ContainersCount;
    let list = all.into_iter().fold(GetImages::new().meta(meta), GetImages::include);
    let one = all.into_iter().fold(GetImage::new(image()).meta(meta), GetImage::include);
    let names = "creators,stack_builds,stacks,sources,integrations";
    asks(&list, &[("meta", "containers_count"), ("include", names)]);
    asks(&one, &[("meta", "containers_count"), ("include", names)]);
}

#[test]
fn source_types_are_direct_stack_build_and_bucket() {
    for (source_type, word) in [
        (SourceType::Direct, "direct"),
        (SourceType::StackBuild, "stack-build"),
        (SourceType::Bucket, "bucket"),
        (SourceType::from("stack_build"), "stack_build"),
    ] {
        let operation = GetImages::new().filter_source_type(source_type);
        asks(&operation, &[("filter[source_type]", word)]);
    }
}

#[test]
fn creating_an_image_does_not_import_it() {
    let create = hub().request(&CreateImage::new(source())).unwrap();
    assert_eq!(create.body(), br#"{"source_id":"s1"}"#);
    let import = hub().request(&CreateImageJob::import(image())).unwrap();
    assert_eq!(import.uri().path(), "/v1/images/i1/tasks");
    assert_eq!(import.body(), br#"{"action":"import"}"#);
}
