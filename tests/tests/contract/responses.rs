//! What responses have comes out of the typed models, and recordings have all of it.

use std::collections::BTreeSet;

use cycle_images_tests::openapi::{Document, ON_PURPOSE, drift, operations, places};
use cycle_images_tests::recording;

use crate::schemas::{errors, operation, validator};

/// The crate knows all that the document has, and nothing else.
pub(crate) fn drifted(document: &Document) -> Vec<String> {
    let drift = drift(document).unwrap();
    println!("{} values placed in responses", drift.placed);
    let outdated = ON_PURPOSE.iter().filter(|(line, _)| !drift.on_purpose.contains(*line));
    let outdated = outdated.map(|(line, reason)| format!("{line}: no longer there ({reason})"));
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
        let recorded: BTreeSet<String> = recording::names(&known.folder())
            .iter()
            .flat_map(|name| document.labels(schema, &recording::json(name)).documented)
            .map(|(label, _)| label)
            .collect();
        let labels: BTreeSet<String> =
            places(document, schema).into_iter().map(|place| place.label).collect();
        let labels = labels.iter().map(|label| label.trim_end_matches("[]"));
        let absent = labels.filter(|label| !recorded.contains(*label));
        missing.extend(absent.map(|label| format!("{known:?}: {label}")));
    }
    missing
}
