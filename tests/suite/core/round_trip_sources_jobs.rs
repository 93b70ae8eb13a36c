//! Sources and jobs are written back as they were read.

use cycle_images::Operation;
use cycle_images::http::Response;
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::DockerHub;
use cycle_images::model::Json;
use cycle_images::operation::Output;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};
use cycle_images_tests::recording;
use serde::Serialize;
use serde_json::Value;

use cycle_images_tests::support::{hub, job, reply, source};

/// The state of a job or task leaves out a `changed` that is never: its schema makes it optional.
fn without_zero_changes(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Object(state)) = object.get_mut("state") {
                if state.get("changed").is_some_and(|changed| changed == "0001-01-01T00:00:00Z") {
                    state.remove("changed");
                }
            }
            object.values_mut().for_each(without_zero_changes);
        }
        Value::Array(list) => list.iter_mut().for_each(without_zero_changes),
        _ => {}
    }
}

#[track_caller]
fn same_document<O>(operation: &O, folder: &str)
where
    O: Operation<Output: Output<Data: Serialize>>,
{
    let name = format!("{folder}/documented");
    let reply = reply(operation, &name);
    assert_eq!(reply.skipped, []);
    let mut recorded = recording::json(&name);
    without_zero_changes(&mut recorded);
    assert_eq!(serde_json::to_value(&reply.data).unwrap(), recorded["data"], "{name}");
}

#[track_caller]
fn same_value<O>(operation: &O, folder: &str)
where
    O: Operation<Output: Output<Data: Serialize + PartialEq + std::fmt::Debug>>,
{
    let reply = reply(operation, &format!("{folder}/as_go_writes"));
    // A `null` among the records is all that can't be read.
    assert!(reply.skipped.iter().all(|skipped| skipped.json.as_str() == "null"));
    let body = format!(r#"{{"data": {}}}"#, serde_json::to_string(&reply.data).unwrap());
    let again = hub().response(operation, Response::new(&body)).unwrap();
    assert_eq!(again.data, reply.data, "{folder}");
}

#[track_caller]
fn both<O>(operation: &O, folder: &str)
where
    O: Operation<Output: Output<Data: Serialize + PartialEq + std::fmt::Debug>>,
{
    same_document(operation, folder);
    same_value(operation, folder);
}

#[test]
fn sources() {
    both(&GetImageSources::new(), "get_image_sources");
    both(&GetImageSource::new(source()), "get_image_source");
    both(&CreateImageSource::new(DockerHub::new("x")), "create_image_source");
    both(&UpdateImageSource::new(source()), "update_image_source");
    both(&UpdateImageSourceAccess::clear(source()), "update_image_source_access");
    both(&DeleteImageSource::new(source()), "delete_image_source");
}

#[test]
fn jobs() {
    both(&GetJobs::new(), "get_jobs");
    both(&GetJob::new(job()), "get_job");
    both(&GetLatestJobs::new(), "get_latest_jobs");
}

#[test]
fn includes() {
    let name = "get_image_sources/documented";
    let includes = reply(&GetImageSources::new(), name).includes;
    let recorded = recording::json(name);
    assert_eq!(serde_json::to_value(&includes).unwrap(), recorded["includes"]);
    let name = "get_jobs/documented";
    let includes = reply(&GetJobs::new(), name).includes;
    let recorded = recording::json(name);
    assert_eq!(serde_json::to_value(&includes).unwrap(), recorded["includes"]);
}

#[test]
fn input_of_a_task_is_kept_as_sent() {
    const RAW: &str = r#"{ "z":1.50 ,"a": [ 12345678901234567890123, 1E+2 ] , "z": "\u00e9\/" }"#;
    let body = format!(
        r#"{{"data": {{"id": "1", "state": {{"current": "new"}}, "tasks": [{{"input": {RAW}}}]}}}}"#
    );
    let job = hub().response(&GetJob::new(job()), Response::new(&body)).unwrap().data;
    assert_eq!(serde_json::to_string(&job).unwrap().matches(RAW).count(), 1);
    assert_eq!(job.tasks[0].input.as_ref().map(Json::as_str), Some(RAW));
}

#[test]
fn output_of_a_task_is_a_map_of_strings_whatever_its_values_are() {
    let output = |sent: &str| {
        let tasks = format!(r#"[{{"output": {sent}}}]"#);
        let body = format!(
            r#"{{"data": {{"id": "1", "state": {{"current": "new"}}, "tasks": {tasks}}}}}"#
        );
        let mut job = hub().response(&GetJob::new(job()), Response::new(body)).unwrap().data;
        job.tasks.remove(0).output
    };
    assert_eq!(output("null"), None);
    assert_eq!(output("{}"), Some([].into()));
    let odd = r#"{"a": "b", "n": null, "d": 1.5, "t": true, "l": ["x"], "o": {"x": {}}, "z": "z"}"#;
    let read = [("a", "b"), ("d", "1.5"), ("n", ""), ("t", "true"), ("z", "z")];
    assert_eq!(output(odd), Some(read.map(|(key, value)| (key.into(), value.into())).into()));
}
