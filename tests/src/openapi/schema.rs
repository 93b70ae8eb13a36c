//! The document: its operations and schemas.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

/// A parsed OpenAPI 3.1 document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The whole document.
    pub root: Value,
}

/// An operation of the document.
#[derive(Clone, Copy, Debug)]
pub struct Documented<'a> {
    /// Its `operationId`.
    pub id: &'a str,
    /// Its method, in capitals.
    pub method: &'static str,
    /// Its path, with the parameters' names in braces.
    pub path: &'a str,
    /// Its definition.
    pub definition: &'a Value,
}

const METHODS: [(&str, &str); 7] = [
    ("delete", "DELETE"),
    ("get", "GET"),
    ("head", "HEAD"),
    ("options", "OPTIONS"),
    ("patch", "PATCH"),
    ("post", "POST"),
    ("put", "PUT"),
];

/// What an absent part of the document is.
static NULL: Value = Value::Null;

/// A part of a document, or `null`.
pub(super) fn part<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&NULL)
}

/// The elements of a list; none if it is something else.
pub(super) fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The entries of an object; none if it is something else.
pub(super) fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

impl Document {
    /// Parses a document.
    ///
    /// # Errors
    /// If it isn't JSON.
    pub fn parse(json: &[u8]) -> serde_json::Result<Self> {
        Ok(Self { root: serde_json::from_slice(json)? })
    }

    /// The operations under `/v1/images` and `/v1/jobs`.
    pub fn operations(&self) -> impl Iterator<Item = Documented<'_>> {
        let ours = ["/v1/images", "/v1/jobs"];
        let paths = entries(part(&self.root, "paths"))
            .filter(move |(path, _)| ours.iter().any(|ours| is_under(path, ours)));
        paths.flat_map(|(path, methods)| {
            METHODS.iter().filter_map(move |(key, method)| {
                let definition = methods.get(key)?;
                let id = part(definition, "operationId").as_str().unwrap_or_default();
                Some(Documented { id, method, path, definition })
            })
        })
    }

    /// What stands behind a `$ref`, or the value itself.
    #[must_use]
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        // More references in a row than any document has: they go round in circles.
        for _ in 0..32 {
            let target = part(value, "$ref").as_str().and_then(|to| to.strip_prefix('#'));
            match target {
                Some(target) => value = self.root.pointer(target).unwrap_or(&NULL),
                None => break,
            }
        }
        value
    }

    /// The query parameters of an operation.
    pub fn query<'a>(&'a self, operation: Documented<'a>) -> impl Iterator<Item = &'a Value> {
        let parameters = elements(part(operation.definition, "parameters"));
        parameters.map(|parameter| self.resolve(parameter)).filter(|of| part(of, "in") == "query")
    }

    /// The schema of the operation's request body.
    #[must_use]
    pub fn body<'a>(&'a self, operation: Documented<'a>) -> Option<&'a Value> {
        let body = self.resolve(operation.definition.get("requestBody")?);
        body.pointer("/content/application~1json/schema")
    }

    /// The schema of the operation's success.
    #[must_use]
    pub fn success<'a>(&'a self, operation: Documented<'a>) -> Option<&'a Value> {
        let mut responses = entries(part(operation.definition, "responses"));
        let (_, success) = responses.find(|(status, _)| status.starts_with('2'))?;
        self.resolve(success).pointer("/content/application~1json/schema")
    }

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

    /// The paths of a value's properties as the schema names them, and those that it doesn't.
    #[must_use]
    pub fn labels(&self, schema: &Value, value: &Value) -> Labels {
        let mut labels = Labels::default();
        self.label(schema, value, "", &mut labels);
        labels
    }

    fn label(&self, schema: &Value, value: &Value, label: &str, labels: &mut Labels) {
        let forms = self.forms(schema);
        let fits = |form: &&Value| match value {
            Value::Object(_) => is_object(form) && has_tag_of(form, value),
            Value::Array(_) => form.get("items").is_some(),
            _ => !is_object(form) && form.get("items").is_none(),
        };
        let tag = |form: &Value| branch(&forms, form).unwrap_or_default();
        let fitting: Vec<&Value> = forms.iter().filter(fits).collect();
        match value {
            Value::Object(object) if fitting.is_empty() && !object.is_empty() => {
                // Nothing is said about what is in it, unless only other kinds are documented.
                if let Some(kind) = value.get("type").and_then(Value::as_str) {
                    if forms.iter().any(is_object) {
                        labels.undocumented.push(format!("{label}({kind})"));
                    }
                }
            }
            Value::Object(object) => {
                for (name, value) in object {
                    let found = fitting.iter().find_map(|form| {
                        let property = form.get("properties").and_then(|all| all.get(name));
                        let label = format!("{label}{}", tag(form));
                        property
                            .map(|schema| (schema, format!("{label}.{name}")))
                            .or_else(|| Some((additional(form)?, format!("{label}.*"))))
                    });
                    match found {
                        Some((schema, label)) => {
                            self.label(schema, value, &label, labels);
                            labels.documented.push((label, value.clone()));
                        }
                        None if fitting
                            .iter()
                            .any(|form| is_open(form) || requires(form, name)) => {}
                        None => labels.undocumented.push(format!("{label}.{name}")),
                    }
                }
            }
            Value::Array(list) => {
                for (element, form) in
                    list.iter().flat_map(|element| fitting.iter().map(move |form| (element, form)))
                {
                    self.label(part(form, "items"), element, &format!("{label}[]"), labels);
                }
            }
            _ => (),
        }
    }
}

/// The properties of a value: `.data[].state.current`, map entries as `.*`.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// Those that the schema has, with their values.
    pub documented: Vec<(String, Value)>,
    /// Those that it doesn't have.
    pub undocumented: Vec<String>,
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

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

/// Whether a property is required, which may be one that isn't defined.
fn requires(form: &Value, name: &str) -> bool {
    elements(part(form, "required")).any(|required| required == name)
}

/// The schema of a map's entries.
pub(super) fn additional(form: &Value) -> Option<&Value> {
    form.get("additionalProperties").filter(|schema| schema.is_object())
}

/// The word that tells a form from the others, as `(word)`.
pub(super) fn branch(forms: &[Value], form: &Value) -> Option<String> {
    let is_one_of_many = forms.iter().filter(|form| is_object(form)).count() > 1;
    let tag = form.pointer("/properties/type/enum/0")?.as_str()?;
    is_one_of_many.then(|| format!("({tag})"))
}

fn has_tag_of(form: &Value, value: &Value) -> bool {
    let words = form.pointer("/properties/type/enum");
    match (words, value.get("type")) {
        (Some(words), Some(tag)) if elements(words).count() == 1 => {
            elements(words).any(|w| w == tag)
        }
        _ => true,
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

/// A parameter's name in a query: `page[size]` is `size` of the object `page`.
#[must_use]
pub(super) fn parameter_names(parameter: &Value) -> Vec<(String, &Value)> {
    let name = part(parameter, "name").as_str().unwrap_or_default();
    let schema = part(parameter, "schema");
    match schema.get("properties") {
        Some(properties) => {
            entries(properties).map(|(member, of)| (format!("{name}[{member}]"), of)).collect()
        }
        None => vec![(name.to_owned(), schema)],
    }
}

/// The words of an enumeration, or those of a list's elements.
pub(super) fn words(schema: &Value) -> impl Iterator<Item = &str> {
    let of = schema.get("enum").or_else(|| schema.pointer("/items/enum"));
    of.into_iter().flat_map(elements).filter_map(Value::as_str)
}

/// A path whose parameters have no name: `/v1/images/{}`.
#[must_use]
pub fn template(path: &str) -> Cow<'_, str> {
    if !path.contains('{') {
        return path.into();
    }
    let segment = |segment: &str| if segment.starts_with('{') { "{}" } else { segment }.to_owned();
    path.split('/').map(segment).collect::<Vec<_>>().join("/").into()
}
