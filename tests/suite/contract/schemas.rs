//! Values against the schemas of the document, by an implementation of JSON Schema.

use cycle_images_tests::openapi::{Document, Documented};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Checks values against a schema of the document.
pub(crate) fn validator(document: &Document, schema: &Value) -> Validator {
    // Its references lead into the components.
    let whole = json!({"allOf": [schema], "components": document.root["components"]});
    jsonschema::options().with_draft(Draft::Draft202012).build(&whole).unwrap()
}

/// What is wrong with a value, each with its place.
pub(crate) fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The operation with this `operationId`.
pub(crate) fn operation<'a>(document: &'a Document, id: &str) -> Option<Documented<'a>> {
    document.operations().find(|operation| operation.id == id)
}
