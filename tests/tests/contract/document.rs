//! The published document, without its own faults.

use std::ffi::OsStr;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// A place where the document contradicts itself or the platform.
struct Fault {
    at: &'static str,
    found: Value,
    instead: Value,
    reason: &'static str,
}

fn faults() -> [Fault; 3] {
    [
        Fault {
            at: "/components/schemas/Error/required",
            found: json!("status, code, title"),
            instead: json!([]),
            reason: "it must be a list; the platform leaves out the status at times",
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
            instead: json!("enable"),
            reason: "misspelled: the property is high_availability",
        },
    ]
}

pub struct Document {
    root: Value,
    outdated: Vec<String>,
}

impl Document {
    pub fn open(path: &OsStr) -> Self {
        let mut root: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let mut outdated = Vec::new();
        for Fault { at, found, instead, reason } in faults() {
            match root.pointer_mut(at) {
                Some(value) if *value == found => *value = instead,
                _ => outdated.push(format!("{at}: no longer a fault ({reason})")),
            }
        }
        // A list names each property once.
        for schema in ["ApiKeyCreator", "SchedulerEnvironmentService"] {
            let at = format!("/components/schemas/{schema}/required");
            if let Some(Value::Array(names)) = root.pointer_mut(&at) {
                let mut seen = std::collections::HashSet::new();
                names.retain(|name| seen.insert(name.clone()));
            }
        }
        Self { root, outdated }
    }

    pub fn outdated_faults(&self) -> Vec<String> {
        self.outdated.clone()
    }

    /// The operation's documented path, method and definition.
    pub fn operation(&self, id: &str) -> Option<(&str, &str, &Value)> {
        let paths = self.root["paths"].as_object()?;
        paths.iter().find_map(|(path, methods)| {
            let (method, operation) =
                methods.as_object()?.iter().find(|(_, of)| of["operationId"] == id)?;
            Some((path.as_str(), method.as_str(), operation))
        })
    }

    /// What stands behind a `$ref`, or the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        target.map_or(value, |to| self.root.pointer(to).unwrap())
    }

    /// Checks values against a schema of the document.
    pub fn validator(&self, schema: &Value) -> Validator {
        // Its references lead into the components.
        let whole = json!({"allOf": [schema], "components": self.root["components"]});
        jsonschema::options().with_draft(Draft::Draft202012).build(&whole).unwrap()
    }
}

/// What is wrong with a value, each with its place.
pub fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path)).collect()
}
