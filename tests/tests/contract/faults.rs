//! The faults of the published document: where it contradicts itself or the platform.

use cycle_images_tests::openapi::Document;
use serde_json::{Value, json};

/// A value of the document, and what it should be.
struct Fault {
    at: &'static str,
    found: Value,
    instead: Value,
    reason: &'static str,
}

fn faults() -> [Fault; 7] {
    [
        Fault {
            at: "/components/schemas/Error/required",
            found: json!(["status, code, title"]),
            instead: json!([]),
            reason: "one string for three names; and the platform leaves out the status at times",
        },
        Fault {
            at: "/components/schemas/Error/properties/status/enum/6",
            found: json!(422),
            instead: json!(429),
            reason: "429 is missing, which 429.rate-limiting has",
        },
        Fault {
            at: "/components/schemas/ApiKeyCreator/required/2",
            found: json!("creator"),
            instead: json!("id"),
            reason: "the schema doesn't define it",
        },
        Fault {
            at: "/components/schemas/SchedulerEnvironmentService/required/2",
            found: json!("high_availablity"),
            instead: json!("high_availability"),
            reason: "misspelled",
        },
        Fault {
            at: "/components/schemas/GatewayEnvironmentService/required/3",
            found: json!("config"),
            instead: json!("enable"),
            reason: "the schema doesn't define it",
        },
        Fault {
            at: "/components/schemas/CycleUploadOrigin/properties/details/required",
            found: json!(["expires", "token"]),
            instead: json!([]),
            reason: "the platform makes both, for each image; a source has neither",
        },
        Fault {
            at: "/components/schemas/StackVariable/pattern",
            found: json!("\\\"?{{(\\$)?([a-z0-9\\-]+)}}\\\"?"),
            instead: json!("^\"?\\{\\{\\$?[a-z0-9-]+\\}\\}\"?$"),
            reason: "braces that are no quantifier are invalid in a regular expression of Unicode",
        },
    ]
}

/// Puts right what is wrong with the document. Faults that are there no longer are returned.
pub(crate) fn mend(document: &mut Document) -> Vec<String> {
    let mut gone = Vec::new();
    for Fault { at, found, instead, reason } in faults() {
        match document.root.pointer_mut(at) {
            Some(value) if *value == found => *value = instead,
            _ => gone.push(format!("{at}: no longer a fault ({reason})")),
        }
    }
    gone
}
