//! Whether an operation of the crate knows a place of its response.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{NULL, entries, part};
use super::known::Known;
use super::places::Place;

/// A probe into the typed response of an operation.
pub(super) struct Probe<'a> {
    operation: &'a Known,
    /// What is known, by label.
    known: BTreeMap<String, bool>,
    /// The labels of raw JSON.
    raw: BTreeSet<String>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(operation: &'a Known) -> Self {
        Self { operation, known: BTreeMap::new(), raw: BTreeSet::new() }
    }

    /// Whether a value at the place comes out again, and not only because its object keeps all
    /// properties, known or not. Raw JSON is known as a whole.
    pub(super) fn knows(&mut self, place: &Place) -> bool {
        self.comes_out(&place.document, &place.pointer)
            && self.has_a_field(&place.document, &place.pointer, &place.label)
    }

    /// Whether it is a known word of the enumeration at the place.
    pub(super) fn knows_word(&self, place: &Place, word: &str) -> bool {
        let document = with(&place.document, &place.pointer, json!(word));
        let read = self.operation.read(&document);
        read.is_some_and(|read| {
            read.value.pointer(&place.pointer) == document.pointer(&place.pointer)
                && !is_unknown(&format!("{:?}", read.reply), word)
        })
    }

    /// Whether an object around the place is read without it, and without the objects between.
    pub(super) fn reads_around(&self, place: &Place) -> bool {
        let (mut pointer, mut label) = (place.pointer.as_str(), place.label.as_str());
        // Elements of lists and maps can be left out whatever they are.
        while !label.ends_with("[]") && !label.ends_with(".*") {
            if self.reads_without(&place.document, pointer) {
                return true;
            }
            let Some((parent, _)) = pointer.rsplit_once('/') else { return false };
            pointer = parent;
            label = label.rsplit_once('.').map_or("", |(outer, _)| untagged(outer));
        }
        false
    }

    /// Whether an object is read without one of its properties.
    pub(super) fn reads_without(&self, document: &Value, pointer: &str) -> bool {
        let Some((parent, name)) = pointer.rsplit_once('/') else { return false };
        let mut document = document.clone();
        if let Some(Value::Object(object)) = document.pointer_mut(parent) {
            object.remove(name);
        }
        let read = self.operation.read(&document);
        let Some(object) = read.as_ref().and_then(|read| read.value.pointer(parent)) else {
            return false;
        };
        // The next element of a list has other values.
        let sent = entries(document.pointer(parent).unwrap_or(&NULL));
        let mut values = sent.filter(|(_, of)| !of.is_object() && !of.is_array());
        object.is_object() && values.all(|(name, of)| part(object, name) == of)
    }

    fn comes_out(&self, document: &Value, pointer: &str) -> bool {
        let read = self.operation.read(document);
        read.is_some_and(|read| read.value.pointer(pointer) == document.pointer(pointer))
    }

    /// Whether any value comes out.
    fn keeps_nonsense(&self, document: &Value, pointer: &str) -> bool {
        self.comes_out(&with(document, pointer, json!([[true]])), pointer)
    }

    fn has_a_field(&mut self, document: &Value, pointer: &str, label: &str) -> bool {
        let Some((parent, _)) = pointer.rsplit_once('/') else { return true };
        if let Some(label) = label.strip_suffix("[]") {
            return self.has_a_field(document, parent, label);
        }
        if let Some(known) = self.known.get(label) {
            return *known;
        }
        let outer = label.rsplit_once('.').map_or("", |(outer, _)| untagged(outer));
        if self.raw.contains(outer.trim_end_matches("[]")) {
            self.raw.insert(label.to_owned());
            return true;
        }
        let made_up = format!("{parent}/made-up");
        let known = if !self.comes_out(&with(document, &made_up, json!("made up")), &made_up) {
            true
        } else if self.keeps_nonsense(document, parent) {
            let known = self.has_a_field(document, parent, outer);
            if known {
                self.raw.insert(label.to_owned());
            }
            known
        } else {
            // An object that keeps all properties: of those with a field, it reads the value.
            !self.keeps_nonsense(document, pointer)
        };
        self.known.insert(label.to_owned(), known);
        known
    }
}

/// Whether `Debug` shows it as the word of an enumeration or the tag of an object that is not
/// known.
fn is_unknown(shown: &str, word: &str) -> bool {
    shown.contains(&format!("Unknown({word:?})")) || shown.contains(&format!("tag: {word:?}"))
}

/// The document with another value at the pointer.
fn with(document: &Value, pointer: &str, value: Value) -> Value {
    let mut document = document.clone();
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    } else if let Some((parent, name)) = pointer.rsplit_once('/') {
        if let Some(Value::Object(object)) = document.pointer_mut(parent) {
            object.insert(name.to_owned(), value);
        }
    }
    document
}

/// A label without the tag of its last object: `.origin(none)` is `.origin`.
fn untagged(label: &str) -> &str {
    let tag = label.strip_suffix(')').and_then(|label| label.rsplit_once('('));
    tag.map_or(label, |(label, _)| label)
}

/// The label of a tag, without itself: `.origin(none).type` is `.origin.type`.
pub(super) fn without_tag(label: &str) -> String {
    match label.strip_suffix(".type") {
        Some(object) => format!("{}.type", untagged(object)),
        None => label.to_owned(),
    }
}
