//! What responses have comes out of the typed models, and recordings have all of it.

use std::collections::BTreeSet;

use cycle_images_tests::openapi::{Document, ON_PURPOSE, drift, operations, places};
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

/// The recordings that have all properties have those of the document.
pub(crate) fn missing_in_recordings(document: &Document) -> Vec<String> {
    let mut missing = Vec::new();
    for known in operations() {
        let Some(schema) = operation(document, &known.id()).and_then(|of| document.success(of))
        else {
            continue;
        };
        let recorded: BTreeSet<String> = known
            .recordings()
            .flat_map(|name| document.labels(schema, &recording::json(&name)).documented)
            .map(|(label, _)| without_tags(&label))
            .collect();
        let labels = places(document, schema).into_iter().map(|place| without_tags(&place.label));
        let absent: BTreeSet<String> = labels.filter(|label| !recorded.contains(label)).collect();
        let absent = absent.iter().filter(|label| !RAW.iter().any(|raw| label.contains(raw)));
        missing.extend(absent.map(|label| format!("{known:?}: {label}")));
    }
    missing
}

/// What is raw JSON in the models, with schemas of its own.
const RAW: [&str; 5] = [".spec.", ".services.", ".features.", ".definition.", ".stacks.*.source.details."];

/// The label of a property without the tags on the way, and without the elements of its list.
fn without_tags(label: &str) -> String {
    let mut parts = label.trim_end_matches("[]").split('(');
    let mut found = parts.next().unwrap_or_default().to_owned();
    found.extend(parts.filter_map(|part| part.split_once(')')).map(|(_, rest)| rest));
    found
}
