//! The places of a schema: a small document for each property, with a value that is recognized.

use serde_json::{Map, Value, json};

use super::document::{Document, elements, entries, part};
use super::forms::{additional, branch, is_object, is_open, schema_name};

/// A place where a value may stand.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Place {
    /// The properties on the way: `.data[].state.current`.
    pub label: String,
    /// The properties from the last named schema on, if there is one: `ImageState.current`.
    pub name: String,
    /// The label as a JSON pointer.
    pub pointer: String,
    /// The smallest document with a value at the place.
    pub document: Value,
    /// Whether the value is one of an enumeration's.
    pub is_word: bool,
}

impl Place {
    /// The value at the place.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.document.pointer(&self.pointer).unwrap_or(&Value::Null)
    }
}

/// The key of a map's entry.
const KEY: &str = "key";

/// The places of a schema: one for each property, and for each word of an enumeration.
#[must_use]
pub fn places(document: &Document, schema: &Value) -> Vec<Place> {
    of(document, schema, &mut Vec::new())
}

fn of(document: &Document, schema: &Value, open: &mut Vec<Value>) -> Vec<Place> {
    let forms = document.forms(schema);
    let mut places = Vec::new();
    for form in &forms {
        // A schema within itself has the same places again.
        if references(form).any(|reference| open.contains(reference)) {
            continue;
        }
        let depth = open.len();
        let first = places.len();
        open.extend(references(form).cloned());
        if is_object(form) {
            let tag = branch(&forms, form).unwrap_or_default();
            places.extend(of_object(document, form, &tag, open));
        } else if let Some(items) = form.get("items") {
            let within = |place: Place| Place {
                label: format!("[]{}", place.label),
                name: prefixed("[]", &place),
                pointer: format!("/0{}", place.pointer),
                document: json!([place.document]),
                ..place
            };
            places.extend(of(document, items, open).into_iter().map(within));
        } else {
            places.extend(values(form));
        }
        for place in places.iter_mut().skip(first) {
            if let (Some(schema), true) = (schema_name(form), is_unnamed(place)) {
                place.name.insert_str(0, schema);
            }
        }
        open.truncate(depth);
    }
    places
}

/// Whether no schema on the way has a name yet. That of a mere text, such as `ID`, says nothing.
fn is_unnamed(place: &Place) -> bool {
    match place.name.chars().next() {
        None => place.is_word,
        Some(first) => !first.is_alphanumeric(),
    }
}

fn prefixed(prefix: &str, place: &Place) -> String {
    let is_named = place.name.starts_with(char::is_alphanumeric);
    if is_named { place.name.clone() } else { format!("{prefix}{}", place.name) }
}

fn of_object(document: &Document, form: &Value, tag: &str, open: &mut Vec<Value>) -> Vec<Place> {
    let smallest = smallest_object(document, form, open);
    let mut places = Vec::new();
    let mut add = |name: &str, label: &str, schema: &Value| {
        let within = |place: Place| {
            let mut object = smallest.clone();
            object.insert(name.to_owned(), place.document.clone());
            let label = format!("{tag}.{label}");
            Place {
                name: prefixed(&label, &place),
                label: format!("{label}{}", place.label),
                pointer: format!("/{name}{}", place.pointer),
                document: Value::Object(object),
                is_word: place.is_word,
            }
        };
        places.extend(of(document, schema, open).into_iter().map(within));
    };
    for (name, schema) in entries(part(form, "properties")) {
        add(name, name, schema);
    }
    if let Some(schema) = additional(form) {
        add(KEY, "*", schema);
    }
    if is_open(form) {
        let document = json!({KEY: "placed"});
        let (label, pointer) = (format!("{tag}.*"), format!("/{KEY}"));
        places.push(Place { name: label.clone(), label, pointer, document, is_word: false });
    }
    places
}

fn values(form: &Value) -> Vec<Place> {
    let place = |document, is_word| Place {
        label: String::new(),
        name: String::new(),
        pointer: String::new(),
        document,
        is_word,
    };
    match form.get("enum") {
        // The empty word is one for no value.
        Some(words) => {
            elements(words).filter(|word| *word != "").cloned().map(|w| place(w, true)).collect()
        }
        None => vec![place(value(form, "placed", 7, true), false)],
    }
}

/// A value of a schema without properties or elements.
fn value(form: &Value, text: &str, number: u64, boolean: bool) -> Value {
    let kind = part(form, "type");
    let kind = elements(kind).find(|kind| *kind != "null").unwrap_or(kind).as_str();
    match (kind, part(form, "format").as_str()) {
        (Some("integer" | "number"), _) => json!(number),
        (Some("boolean"), _) => json!(boolean),
        (_, Some("date-time")) => json!(format!("2031-05-{number:02}T08:09:10Z")),
        (_, Some("uri")) => json!(format!("https://{text}.example")),
        _ if form.get("pattern").is_some() => json!(format!("{{{{${text}}}}}")),
        _ => json!(text),
    }
}

/// The smallest document of a schema, whose values are not those that are placed.
fn smallest(document: &Document, schema: &Value, open: &[Value]) -> Value {
    let forms = document.forms(schema);
    let is_closed = |form: &&Value| !references(form).any(|reference| open.contains(reference));
    let Some(form) = forms.iter().find(is_closed) else { return Value::Null };
    if is_object(form) {
        let open: Vec<Value> = open.iter().chain(references(form)).cloned().collect();
        return Value::Object(smallest_object(document, form, &open));
    }
    if form.get("items").is_some() {
        return json!([]);
    }
    match form.pointer("/enum/0") {
        Some(word) => word.clone(),
        None => value(form, "small", 1, false),
    }
}

fn smallest_object(document: &Document, form: &Value, open: &[Value]) -> Map<String, Value> {
    let required = elements(part(form, "required")).filter_map(Value::as_str);
    let property = |name| Some((name, part(form, "properties").get(name)?));
    let properties = required.filter_map(property);
    properties.map(|(name, schema)| (name.to_owned(), smallest(document, schema, open))).collect()
}

/// The references that led to a form.
fn references(form: &Value) -> impl Iterator<Item = &Value> {
    elements(part(form, "$ref"))
}
