//! The properties of a value, as a schema names them.

use serde_json::{Map, Value};

use super::document::{Document, elements, part};
use super::forms::{additional, branch, is_object, is_open, schema_name};

/// The properties of a value: `.data[].state.current`, map entries as `.*`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Labels {
    /// Those that the schema has, with their values.
    pub documented: Vec<(String, Value)>,
    /// Those that it doesn't have, with their names from the last named schema on.
    pub undocumented: Vec<(String, String)>,
}

/// The properties of a value that a schema has, and those that it doesn't have.
#[must_use]
pub fn labels(document: &Document, schema: &Value, value: &Value) -> Labels {
    let mut labels = Labels::default();
    labels.add(document, schema, value, "", "");
    labels
}

impl Labels {
    fn add(&mut self, document: &Document, schema: &Value, value: &Value, label: &str, name: &str) {
        let forms = document.forms(schema);
        match value {
            Value::Object(object) => self.add_object(document, &forms, object, label, name),
            Value::Array(list) => {
                let items = forms.iter().filter_map(|form| form.get("items"));
                for schema in items {
                    for element in list {
                        let (label, name) = (format!("{label}[]"), format!("{name}[]"));
                        self.add(document, schema, element, &label, &name);
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
        label: &str,
        name: &str,
    ) {
        let schema = forms.iter().find(|form| is_object(form)).and_then(schema_name);
        let place = schema.unwrap_or(name);
        let tag = object.get("type").and_then(Value::as_str);
        let objects = || forms.iter().filter(|form| is_object(form));
        let fitting: Vec<&Value> = objects().filter(|form| has_tag(form, tag)).collect();
        if let (true, true, Some(tag)) = (fitting.is_empty(), objects().count() > 0, tag) {
            self.undocumented.push((format!("{label}({tag})"), format!("{place}({tag})")));
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
                let label = format!("{label}{property}");
                self.add(document, schema, value, &label, &format!("{place}{property}"));
                self.documented.push((label, value.clone()));
            } else if !fitting.is_empty()
                && !fitting.iter().any(|form| is_open(form) || requires(form, name))
            {
                let tag = fitting.iter().find_map(|form| branch(forms, form)).unwrap_or_default();
                let property = format!("{tag}.{name}");
                self.undocumented
                    .push((format!("{label}{property}"), format!("{place}{property}")));
            }
        }
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
