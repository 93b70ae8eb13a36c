//! What can't be read is skipped alone, and bounded.

use cycle_images::Operation;
use cycle_images::error::ResponseErrorKind;
use cycle_images::http::{Method, Response};
use cycle_images::images::GetImages;
use cycle_images::operation::{Empty, Output, Path, ReplyOf, Skipped};
use cycle_images::sources::{GetImageSource, GetImageSources};
use cycle_images_tests::operations::{Visit, folder, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::{self, hub};
use serde::Serialize;
use serde_json::{Value, json};

use crate::missing_fields::parts;

fn answer<O: Operation>(operation: &O, body: &str) -> Result<ReplyOf<O>, String> {
    hub().response(operation, Response::new(body)).map_err(|error| match error.kind() {
        ResponseErrorKind::Unexpected(mismatch) => mismatch.to_string(),
        other => format!("{other:?}"),
    })
}

fn list(body: &str) -> ReplyOf<GetImages> {
    answer(&GetImages::new(), body).unwrap()
}

#[test]
fn the_first_skipped_records_are_kept_and_the_rest_counted() {
    let records =
        |record: &str, count| format!(r#"{{"data":[{}]}}"#, vec![record; count].join(","));
    for record in ["1", "\"\"", "{}", "[]", "null", "[[[]]]", r#"{"id":{"a":[]}}"#] {
        let reply = list(&records(record, 5000));
        assert_eq!((reply.data.len(), reply.skipped_total), (0, 5000), "{record}");
        assert_eq!(reply.skipped.len(), Skipped::MAX_KEPT, "{record}");
        assert!(reply.skipped.iter().all(|skipped| skipped.json.as_str() == record));
    }
    let long = format!("\"{}\"", "x".repeat(Skipped::MAX_KEPT_BYTES / 2));
    let reply = list(&records(&long, 4));
    assert_eq!((reply.skipped.len(), reply.skipped_total), (1, 4));
    let includes = (0..5000).map(|id| format!(r#""{id}": 1"#)).collect::<Vec<_>>().join(",");
    let reply = list(&format!(r#"{{"data": [], "includes": {{"stacks": {{{includes}}}}}}}"#));
    assert_eq!((reply.skipped.len(), reply.skipped_total), (Skipped::MAX_KEPT, 5000));
}

#[test]
fn a_long_name_of_a_property_is_left_out_of_the_place() {
    let name = "n".repeat(100_000);
    let source = json!({"id": "1", "state": {"current": "live"}, "acl": {"roles": {name: 1}}});
    let path = |error: String| error.split(": ").next().unwrap_or_default().to_owned();
    let get = GetImageSource::new(support::source());
    let error = answer(&get, &json!({"data": source}).to_string()).unwrap_err();
    assert_eq!(path(error), "at data.acl.roles.…");
    let list = json!({"data": [source]}).to_string();
    let reply = answer(&GetImageSources::new(), &list).unwrap();
    assert_eq!([reply.skipped[0].error.path()], ["data[0].acl.roles.…"]);
}

/// Reads every object of every recording as a list of its values.
struct Lists(usize);

impl Visit for Lists {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Serialize>>,
    {
        for name in recording::names(&folder(O::NAME)) {
            let mut places = Vec::new();
            for document in parts(&json!({"data": recording::json(&name)["data"]})) {
                let mut found = Vec::new();
                objects(&document["data"], "/data", &mut found);
                places.extend(found.into_iter().map(|place| (document.clone(), place)));
            }
            self.0 += places.len();
            for (document, place, take) in
                places.iter().flat_map(|(of, place)| [(of, place, 0), (of, place, 100)])
            {
                let mut changed = document.clone();
                let object = changed.pointer_mut(place).unwrap();
                *object = object.as_object().unwrap().values().take(take).cloned().collect();
                // What is kept as raw JSON is still a list, and what is left out is nothing.
                if let Ok(reply) = answer(&operations[0], &changed.to_string()) {
                    let read = json!({"data": serde_json::to_value(&reply.data).unwrap()});
                    let read = read.pointer(place).filter(|_| reply.skipped.is_empty());
                    assert!(!read.is_some_and(Value::is_object), "{name}: {place} {read:?}");
                }
            }
        }
    }
}

/// The places of all objects.
fn objects(value: &Value, place: &str, found: &mut Vec<String>) {
    if let Value::Object(properties) = value {
        found.push(place.to_owned());
        for (name, value) in properties {
            let name = name.replace('~', "~0").replace('/', "~1");
            objects(value, &format!("{place}/{name}"), found);
        }
    } else if let Value::Array(elements) = value {
        for (index, value) in elements.iter().enumerate() {
            objects(value, &format!("{place}/{index}"), found);
        }
    }
}

#[test]
fn a_list_is_never_read_as_an_object() {
    let mut lists = Lists(0);
    visit_all(&mut lists);
    assert!(lists.0 > 300, "{}", lists.0);
}

/// An operation that returns nothing.
struct Ping;

impl Operation for Ping {
    const NAME: &'static str = "Ping";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "none";
    type Output = Empty;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/ping");
    }
}

#[test]
fn an_operation_without_output_accepts_any_json_but_an_error() {
    for body in ["", " \n", "{}", r#"{"data": null}"#, r#"{"data": {"id": "1"}}"#] {
        assert!(answer(&Ping, body).is_ok(), "{body}");
    }
    assert_eq!(answer(&Ping, "<html>").unwrap_err(), "not JSON at line 1 column 1");
    let refused = answer(&Ping, r#"{"data": null, "error": {"code": "500.x"}}"#).unwrap_err();
    assert_eq!(refused, "at error: an error body in a 2xx response");
}
