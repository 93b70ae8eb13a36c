//! Facts of the wire: new fields come without notice, and fields that the schema requires may be
//! missing, `null` or empty. Each field of the fullest recordings is taken away in turn; only what
//! a record is nothing without may cost it: its `id`, and its state's `current`.

use std::collections::BTreeSet;

use cycle_images::http::Response;
use cycle_images::images::{CreateImagesJob, GetImage, GetImages};
use cycle_images::{Hub, ImageId, Operation, SourceId};
use cycle_images_tests::recording;
use serde_json::{Value, json};

/// A field: the JSON pointer of its object, and its name.
type Field = (String, String);

fn fields(value: &Value, pointer: &str, found: &mut Vec<Field>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found.push((pointer.to_owned(), name.clone()));
                fields(member, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                fields(element, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// What a record is nothing without. A record is an object with an id and a state.
fn is_vital(body: &Value, (pointer, name): &Field) -> bool {
    let record = |pointer: &str| {
        let object = body.pointer(pointer).unwrap();
        object.get("id").is_some() && object["state"].get("current").is_some()
    };
    match name.as_str() {
        "id" | "state" => record(pointer),
        "current" => pointer.strip_suffix("/state").is_some_and(record),
        _ => false,
    }
}

/// The fields below `data` or `includes` without which the body can't be read whole.
fn needed(body: &Value, part: &str, change: fn(&mut Value, &str)) -> Vec<Field> {
    let mut all = Vec::new();
    fields(&body[part], &format!("/{part}"), &mut all);
    all.retain(|(pointer, name)| {
        let mut body = body.clone();
        change(body.pointer_mut(pointer).unwrap(), name);
        !is_read(&GetImages::new(), &body)
    });
    all
}

fn is_read<O: Operation>(operation: &O, body: &Value) -> bool {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let result = hub.response(operation, Response::new(body.to_string()));
    result.is_ok_and(|reply| reply.skipped.is_empty())
}

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().unwrap().remove(name);
}

fn nullify(object: &mut Value, name: &str) {
    object[name] = Value::Null;
}

fn empty(object: &mut Value, name: &str) {
    if object[name].is_string() {
        object[name] = json!("");
    }
}

/// The images of the list with every origin, each in a list of its own.
fn images() -> Vec<Value> {
    let body = recording::json("get_images/every_origin");
    let images = body["data"].as_array().unwrap().iter();
    images.map(|image| json!({"data": [image]})).collect()
}

/// The fullest includes, each kind beside an empty list.
fn includes() -> Vec<Value> {
    let body = recording::json("get_images/with_includes");
    let kinds = body["includes"].as_object().unwrap().iter();
    kinds.map(|(kind, records)| json!({"data": [], "includes": {kind: records}})).collect()
}

#[track_caller]
fn only_vital_fields_are_needed(bodies: &[Value], part: &str, change: fn(&mut Value, &str)) {
    let mut surplus = BTreeSet::new();
    assert!(bodies.len() > 5);
    for body in bodies {
        let needed = needed(body, part, change).into_iter();
        surplus.extend(needed.filter(|field| !is_vital(body, field)));
    }
    assert!(surplus.is_empty(), "records can't do without {surplus:#?}");
}

#[test]
fn fields_that_the_schema_requires_may_be_missing() {
    only_vital_fields_are_needed(&images(), "data", remove);
}

#[test]
fn fields_that_the_schema_requires_may_be_null() {
    only_vital_fields_are_needed(&images(), "data", nullify);
}

#[test]
fn texts_that_the_schema_requires_may_be_empty() {
    only_vital_fields_are_needed(&images(), "data", empty);
}

#[test]
fn fields_of_includes_may_be_missing() {
    only_vital_fields_are_needed(&includes(), "includes", remove);
}

#[test]
fn fields_of_includes_may_be_null() {
    only_vital_fields_are_needed(&includes(), "includes", nullify);
}

#[test]
fn texts_of_includes_may_be_empty() {
    only_vital_fields_are_needed(&includes(), "includes", empty);
}

#[test]
fn a_record_without_its_id_or_its_states_current_is_set_aside() {
    for body in images() {
        let needed = needed(&body, "data", remove);
        for field in ["id", "state"] {
            assert!(needed.contains(&("/data/0".to_owned(), field.to_owned())), "{needed:?}");
        }
        assert!(needed.contains(&("/data/0/state".to_owned(), "current".to_owned())));
    }
}

#[test]
fn fields_of_job_descriptors_may_be_missing_or_null() {
    let body = recording::json("create_images_job/documented");
    let operation = CreateImagesJob::prune([SourceId::new("x").unwrap()]);
    let mut all = Vec::new();
    fields(&body["data"], "/data", &mut all);
    assert!(all.len() > 30);
    for change in [remove, nullify] {
        let mut needed = all.clone();
        needed.retain(|(pointer, name)| {
            let mut body = body.clone();
            change(body.pointer_mut(pointer).unwrap(), name);
            !is_read(&operation, &body)
        });
        assert_eq!(needed, []);
    }
}

#[test]
fn new_fields_are_ignored() {
    let before = recording::json("get_image/documented");
    let mut after = before.clone();
    for place in ["", "/data", "/data/backend", "/data/config", "/data/config/ports/0"]
        .into_iter()
        .chain(["/data/source", "/data/source/details", "/data/source/details/origin"])
        .chain(["/data/source/details/origin/details", "/data/state", "/data/meta"])
        .chain(["/data/source/details/origin/details/repo/auth", "/data/creator"])
    {
        after.pointer_mut(place).unwrap()["brand_new"] = json!({"a": [null, 1, "x"]});
    }
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let operation = GetImage::new(ImageId::new("x").unwrap());
    let read = |body: Value| hub.response(&operation, Response::new(body.to_string())).unwrap();
    let written = |body| serde_json::to_value(read(body).data).unwrap();
    let (before, mut after) = (written(before), written(after));
    // What can be sent back keeps them.
    remove(after.pointer_mut("/source/details/origin/details").unwrap(), "brand_new");
    assert_eq!(after, before);
}
