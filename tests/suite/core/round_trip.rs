//! Models are written back as they were read.

use cycle_images::http::Response;
use cycle_images::images::ImageIncludes;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::model::Json;
use cycle_images::model::{Image, Origin, StackSource};
use cycle_images::operation::Output;
use cycle_images::{Hub, ImageId, Operation, SourceId};
use cycle_images_tests::recording;
use serde_json::Value;

/// What isn't plain JSON: odd spaces, an odd order, numbers that no float keeps, a key twice.
const RAW: &str = r#"{ "z":1.50 ,"a": [ 12345678901234567890123, 1E+2 ] , "z": "\u00e9\/" }"#;

fn image() -> ImageId {
    ImageId::new("x").unwrap()
}

fn source() -> SourceId {
    SourceId::new("x").unwrap()
}

fn read<O: Operation>(operation: &O, body: &str) -> cycle_images::operation::ReplyOf<O> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let reply = hub.response(operation, Response::new(body)).unwrap();
    assert_eq!(reply.skipped, []);
    reply
}

fn recorded(name: &str) -> String {
    String::from_utf8(recording::read(name).into_body()).unwrap()
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// What was read and written back is the `data` that was recorded.
#[track_caller]
fn same_data<O: Operation<Output: Output<Data: serde::Serialize>>>(operation: &O, name: &str) {
    let reply = read(operation, &recorded(name));
    assert_eq!(written(&reply.data), recording::json(name)["data"], "{name}");
}

/// What was written back is read as the value that was written.
#[track_caller]
fn same_value<O>(operation: &O, name: &str)
where
    O: Operation<Output: Output<Data: serde::Serialize + PartialEq + std::fmt::Debug>>,
{
    let data = read(operation, &recorded(name)).data;
    let body = format!(r#"{{"data": {}}}"#, serde_json::to_string(&data).unwrap());
    assert_eq!(read(operation, &body).data, data, "{name}");
}

#[test]
fn filled_images() {
    for name in ["documented", "details_before_type", "with_includes"] {
        same_data(&GetImage::new(image()), &format!("get_image/{name}"));
    }
    same_data(&GetImages::new(), "get_images/every_origin");
    same_data(&GetImages::new(), "get_images/with_includes");
    same_data(&CreateImage::new(source()), "create_image/documented");
    same_data(&UpdateImage::new(image()), "update_image/documented");
}

#[test]
fn filled_jobs_and_build_logs() {
    same_data(&DeleteImage::new(image()), "delete_image/documented");
    same_data(&CreateImagesJob::prune([source()]), "create_images_job/documented");
    same_data(&CreateImageJob::import(image()), "create_image_job/documented");
    same_data(&CreateImageJob::import(image()), "create_image_job/without_job");
    same_data(&GetImageBuildLog::new(image()), "get_image_build_log/documented");
}

#[test]
fn filled_includes() {
    let name = "get_images/with_includes";
    let mut expected = recording::json(name)["includes"].take();
    for build in ["64d0a0000000000000050003", "64d0a0000000000000050006"] {
        let time = &mut expected["stack_builds"][build]["about"]["git_commit"]["time"];
        assert_eq!(time.take(), "2026-02-28T17:18:19+01:00");
        *time = "2026-02-28T16:18:19Z".into(); // the same moment
    }
    let includes = read(&GetImages::new(), &recorded(name)).includes;
    assert_eq!(written(&includes), expected);
}

#[test]
fn what_was_read_round_trips() {
    for name in ["as_go_writes", "every_origin", "empty", "empty_list", "http2", "with_includes"] {
        same_value(&GetImages::new(), &format!("get_images/{name}"));
    }
    for name in ["as_go_writes", "crlf", "details_before_type"] {
        same_value(&GetImage::new(image()), &format!("get_image/{name}"));
    }
    for name in ["as_go_writes", "after_continue", "cycle_upload"] {
        same_value(&CreateImage::new(source()), &format!("create_image/{name}"));
    }
    same_value(&UpdateImage::new(image()), "update_image/as_go_writes");
    same_value(&DeleteImage::new(image()), "delete_image/as_go_writes");
    same_value(&CreateImageJob::import(image()), "create_image_job/as_go_writes");
    for name in ["as_go_writes", "not_accepted"] {
        let operation = CreateImagesJob::prune([source()]);
        same_value(&operation, &format!("create_images_job/{name}"));
    }
    for name in ["as_go_writes", "missing_log"] {
        let operation = GetImageBuildLog::new(image());
        same_value(&operation, &format!("get_image_build_log/{name}"));
    }
}

#[test]
fn includes_that_were_read_are_read_again() {
    for name in ["get_images/as_go_writes", "get_images/with_includes"] {
        let includes = read(&GetImages::new(), &recorded(name)).includes;
        assert_ne!(includes, ImageIncludes::default());
        let text = serde_json::to_string(&includes).unwrap();
        let body = format!(r#"{{"data": [], "includes": {text}}}"#);
        assert_eq!(read(&GetImages::new(), &body).includes, includes, "{name}");
    }
}

#[test]
fn unknown_values_and_tags_are_written_back_unchanged() {
    let name = "get_images/as_go_writes";
    let before = recording::json(name);
    let after = written(&read(&GetImages::new(), &recorded(name)).data);
    for place in [
        "/3/state/current",
        "/3/creator",
        "/3/source/type",
        "/3/config/volumes",
        "/4/source/details/origin",
        "/7/source/details/origin/details/auth/details/flavor",
        "/8/source/details/origin/details/auth",
        "/11/source/details/origin/details/repo/auth",
        "/13/source/details/origin/type",
    ] {
        let recorded = before["data"].pointer(place).unwrap();
        assert_eq!(after.pointer(place), Some(recorded), "{place}");
    }
}

#[test]
fn never_is_written_as_the_zero_time() {
    let body = r#"{"data": {"id": "1", "state": {"current": "live", "changed": ""}}}"#;
    let image = written(&read(&GetImage::new(image()), body).data);
    assert_eq!(image["state"]["changed"], "0001-01-01T00:00:00Z");
}

#[test]
fn raw_parts_of_images_and_jobs_stay_as_they_were_sent() {
    for origin in [
        format!(r#"{{"type": "new-kind", "details": {RAW}}}"#),
        format!(r#"{{"details": {RAW}, "type": "new-kind"}}"#),
    ] {
        let body = format!(
            r#"{{"data": {{"id": "1", "state": {{"current": "live"}},
                "source": {{"type": "direct", "details": {{"origin": {origin}}}}}}}}}"#
        );
        let image: Image = read(&GetImage::new(image()), &body).data;
        let text = serde_json::to_string(&image).unwrap();
        assert!(text.contains(RAW), "{text}");
        let Some(Origin::Unknown(unknown)) = image.source.unwrap().details.origin else {
            panic!("{text}");
        };
        assert_eq!(unknown.content().map(Json::as_str), Some(RAW));
    }
    let body = format!(r#"{{"data": {{"job": {{"id": "1", "tasks": [{{"input": {RAW}}}]}}}}}}"#);
    let described = read(&DeleteImage::new(image()), &body).data;
    assert!(serde_json::to_string(&described).unwrap().contains(RAW));
    let input = described.job.unwrap().tasks.remove(0).input;
    assert_eq!(input.as_ref().map(Json::as_str), Some(RAW));
}

#[test]
fn raw_parts_of_includes_stay_as_they_were_sent() {
    let record = |more: &str| format!(r#"{{"id": "1", "state": {{"current": "live"}}, {more}}}"#);
    let build = record(&format!(r#""spec": {RAW}"#));
    let stack = record(&format!(r#""source": {{"details": {RAW}, "type": "raw"}}"#));
    let environment = record(&format!(r#""features": {RAW}, "services": {RAW}"#));
    let integration = record(&format!(r#""meta": {{"definition": {RAW}}}"#));
    let body = format!(
        r#"{{"data": null, "includes": {{
            "stack_builds": {{"1": {build}}}, "stacks": {{"1": {stack}}},
            "integrations": {{"1": {integration}}},
            "creators": {{"environments": {{"1": {environment}}}}}
        }}}}"#
    );
    let includes = read(&GetImages::new(), &body).includes;
    assert_eq!(serde_json::to_string(&includes).unwrap().matches(RAW).count(), 5);
    let environment = &includes.creators.environments["1"];
    let definition = includes.integrations["1"].meta.as_ref().unwrap().definition.as_ref();
    let spec = includes.stack_builds["1"].spec.as_ref();
    let [features, services] = [&environment.features, &environment.services];
    for raw in [spec, features.as_ref(), services.as_ref(), definition] {
        assert_eq!(raw.map(Json::as_str), Some(RAW));
    }
    let Some(StackSource::Raw(Some(source))) = &includes.stacks["1"].source else {
        panic!("{includes:?}");
    };
    assert_eq!(source.as_str(), RAW);
}

#[test]
fn includes_that_are_not_there_are_not_written() {
    assert_eq!(written(&ImageIncludes::default()), serde_json::json!({}));
}
