//! The recordings fit the response schemas, except those that are listed.

use cycle_images_tests::openapi::{Document, operations};
use cycle_images_tests::operations::folder;
use cycle_images_tests::recording;
use serde_json::Value;

use crate::schemas::{errors, operation, validator};

const NULL: &str = "null, as the platform's Go writes what is empty or absent";
const MISSING: &str = "null, and properties that are required are missing";
const NEW: &str = "null, and words that are new";
const ALL: &str = "null, properties that are required are missing, and words that are new";

/// Recordings that don't fit on purpose.
const OFF_SCHEMA: [(&str, &str); 23] = [
    ("create_image/after_continue", NULL),
    ("create_image/as_go_writes", NULL),
    ("create_image/cycle_upload", NULL),
    ("create_image_job/as_go_writes", MISSING),
    ("create_image_source/as_go_writes", NULL),
    ("create_images_job/as_go_writes", NULL),
    ("delete_image_source/as_go_writes", NULL),
    ("get_image/as_go_writes", NEW),
    ("get_image/crlf", NULL),
    ("get_image_build_log/missing_log", MISSING),
    ("get_image_source/as_go_writes", NEW),
    ("get_image_sources/as_go_writes", ALL),
    ("get_images/as_go_writes", ALL),
    ("get_images/empty", NULL),
    ("get_images/empty_list", NULL),
    ("get_images/http2", NULL),
    ("get_images/odd_record", "null, and a record has no id"),
    ("get_job/as_go_writes", NEW),
    ("get_jobs/as_go_writes", ALL),
    ("get_latest_jobs/as_go_writes", NULL),
    ("update_image/as_go_writes", NEW),
    ("update_image_source/as_go_writes", NEW),
    ("update_image_source_access/as_go_writes", MISSING),
];

/// Recordings of errors that don't fit on purpose.
const OTHER_ERRORS: [(&str, &str); 12] = [
    ("errors/404_underscore", "an older spelling of the code"),
    ("errors/empty_200", "no body"),
    ("errors/empty_503", "no body, as proxies answer"),
    ("errors/html_200", "HTML, as proxies answer"),
    ("errors/html_502", "HTML, as proxies answer"),
    ("errors/null_error", "the error is null"),
    ("errors/oauth_401", "the shape of an OAuth error"),
    ("errors/other_json_500", "JSON of another shape"),
    ("errors/redirect_302", "HTML, as proxies answer"),
    ("errors/truncated_200", "the connection was cut"),
    ("errors/without_status_and_data", "the platform leaves both out at times"),
    ("errors/wrong_type_200", "a success that is not one"),
];

pub(crate) fn misfits(document: &Document) -> Vec<String> {
    let mut misfits = Vec::new();
    let mut checked = 0;
    for known in operations() {
        let Some(operation) = operation(document, &known.id()) else {
            misfits.push(format!("{known:?}: not in the document"));
            continue;
        };
        let schema = document.success(operation).unwrap();
        let validator = validator(document, schema);
        for name in recording::names(&folder(known.name)) {
            checked += 1;
            let wrong = errors(&validator, &recording::json(&name));
            misfits.extend(misfit(&OFF_SCHEMA, &name, &wrong));
        }
    }
    println!("{checked} recordings checked");
    misfits
}

pub(crate) fn error_misfits(document: &Document) -> Vec<String> {
    let schema = &document.root["components"]["schemas"]["ErrorEnvelope"];
    let validator = validator(document, schema);
    let names = recording::names("errors");
    println!("{} recordings of errors checked", names.len());
    let misfits = names.iter().filter_map(|name| {
        let wrong = match serde_json::from_slice::<Value>(recording::read(name).body()) {
            Ok(value) => errors(&validator, &value),
            Err(error) => vec![error.to_string()],
        };
        misfit(&OTHER_ERRORS, name, &wrong)
    });
    misfits.collect()
}

fn misfit(listed: &[(&str, &str)], name: &str, wrong: &[String]) -> Option<String> {
    let listed = listed.iter().find(|(listed, _)| *listed == name);
    match listed {
        Some((_, reason)) if wrong.is_empty() => {
            Some(format!("{name}: fits, but is listed ({reason})"))
        }
        None if !wrong.is_empty() => Some(format!("{name}: {}", wrong.join("\n  "))),
        _ => None,
    }
}
