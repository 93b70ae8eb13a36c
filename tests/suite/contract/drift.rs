//! The drift report of a document in our own words: `changes.snap` in `tests/data/drift` has the
//! lines that appear after each change of `changes.txt`.

use std::collections::BTreeSet;
use std::fmt::Write;

use cycle_images_tests::openapi::{Document, drift};
use cycle_images_tests::support::{assert_snapshots, data};
use serde_json::Value;

/// A change is a JSON pointer and what stands there then; `null` removes it.
pub(crate) fn changes_are_reported() {
    let document = std::fs::read(data("drift").join("document.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    let lines = |root: Value| drift(&Document::from(root)).unwrap().lines;
    let before: BTreeSet<String> = lines(document.clone());
    assert_snapshots("drift", |changes| {
        let mut report = String::new();
        for line in changes.lines() {
            writeln!(report, "{line}").unwrap();
            let Some((pointer, value)) = line.split_once(' ').filter(|(at, _)| *at != "#") else {
                continue;
            };
            let mut changed = document.clone();
            put(&mut changed, pointer, serde_json::from_str(value).unwrap());
            for line in lines(changed).difference(&before) {
                writeln!(report, "    {line}").unwrap();
            }
        }
        report
    });
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => _ = object.remove(&name).unwrap(),
        Value::Object(object) => _ = object.insert(name, value),
        list => list[name.parse::<usize>().unwrap()] = value,
    }
}
