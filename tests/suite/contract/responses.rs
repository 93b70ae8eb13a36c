//! What responses have comes out of the typed models, and recordings have all of it.

use std::collections::BTreeSet;

use cycle_images_tests::openapi::{Document, ON_PURPOSE, drift, labels, operations, places};
use cycle_images_tests::recording;

use crate::schemas::{errors, operation, validator};

/// The crate knows all that the document has, and nothing else.
pub(crate) fn drifted(document: &Document) -> Vec<String> {
    let drift = drift(document).unwrap();
    println!("{} values placed in responses", drift.placed);
    let outdated = ON_PURPOSE.iter().filter(|(part, _)| !drift.on_purpose.contains(part));
    let outdated = outdated.map(|(part, reason)| format!("{part}: no longer there ({reason})"));
    drift.lines.iter().cloned().chain(outdated).collect()
}

/// The documents with placed values are those that the schema describes.
pub(crate) fn invalid_places(document: &Document) -> Vec<String> {
    let mut invalid = Vec::new();
    for known in operations() {
        let Some(schema) = operation(document, &known.id()).and_then(|of| document.success(of))
        else {
            continue;
        };
        let validator = validator(document, schema);
        for place in places(document, schema) {
            if let Some(wrong) = errors(&validator, &place.document).first() {
                let wrong: String = wrong.chars().take(300).collect();
                invalid.push(format!("{known:?}: {}: {wrong}", place.label));
            }
        }
    }
    invalid
}

/// The recordings have every property of the document: of each resource in one of its operations,
/// of an origin with any resource.
pub(crate) fn missing_in_recordings(document: &Document) -> Vec<String> {
    let (mut documented, mut recorded) = (BTreeSet::new(), BTreeSet::new());
    for known in operations() {
        let Some(schema) = operation(document, &known.id()).and_then(|of| document.success(of))
        else {
            continue;
        };
        let data = &schema["properties"]["data"];
        let resource = data["$ref"].as_str().or(data["items"]["$ref"].as_str()).unwrap();
        let name = |label: &str| property(resource, label);
        documented.extend(places(document, schema).iter().map(|place| name(&place.label)));
        for recording in known.recordings().map(|name| recording::json(&name)) {
            let found = labels(document, schema, &recording).documented;
            recorded.extend(found.iter().map(|(label, _)| name(label)));
        }
    }
    let missing = documented.difference(&recorded);
    missing.filter(|name| !RAW.iter().any(|raw| name.contains(raw))).cloned().collect()
}

/// What is raw JSON in the models, with schemas of its own.
const RAW: [&str; 5] =
    [".spec.", ".services.", ".features.", ".definition.", ".stacks.*.source.details."];

/// The name of a property, whichever operation has it.
fn property(resource: &str, label: &str) -> String {
    // Without the tags on the way, and without the elements of its list.
    let mut parts = label.trim_end_matches("[]").split('(');
    let mut name = parts.next().unwrap_or_default().to_owned();
    name.extend(parts.filter_map(|part| part.split_once(')')).map(|(_, rest)| rest));
    match (name.rfind(".origin."), name.strip_prefix(".data")) {
        (Some(origin), _) => name.split_off(origin),
        (None, Some(rest)) => format!("{resource}{}", rest.trim_start_matches("[]")),
        (None, None) => name,
    }
}
