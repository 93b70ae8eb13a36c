//! Properties may be new, missing, `null` or empty. Only what a record is useless without makes it
//! malformed: its `id`, and the `current` of its state.

use std::collections::BTreeSet;

use cycle_images::Operation;
use cycle_images::http::Response;
use cycle_images::operation::Output;
use cycle_images_tests::operations::{Visit, folder, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::hub;
use serde::Serialize;
use serde_json::{Value, json};

use crate::responses::leaves;

/// A property: the JSON pointer of its object, and its name.
type Property = (String, String);

fn properties(value: &Value, pointer: &str, found: &mut Vec<Property>) {
    match value {
        Value::Object(properties_of) => {
            for (name, value) in properties_of {
                found.push((pointer.to_owned(), name.clone()));
                let name = name.replace('~', "~0").replace('/', "~1");
                properties(value, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                properties(element, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Whether the property is needed by a record, which is an object with an id and a state.
fn is_needed(document: &Value, (pointer, name): &Property) -> bool {
    let is_record = |pointer: &str| {
        let object = document.pointer(pointer).unwrap();
        object.get("id").is_some() && object["state"].get("current").is_some()
    };
    match name.as_str() {
        // A build log has no state.
        "id" => is_record(pointer) || pointer == "/data",
        "state" => is_record(pointer),
        "current" => pointer.strip_suffix("/state").is_some_and(is_record),
        _ => false,
    }
}

/// The recording in parts: each record of a list, and each include.
pub(crate) fn parts(recording: &Value) -> Vec<Value> {
    let data = &recording["data"];
    let mut parts = match data {
        Value::Array(records) => records.iter().map(|record| json!({"data": [record]})).collect(),
        _ => vec![json!({"data": data})],
    };
    let rest = if data.is_array() { json!([]) } else { data.clone() };
    for (kind, of_kind) in recording["includes"].as_object().into_iter().flatten() {
        for (id, of) in of_kind.as_object().unwrap() {
            parts.push(json!({"data": rest, "includes": {kind: {id: of}}}));
        }
    }
    parts
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

#[derive(Default)]
struct Changed {
    checked: usize,
    /// Without these, records can't be read.
    needed: BTreeSet<String>,
    /// Without these, records are read although they have no id or state.
    ignored: BTreeSet<String>,
}

impl Visit for Changed {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Serialize>>,
    {
        let read = |document: &Value| {
            let result = hub().response(&operations[0], Response::new(document.to_string()));
            result.ok().filter(|reply| reply.skipped.is_empty())
        };
        for name in recording::names(&folder(O::NAME)) {
            let is_whole = ["documented", "every_origin", "with_includes"];
            if !is_whole.iter().any(|whole| name.ends_with(whole)) {
                continue;
            }
            for part in parts(&recording::json(&name)) {
                let mut all = Vec::new();
                properties(&part["includes"], "/includes", &mut all);
                if all.is_empty() {
                    properties(&part["data"], "/data", &mut all);
                }
                self.checked += all.len();
                for property in all {
                    let place = || format!("{name}: {}/{}", property.0, property.1);
                    for change in [remove, nullify, empty] {
                        let mut changed = part.clone();
                        change(changed.pointer_mut(&property.0).unwrap(), &property.1);
                        if changed == part {
                            continue;
                        }
                        let is_read = read(&changed).is_some();
                        match is_needed(&part, &property) {
                            false if !is_read => _ = self.needed.insert(place()),
                            true if is_read && property.0 == "/data" => {
                                self.ignored.insert(place());
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn only_ids_and_states_are_needed() {
    let mut changed = Changed::default();
    visit_all(&mut changed);
    assert!(changed.checked > 2_000, "{}", changed.checked);
    assert_eq!(changed.needed, BTreeSet::new(), "is `#[wire(required)]`, and should not be");
    assert_eq!(changed.ignored, BTreeSet::new(), "is not `#[wire(required)]`");
}

/// Adds a property to every object of every recording.
struct Extended;

fn extend(value: &mut Value) {
    match value {
        Value::Object(properties) => {
            properties.values_mut().for_each(extend);
            properties.insert("brand_new".to_owned(), json!({"a": [null, 1, "x"]}));
        }
        Value::Array(elements) => elements.iter_mut().for_each(extend),
        _ => {}
    }
}

impl Visit for Extended {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Serialize>>,
    {
        let values = |document: &Value| {
            let body = document.to_string();
            let reply = hub().response(&operations[0], Response::new(body)).unwrap();
            let mut values = String::new();
            leaves(&serde_json::to_value(&reply.data).unwrap(), "data", &mut values);
            // Maps, raw JSON and what can be sent back keep it.
            let kept = values.lines().filter(|line| !line.contains("brand_new"));
            kept.map(str::to_owned).collect::<Vec<_>>()
        };
        for name in recording::names(&folder(O::NAME)) {
            let before = recording::json(&name);
            let mut after = before.clone();
            extend(&mut after["data"]);
            assert_eq!(values(&after), values(&before), "{name}");
        }
    }
}

#[test]
fn new_properties_are_ignored() {
    visit_all(&mut Extended);
}
