//! The forms of a schema: what `$ref`, `allOf`, `oneOf` and `anyOf` come to.

use serde_json::{Map, Value, json};

use super::document::{Document, NULL, elements, entries, part};

impl Document {
    /// The forms that a schema allows, apart from `null`: `$ref`, `allOf`, `oneOf` and `anyOf` are
    /// put in. `$ref` of a form is the list of the references that led to it.
    #[must_use]
    pub fn forms(&self, schema: &Value) -> Vec<Value> {
        let mut refs = Vec::new();
        let mut target = schema;
        while let Some(reference) = target.get("$ref") {
            // A reference to itself has no form.
            if refs.contains(reference) {
                return Vec::new();
            }
            refs.push(reference.clone());
            let pointer = reference.as_str().and_then(|to| to.strip_prefix('#'));
            target = pointer.and_then(|to| self.root.pointer(to)).unwrap_or(&NULL);
        }
        let mut own = target.as_object().cloned().unwrap_or_default();
        let composed = ["allOf", "oneOf", "anyOf"].map(|key| own.remove(key));
        own.insert("$ref".to_owned(), json!(refs));
        let mut forms = vec![Value::Object(own)];
        let [all, one, any] = &composed;
        for member in all.iter().flat_map(elements) {
            forms = combined(&forms, &self.forms(member));
        }
        for alternatives in [one, any].into_iter().flatten() {
            let members = elements(alternatives).flat_map(|member| self.forms(member));
            forms = combined(&forms, &members.collect::<Vec<_>>());
        }
        forms.retain(|form| part(form, "type") != "null");
        forms
    }
}

/// Each form with each other one put in.
fn combined(forms: &[Value], others: &[Value]) -> Vec<Value> {
    let with = |form: &Value, other: &Value| {
        let mut form = form.as_object().cloned().unwrap_or_default();
        for (key, value) in entries(other) {
            put_in(&mut form, key, value);
        }
        Value::Object(form)
    };
    forms.iter().flat_map(|form| others.iter().map(|other| with(form, other))).collect()
}

fn put_in(form: &mut Map<String, Value>, key: &str, value: &Value) {
    match (form.get_mut(key), value) {
        (Some(Value::Object(into)), Value::Object(more)) => into.extend(more.clone()),
        (Some(Value::Array(into)), Value::Array(more)) => into.extend(more.iter().cloned()),
        _ => _ = form.insert(key.to_owned(), value.clone()),
    }
}

/// Whether a form is that of an object.
pub(super) fn is_object(form: &Value) -> bool {
    let kind = part(form, "type");
    kind == "object"
        || elements(kind).any(|kind| kind == "object")
        || form.get("properties").is_some()
}

/// Whether the schema of an object says nothing about its properties.
pub(super) fn is_open(form: &Value) -> bool {
    form.get("properties").is_none() && form.get("additionalProperties").is_none()
}

/// The schema of a map's entries.
pub(super) fn additional(form: &Value) -> Option<&Value> {
    form.get("additionalProperties").filter(|schema| schema.is_object())
}

/// The name of the schema that a form is of, if it has one.
pub(super) fn schema_name(form: &Value) -> Option<&str> {
    form.pointer("/$ref/0")?.as_str()?.rsplit('/').next()
}

/// The word that names a form among the others, as `(word)`.
pub(super) fn branch(forms: &[Value], form: &Value) -> Option<String> {
    let is_one_of_many = forms.iter().filter(|form| is_object(form)).count() > 1;
    let tag = form.pointer("/properties/type/enum/0")?.as_str()?;
    is_one_of_many.then(|| format!("({tag})"))
}
