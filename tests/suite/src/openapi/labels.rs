//! The properties of a value, as a schema names them.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde_json::{Map, Value};

use super::document::{Document, elements, part};
use super::forms::{additional, branch, is_object, is_open, schema_name};

/// The properties of a value: `.data[].state.current`, map entries as `.*`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Labels {
    /// Those that the schema has, with their values.
    pub documented: Vec<(String, Value)>,
    /// Those that it doesn't have.
    pub undocumented: Vec<Property>,
    /// Those that it requires and doesn't define.
    pub undefined: Vec<Property>,
    /// Those whose value is of another type, with both types.
    pub mistyped: Vec<(Property, String)>,
}

/// A property of a value.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Property {
    /// The properties on the way: `.data[].state.current`.
    pub label: String,
    /// The properties from the last named schema on: `ImageState.current`.
    pub name: String,
    /// The label as a JSON pointer.
    pub pointer: String,
}

impl Property {
    fn within(&self, place: &str, label: &str, key: impl Display) -> Self {
        Self {
            label: format!("{}{label}", self.label),
            name: format!("{place}{label}"),
            pointer: format!("{}/{key}", self.pointer),
        }
    }
}

/// The properties of a value that a schema has, and those that it doesn't have.
#[must_use]
pub fn labels(document: &Document, schema: &Value, value: &Value) -> Labels {
    let mut labels = Labels::default();
    labels.add(document, schema, value, &Property::default());
    labels
}

impl Labels {
    fn add(&mut self, document: &Document, schema: &Value, value: &Value, at: &Property) {
        let forms = document.forms(schema);
        let types: BTreeSet<&str> = forms.iter().flat_map(types).collect();
        let is_of =
            |kind: &&str| *kind == type_of(value) || (*kind == "number" && value.is_number());
        if !value.is_null() && !types.is_empty() && !types.iter().any(is_of) {
            let types = types.into_iter().collect::<Vec<_>>().join(" or ");
            let types = format!("{types}, not {}", type_of(value));
            self.mistyped.push((at.clone(), types));
            return;
        }
        match value {
            Value::Object(object) => self.add_object(document, &forms, object, at),
            Value::Array(list) => {
                let items = forms.iter().filter_map(|form| form.get("items"));
                for schema in items {
                    for (index, element) in list.iter().enumerate() {
                        self.add(document, schema, element, &at.within(&at.name, "[]", index));
                    }
                }
            }
            _ => (),
        }
    }

    fn add_object(
        &mut self,
        document: &Document,
        forms: &[Value],
        object: &Map<String, Value>,
        at: &Property,
    ) {
        let schema = forms.iter().find(|form| is_object(form)).and_then(schema_name);
        let place = schema.unwrap_or(&at.name);
        let tag = object.get("type").and_then(Value::as_str);
        let objects = || forms.iter().filter(|form| is_object(form));
        let fitting: Vec<&Value> = objects().filter(|form| has_tag(form, tag)).collect();
        if let (true, true, Some(tag)) = (fitting.is_empty(), objects().count() > 0, tag) {
            self.undocumented.push(at.within(place, &format!("({tag})"), "type"));
        }
        for (name, value) in object {
            let found = fitting.iter().find_map(|form| {
                let tag = branch(forms, form).unwrap_or_default();
                match part(form, "properties").get(name) {
                    Some(schema) => Some((schema, format!("{tag}.{name}"))),
                    None => Some((additional(form)?, format!("{tag}.*"))),
                }
            });
            if let Some((schema, property)) = found {
                let at = at.within(place, &property, name);
                self.add(document, schema, value, &at);
                self.documented.push((at.label, value.clone()));
            } else if !fitting.is_empty() && !fitting.iter().any(|form| is_open(form)) {
                let tag = fitting.iter().find_map(|form| branch(forms, form)).unwrap_or_default();
                let at = at.within(place, &format!("{tag}.{name}"), name);
                match fitting.iter().any(|form| requires(form, name)) {
                    true => self.undefined.push(at),
                    false => self.undocumented.push(at),
                }
            }
        }
    }
}

/// The types that a form allows; none if it doesn't say.
fn types(form: &Value) -> Vec<&str> {
    let kind = part(form, "type");
    let kinds: Vec<&str> = elements(kind).chain([kind]).filter_map(Value::as_str).collect();
    match kinds.is_empty() {
        false => kinds,
        true if is_object(form) => vec!["object"],
        true if form.get("items").is_some() => vec!["array"],
        true => elements(part(form, "enum")).map(type_of).collect(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether a property is required, which may be one that isn't defined.
fn requires(form: &Value, name: &str) -> bool {
    elements(part(form, "required")).any(|required| required == name)
}

/// Whether a form is for objects with this tag.
fn has_tag(form: &Value, tag: Option<&str>) -> bool {
    let mut words = form.pointer("/properties/type/enum").into_iter().flat_map(elements);
    match (words.next(), words.next(), tag) {
        (Some(word), None, Some(tag)) => word == tag,
        _ => true,
    }
}
