//! Empty lists and maps instead of `null`, where the document has a list or map.

use serde_json::{Value, json};

const LISTS: &[&str] = &["command", "entrypoint", "ports", "volumes"];
const MAPS: &[&str] = &["env", "labels"];

/// Replaces the nulls of a success.
pub(crate) fn fill(document: &mut Value) {
    if let Some(data) = document.get_mut("data") {
        match data {
            Value::Null => *data = json!([]),
            Value::Array(records) => records.iter_mut().for_each(fill_record),
            record => fill_record(record),
        }
    }
    if let Some(includes) = document.get_mut("includes") {
        fill_map(includes);
        includes.get_mut("creators").map(fill_map);
    }
}

fn fill_record(record: &mut Value) {
    let config = record.get_mut("config").and_then(Value::as_object_mut);
    for (name, value) in config.into_iter().flatten().filter(|(_, value)| value.is_null()) {
        if LISTS.contains(&name.as_str()) {
            *value = json!([]);
        } else if MAPS.contains(&name.as_str()) {
            *value = json!({});
        }
    }
}

/// A map of maps, all of which may be `null`.
fn fill_map(map: &mut Value) {
    match map {
        Value::Object(maps) => {
            maps.values_mut().filter(|map| map.is_null()).for_each(|map| *map = json!({}));
        }
        _ => *map = json!({}),
    }
}
