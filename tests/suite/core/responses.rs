//! How the core reads each response of `tests/data/responses`: `<file>.snap` beside `<file>.txt`.
//!
//! `# ` begins a case, `> ` a header of its responses. Any other line is a response: the operation,
//! the status and the body. The secrets of the request and of the responses begin with `sec-`.

use std::fmt::{Debug, Write};

use cycle_images::error::{ResponseErrorKind, report};
use cycle_images::http::Response;
use cycle_images::operation::Output;
use cycle_images::{Hub, Operation, ResponseError};
use cycle_images_tests::operations::{Visit, names, visit_all};
use cycle_images_tests::support::assert_snapshots;
use serde::Serialize;
use serde_json::Value;

use crate::secrets::{KEY, hides_in_debug, hides_in_error};

/// A response to the operation of this name.
struct Case<'c> {
    operation: &'c str,
    response: Response<&'c str>,
    read: String,
}

impl Visit for Case<'_> {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug + Serialize, Includes: Debug + Serialize>>,
    {
        if O::NAME != self.operation {
            return;
        }
        let body = self.response.body();
        let hub = Hub::new(KEY, "the-hub").unwrap();
        match hub.response(&operations[0], self.response.clone()) {
            Ok(reply) => {
                hides_in_debug(body, &reply);
                leaves(&serde_json::to_value(&reply.data).unwrap(), "data", &mut self.read);
                let includes = serde_json::to_value(&reply.includes).unwrap();
                leaves(&includes, "includes", &mut self.read);
                for skipped in &reply.skipped {
                    writeln!(self.read, "    skipped: {}", skipped.error).unwrap();
                }
            }
            Err(error) => {
                hides_in_debug(body, error.kind());
                assert!(!error.body().as_str().contains(KEY), "{body}");
                hides_in_error(body, &error);
                for line in described(&error).lines() {
                    writeln!(self.read, "    {line}").unwrap();
                }
            }
        }
    }
}

/// The values of a record that are neither empty nor zero, each with its place.
pub(crate) fn leaves(value: &Value, place: &str, to: &mut String) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| leaves(field, &format!("{place}.{name}"), to));
        }
        Value::Array(list) => {
            let list = list.iter().enumerate();
            list.for_each(|(at, element)| leaves(element, &format!("{place}[{at}]"), to));
        }
        Value::Null | Value::Bool(false) => {}
        Value::String(text) if text.is_empty() || text == "0001-01-01T00:00:00Z" => {}
        Value::Number(number) if number.as_u64() == Some(0) => {}
        _ => writeln!(to, "    {place}: {value}").unwrap(),
    }
}

/// An error with its sources, its kind in one line, and what it means.
pub(crate) fn described(error: &ResponseError) -> String {
    let means = [
        (error.is_not_found(), "not found"),
        (error.is_unauthorized(), "unauthorized"),
        (error.is_forbidden(), "forbidden"),
        (error.is_conflict(), "conflict"),
        (error.is_invalid(), "invalid"),
        (error.is_rate_limited(), "rate limited"),
        (error.is_retryable(), "retryable"),
    ];
    let means: Vec<_> = means.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
    let mut text = format!("{:#}\n", report(error));
    if !means.is_empty() {
        writeln!(text, "means: {}", means.join(", ")).unwrap();
    }
    let kind = format!("{:?}", error.kind());
    match error.kind() {
        ResponseErrorKind::Platform(_) | ResponseErrorKind::OAuth(_) => text.push_str(&kind),
        // What else is known stands in the report.
        _ => text.push_str(kind.split('(').next().unwrap()),
    }
    if let Some(capability) = error.missing_capability() {
        write!(text, "\nmissing capability: {capability}").unwrap();
    }
    text
}

#[test]
fn responses_are_read_as_in_their_snapshots() {
    let files = assert_snapshots("responses", |cases| {
        let (mut headers, mut read) = (Vec::new(), String::new());
        for line in cases.lines() {
            if line.starts_with("# ") {
                headers.clear();
            }
            writeln!(read, "{line}").unwrap();
            if let Some(header) = line.strip_prefix("> ") {
                headers.push(header.split_once(": ").unwrap());
            } else if !line.is_empty() && !line.starts_with("# ") {
                read.push_str(&answered(line, &headers));
            }
        }
        read
    });
    assert!(files >= 3, "{files} files");
}

fn answered(line: &str, headers: &[(&str, &str)]) -> String {
    let mut parts = line.splitn(3, ' ');
    let (operation, status) = (parts.next().unwrap(), parts.next().unwrap());
    assert!(names().contains(&operation), "no operation in {line}");
    let mut response = Response::builder().status(status);
    for &(name, value) in headers {
        response = response.header(name, value);
    }
    let response = response.body(parts.next().unwrap_or_default()).unwrap();
    let mut case = Case { operation, response, read: String::new() };
    visit_all(&mut case);
    case.read
}
