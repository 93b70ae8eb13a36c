//! The place of what can't be decoded is the one that `serde_path_to_error` finds.

use std::fmt::Debug;

use cycle_images::error::ResponseErrorKind;
use cycle_images::http::Response;
use cycle_images::images::GetImage;
use cycle_images::jobs::GetJob;
use cycle_images::model::{Image, ImageSource, Job};
use cycle_images::operation::{One, Operation};
use cycle_images::sources::GetImageSource;
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::recording;
use cycle_images_tests::support::hub;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Compares the paths of every record that has one value changed, and returns how many were errors.
#[track_caller]
fn compare<O, T, I>(operation: &O, record: &Value) -> usize
where
    O: Operation<Output = One<T, I>>,
    One<T, I>: cycle_images::operation::Output<Data = T>,
    T: DeserializeOwned + Debug,
{
    let mut errors = 0;
    for (index, changed) in changed(record).into_iter().enumerate() {
        let text = if index % 2 == 0 { changed.to_string() } else { format!("{changed:#}") };
        let mut reader = serde_json::Deserializer::from_str(&text);
        let Err(expected) = serde_path_to_error::deserialize::<_, T>(&mut reader) else {
            continue;
        };
        errors += 1;
        let body = format!("{{\"data\": {text}}}");
        let error = hub().response(operation, Response::new(body)).map(|_| ()).unwrap_err();
        let ResponseErrorKind::Unexpected(error) = error.kind() else { panic!("{error:?}") };
        let expected = match expected.path().to_string().as_str() {
            "." => "data".to_owned(),
            path => format!("data.{path}"),
        };
        assert_eq!(error.path(), expected, "{error} in {text}");
    }
    errors
}

/// The record, with each of its values replaced by two others and left out.
fn changed(record: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    find(record, String::new(), &mut pointers);
    let many = json!({"a": [1], "é\n\"": {}});
    let others = [json!(true), json!(-1), json!("x"), json!([]), json!([7, {}]), json!({}), many];
    let mut others = others.iter().cycle();
    let mut all = Vec::new();
    for pointer in pointers {
        for other in others.by_ref().take(2) {
            let mut changed = record.clone();
            *changed.pointer_mut(&pointer).unwrap() = other.clone();
            all.push(changed);
        }
        let mut without = record.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        if let Some(Value::Object(parent)) = without.pointer_mut(parent) {
            parent.remove(&key.replace("~1", "/").replace("~0", "~"));
            all.push(without);
        }
    }
    all
}

fn find(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => return,
    };
    for (key, value) in children {
        let child = format!("{pointer}/{key}");
        pointers.push(child.clone());
        find(value, child, pointers);
    }
}

#[test]
fn place_of_an_error_is_as_by_serde_path_to_error() {
    let mut errors = 0;
    for name in ["get_images/every_origin", "get_images/as_go_writes"] {
        for record in recording::json(name)["data"].as_array().unwrap() {
            errors += compare::<_, Image, _>(&GetImage::new(ImageId::new("x").unwrap()), record);
        }
    }
    for name in recording::names("get_image_sources") {
        let sources = recording::json(&name);
        for record in sources["data"].as_array().into_iter().flatten() {
            let get = GetImageSource::new(SourceId::new("x").unwrap());
            errors += compare::<_, ImageSource, _>(&get, record);
        }
    }
    for name in recording::names("get_job") {
        let job = recording::json(&name);
        let get = GetJob::new(JobId::new("x").unwrap());
        errors += compare::<_, Job, _>(&get, &job["data"]);
    }
    assert!(errors > 1_000, "{errors}");
}
