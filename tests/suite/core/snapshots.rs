//! What each operation sends, and how each recording is read: `<recording>.snap` beside the
//! recording, `request.snap` in the operation's folder.
//!
//! `INSTA_UPDATE=always cargo test` writes them again: read the changes before you commit them.

use std::error::Error;
use std::fmt::{Debug, Write};
use std::mem::discriminant;
use std::path::Path;

use cycle_images::http::{Request, Response};
use cycle_images::images::GetImage;
use cycle_images::operation::Output;
use cycle_images::{Operation, ResponseError};
use cycle_images_tests::openapi::{Known, operations};
use cycle_images_tests::operations::{Visit, folder, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::{self, assert_snapshot, hub, image};
use serde::Serialize;
use serde_json::json;

use crate::responses::{described, leaves};

/// Compares a text with the snapshot of this name, such as `get_images/documented`.
fn assert_recorded(name: &str, text: &str) {
    let (folder, name) = name.split_once('/').unwrap();
    assert_snapshot(&support::data("recordings").join(folder), name, text);
}

/// How a response is read: what a program gets, as it is written again, and as `Debug` shows it.
fn read<O>(operation: &O, name: &str) -> String
where
    O: Operation<Output: Output<Data: Debug + Serialize + PartialEq, Includes: Debug + Serialize>>,
{
    match hub().response(operation, recording::read(name)) {
        Ok(reply) => {
            // With the secrets, which `Debug` doesn't show.
            let data = serde_json::to_string(&reply.data).unwrap();
            let includes = serde_json::to_string(&reply.includes).unwrap();
            let body = format!(r#"{{"data": {data}, "includes": {includes}}}"#);
            let again = hub().response(operation, Response::new(&body)).unwrap();
            assert_eq!((&again.data, again.skipped_total), (&reply.data, 0), "{name}");
            assert_eq!(serde_json::to_string(&again.includes).unwrap(), includes, "{name}");
            if is_whole(name) {
                assert_eq!(values(&body), values(&recorded(name)), "{name}");
            }
            format!("{}\n\n{data}", shown(&reply))
        }
        Err(error) => {
            assert_eq!(error.body().as_str().as_bytes(), recording::read(name).body(), "{name}");
            let source = error.source().unwrap().to_string();
            assert!(!source.is_empty() && !error.to_string().contains(&source), "{name}: {error}");
            format!("{}\n{:?}", described(&error), error.headers())
        }
    }
}

/// Whether a recording has nothing that the models don't keep.
fn is_whole(name: &str) -> bool {
    ["documented", "every_origin", "with_includes", "details_before_type"]
        .iter()
        .any(|whole| name.ends_with(whole))
}

fn recorded(name: &str) -> String {
    let body = String::from_utf8(recording::read(name).into_body()).unwrap();
    // The same time in UTC.
    body.replace("2026-02-28T17:18:19+01:00", "2026-02-28T16:18:19Z")
}

/// The values in the data and the includes of a document, with their places.
fn values(document: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let mut values = String::new();
    leaves(&document["data"], "data", &mut values);
    leaves(&document["includes"], "includes", &mut values);
    values
}

/// `Debug` in many lines, but for tuples with one value: `Some("x")`.
fn shown(value: &impl Debug) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in format!("{value:#?}").lines() {
        let ends_tuple = matches!(line.trim_start(), ")" | "),");
        let inner = match &lines[..] {
            [.., opens, inner] if ends_tuple && opens.ends_with('(') => inner.strip_suffix(','),
            _ => None,
        };
        match inner.map(|inner| inner.trim_start().to_owned() + line.trim_start()) {
            Some(rest) => {
                lines.pop();
                lines.last_mut().unwrap().push_str(&rest);
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

/// Everything that a request says, as it is sent.
fn text(request: &Request<Vec<u8>>) -> String {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    text + "\n" + std::str::from_utf8(request.body()).unwrap()
}

struct Snapshots;

impl Visit for Snapshots {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<
            Output: Output<Data: Debug + Serialize + PartialEq, Includes: Debug + Serialize>,
        >,
    {
        let folder = folder(O::NAME);
        let sent = operations.iter().map(|operation| text(&hub().request(operation).unwrap()));
        let sent: Vec<_> = sent.collect();
        let sent = format!("capability: {}\n\n{}", O::CAPABILITY, sent.join("\n---\n\n"));
        assert_recorded(&format!("{folder}/request"), &sent);
        for name in recording::names(&folder) {
            assert_recorded(&name, &read(&operations[0], &name));
            let respond = |response| hub().response(&operations[0], response);
            if let Ok(reply) = respond(recording::read(&name)) {
                let written = json!({"data": reply.data, "includes": reply.includes});
                let again = respond(Response::new(written.to_string().into_bytes())).unwrap();
                let again = json!({"data": again.data, "includes": again.includes});
                assert_eq!(again, written, "{name}: what was written is read as another");
            }
        }
        for name in recording::names("errors") {
            let error = |result: Result<_, ResponseError>| result.err().unwrap();
            let of_image = hub().response(&GetImage::new(image()), recording::read(&name));
            let of_image = error(of_image.map(drop));
            let of_operation = hub().response(&operations[0], recording::read(&name));
            // Its size is wrong for an image alone.
            if name != "errors/wrong_type_200" {
                let of_operation = error(of_operation.map(drop));
                assert_eq!(of_operation.operation(), O::NAME);
                assert_eq!(discriminant(of_operation.kind()), discriminant(of_image.kind()));
            }
        }
    }
}

#[test]
fn requests_and_recorded_responses_are_as_in_their_snapshots() {
    visit_all(&mut Snapshots);
    for name in recording::names("errors") {
        assert_recorded(&name, &read(&GetImage::new(image()), &name));
    }
}

/// The types in the core that are operations, by its source, which comes with each.
fn implemented() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            let types = source.lines().filter_map(|line| line.strip_prefix("impl Operation for "));
            let names = types.filter_map(|rest| rest.strip_suffix(" {"));
            found.extend(names.map(|name| (name.to_owned(), source.clone())));
        }
    }
    // One for operations that the crate doesn't have.
    found.retain(|(name, _)| name != "RawOperation");
    found
}

/// A row of a table of operations.
fn is_row(line: &str, operation: &Known) -> bool {
    let request = operation.endpoint().replace("{}", "{id}");
    line.contains(&format!("::{}`", operation.name))
        && line.contains(&format!("| {request} "))
        && line.contains(&format!("| `{}` |", operation.capability))
}

#[test]
fn every_operation_is_everywhere() {
    let (listed, root) = (operations(), Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let (implemented, mut missing) = (implemented(), Vec::new());
    for (name, source) in &implemented {
        if !listed.iter().any(|operation| operation.name == name) {
            missing.push(format!("{name} in tests/suite/src/operations.rs"));
        }
        if !source.contains("read_here!();") {
            missing.push(format!("`read_here!();` in `impl Operation for {name}`"));
        }
    }
    for operation in &listed {
        if !implemented.iter().any(|(name, _)| name == operation.name) {
            missing.push(format!("`impl Operation for {operation:?} {{` on a line in core/src"));
        }
        for place in ["README.md", "core/src/operations.md"] {
            let text = std::fs::read_to_string(root.join(place)).unwrap();
            if !text.lines().any(|line| is_row(line, operation)) {
                missing.push(format!("a row for {operation:?} in {place}"));
            }
        }
        let of = format!("tests/data/recordings/{}", folder(operation.name));
        if !["documented", "every_origin"]
            .iter()
            .any(|name| root.join(format!("{of}/{name}.http")).is_file())
        {
            missing.push(format!("{of}/documented.http"));
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}
