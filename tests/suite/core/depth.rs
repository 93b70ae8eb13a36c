//! A response may be nested as deep as it likes: it ends no process. Every kind of output is read
//! in a thread with a stack of 2 MiB, which is what Rust gives a thread.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use cycle_images::error::ResponseErrorKind;
use cycle_images::flow::JobTracker;
use cycle_images::http::{Method, Request, Response};
use cycle_images::operation::{Empty, List, One, Output, Path};
use cycle_images::recorded::{Entry, Recording};
use cycle_images::{Hub, JobId, Operation};
use serde::Deserialize;
use serde_json::Value;

/// An operation of another crate.
struct Raw<O>(PhantomData<O>);

impl<O: Output> Operation for Raw<O> {
    const NAME: &'static str = "Raw";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "none";
    type Output = O;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/raw");
    }
}

/// Includes that contain themselves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tree {
    next: Option<Box<Tree>>,
    any: BTreeMap<String, Value>,
    #[serde(rename = "#")]
    number: u64,
}

/// The problem, or how much was skipped.
fn read<O: Output>(body: &str) -> Result<usize, String> {
    let hub = Hub::new("key", "hub").unwrap();
    let operation = Raw::<O>(PhantomData);
    match hub.response(&operation, Response::new(body)) {
        Ok(reply) => Ok(reply.skipped_total),
        Err(error) => match error.kind() {
            ResponseErrorKind::Unexpected(problem) => Err(problem.to_string()),
            other => Err(format!("{other:?}")),
        },
    }
}

fn nested(depth: usize) -> [String; 3] {
    let nest = |open: &str, end: &str, close: &str| {
        format!("{}{end}{}", open.repeat(depth), close.repeat(depth))
    };
    [
        nest("[", "", "]"),
        nest(r#"{"next":"#, "{}", "}"),
        nest(r##"{"#":0,"any":{"a":"##, "{}", "}}"),
    ]
}

/// A map in structs that are nested deeper than those of the platform is skipped as a whole.
#[test]
fn structs_in_includes_are_read_in_parts_four_levels_deep() {
    let includes = |value: &str| {
        let body = format!(r#"{{"data":[],"includes":{value}}}"#);
        let hub = Hub::new("key", "hub").unwrap();
        let operation = Raw::<List<Value, Tree>>(PhantomData);
        let reply = hub.response(&operation, Response::new(body)).unwrap();
        let skipped = reply.skipped.into_iter().map(|skipped| skipped.json.as_str().to_owned());
        (skipped.collect::<Vec<_>>(), reply.includes.any.len())
    };
    let odd = r##"{"#":"odd"}"##;
    let nest = |depth: usize, inner: &str| {
        format!(
            r#"{}{inner}{},"any":{{"a":1}}}}"#,
            r#"{"next":"#.repeat(depth),
            "}".repeat(depth - 1)
        )
    };
    assert_eq!(includes(&nest(3, odd)), (vec![r#""odd""#.to_owned()], 1));
    assert_eq!(includes(&nest(6, odd)), (vec![nest_of(2, odd)], 1));
}

fn nest_of(depth: usize, inner: &str) -> String {
    format!("{}{inner}{}", r#"{"next":"#.repeat(depth), "}".repeat(depth))
}

/// It isn't read as if it were a map.
#[test]
fn a_malformed_record_in_includes_is_skipped_alone() {
    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Includes {
        owner: Option<Owner>,
        names: BTreeMap<String, String>,
    }

    #[derive(Debug, Deserialize)]
    struct Owner {
        #[expect(dead_code, reason = "only read")]
        id: String,
    }

    let body = r#"{"data":[],"includes":{"owner":{"id":7},"names":{"a":"b","c":8}}}"#;
    let hub = Hub::new("key", "hub").unwrap();
    let operation = Raw::<List<Value, Includes>>(PhantomData);
    let reply = hub.response(&operation, Response::new(body)).unwrap();
    let paths: Vec<_> = reply.skipped.iter().map(|skipped| skipped.error.path()).collect();
    assert_eq!(paths, ["includes.owner.id", "includes.names.c"]);
    assert!(reply.includes.owner.is_none());
    assert_eq!(reply.includes.names["a"], "b");
}

fn in_a_thread_of_2_mib(test: fn()) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn no_kind_of_output_is_too_deep_for_a_stack() {
    in_a_thread_of_2_mib(|| {
        for depth in [50, 127, 3_000] {
            for value in nested(depth) {
                let one = format!(r#"{{"data":{value}}}"#);
                let list = format!(r#"{{"data":[1,{value}]}}"#);
                let includes = format!(r#"{{"data":[],"includes":{{"a":{value}}}}}"#);
                let is_deep = depth > 50;
                for result in [
                    read::<One<Value>>(&one),
                    read::<One<Tree>>(&one),
                    read::<One<Value, Value>>(&includes.replace("[]", "1")),
                ] {
                    let is_too_deep = result.is_err_and(|error| error.contains("nested too deep"));
                    assert!(!is_too_deep || is_deep, "{depth}");
                }
                assert!(read::<Empty>(&one).is_ok());
                let skipped = [
                    read::<List<Value>>(&list),
                    read::<List<Value, BTreeMap<String, Value>>>(&includes),
                    read::<List<Value, Tree>>(&includes.replace(r#""a":"#, r#""next":"#)),
                    read::<List<Value, Value>>(&includes),
                ];
                for (kind, skipped) in skipped.into_iter().enumerate() {
                    let skipped = skipped.unwrap();
                    assert!(skipped <= 2 && (is_deep || skipped <= 1), "{kind} {depth}");
                }
            }
        }
    });
}

#[test]
fn stored_flows_are_not_too_deep_for_a_stack() {
    in_a_thread_of_2_mib(|| {
        let stored = serde_json::to_string(&JobTracker::new(JobId::new("j").unwrap(), 7)).unwrap();
        for value in nested(3_000) {
            let deep = stored.replacen('{', &format!(r#"{{"x":{value},"#), 1);
            _ = serde_json::from_str::<JobTracker>(&deep);
        }
    });
}

#[test]
fn recordings_are_not_too_deep_for_a_stack() {
    in_a_thread_of_2_mib(|| {
        for value in nested(3_000) {
            let request = Request::post("https://h/x").body(value.clone().into_bytes()).unwrap();
            let mut recording = Recording::default();
            recording.push(Entry::new(request, Response::new(value.clone().into_bytes())));
            let har = recording.to_har();
            let read = Recording::from_har(har.as_bytes()).unwrap();
            assert_eq!(read.entries().len(), 1);
            let deep = har.replacen('{', &format!(r#"{{"x":{value},"#), 1);
            _ = Recording::from_har(deep.as_bytes());
        }
    });
}
