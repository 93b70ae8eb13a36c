//! The faults of the published document: where it contradicts itself or the platform.

use cycle_images_tests::openapi::Document;
use serde_json::{Value, json};

/// A part of the document that is wrong.
struct Fault {
    at: &'static str,
    kind: Kind,
    reason: &'static str,
}

enum Kind {
    /// A list has an element that it shouldn't have.
    Extra(&'static str),
    /// A list lacks an element.
    Missing(Value),
    /// A text should be another one.
    Text(&'static str, &'static str),
}

use Kind::{Extra, Missing, Text};

const UNDEFINED: &str = "it is required, but not defined";

fn faults() -> [Fault; 13] {
    let fault = |at, kind, reason| Fault { at, kind, reason };
    [
        fault(
            "/components/schemas/Error/required",
            Extra("status, code, title"),
            "one string for three names; and the platform leaves out the status at times",
        ),
        fault(
            "/components/schemas/Error/properties/status/enum",
            Missing(json!(429)),
            "the status of the documented code 429.rate-limiting",
        ),
        fault(
            "/components/schemas/Capability/enum",
            Missing(json!("images-import")),
            "the capability that createImageJob needs",
        ),
        fault("/components/schemas/ApiKeyCreator/required", Extra("creator"), UNDEFINED),
        fault(
            "/components/schemas/IntegrationDefinition/required",
            Extra("required_fields"),
            UNDEFINED,
        ),
        fault("/components/schemas/GatewayEnvironmentService/required", Extra("config"), UNDEFINED),
        fault(
            "/components/schemas/VpnEnvironmentService/required",
            Extra("high_availability"),
            UNDEFINED,
        ),
        fault(
            "/components/schemas/SchedulerEnvironmentService/required",
            Extra("high_availablity"),
            "misspelled: it is high_availability",
        ),
        fault(
            "/components/schemas/StackSpecContainerConfigIntegrations/properties/backups/oneOf/0/required",
            Extra("destination"),
            UNDEFINED,
        ),
        fault(
            "/components/schemas/CycleUploadOrigin/properties/details/required",
            Extra("expires"),
            "the platform sets it, for each image; a new source has none",
        ),
        fault(
            "/components/schemas/CycleUploadOrigin/properties/details/required",
            Extra("token"),
            "the platform makes it, for each image; a new source has none",
        ),
        fault(
            "/components/schemas/StackVariable/pattern",
            Text("\\\"?{{(\\$)?([a-z0-9\\-]+)}}\\\"?", "\"?\\{\\{\\$?[a-z0-9-]+\\}\\}\"?"),
            "braces without a count are invalid in a regular expression of Unicode",
        ),
        fault(
            "/components/schemas",
            Text("oneOf", "anyOf"),
            "of a text or a variable of a stack, which is a text as well, oneOf allows neither",
        ),
    ]
}

/// Puts right what is wrong with the document. Faults that are there no longer are returned.
pub(crate) fn correct(document: &mut Document) -> Vec<String> {
    let mut gone = Vec::new();
    for Fault { at, kind, reason } in faults() {
        let found = document.root.pointer_mut(at).is_some_and(|value| kind.correct(value));
        if !found {
            gone.push(format!("{at}: no longer a fault ({reason})"));
        }
    }
    gone
}

impl Kind {
    /// Whether the value had the fault.
    fn correct(&self, value: &mut Value) -> bool {
        match (self, value) {
            (Extra(extra), Value::Array(list)) => {
                let all = list.len();
                list.retain(|element| element != extra);
                list.len() < all
            }
            (Missing(missing), Value::Array(list)) => {
                let is_missing = !list.contains(missing);
                list.push(missing.clone());
                is_missing
            }
            (Text(wrong, right), Value::String(text)) => {
                let found = text == wrong;
                *text = (*right).to_owned();
                found
            }
            (Text(wrong, right), schemas) => rename(schemas, wrong, right),
            _ => false,
        }
    }
}

/// Renames a list of alternatives wherever one of them is a stack's variable.
fn rename(schema: &mut Value, wrong: &str, right: &str) -> bool {
    let variable = json!({"$ref": "#/components/schemas/StackVariable"});
    let mut found = false;
    match schema {
        Value::Object(object) => {
            if object.get(wrong).and_then(Value::as_array).is_some_and(|of| of.contains(&variable))
            {
                let alternatives = object.remove(wrong).unwrap();
                object.insert(right.to_owned(), alternatives);
                found = true;
            }
            object.values_mut().for_each(|value| found |= rename(value, wrong, right));
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|value| found |= rename(value, wrong, right))
        }
        _ => (),
    }
    found
}
