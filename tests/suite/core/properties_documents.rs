//! What is read of any document is the same once it is written and read again.

use std::fmt::Debug;
use std::sync::LazyLock;

use cycle_images::Operation;
use cycle_images::http::Response;
use cycle_images::operation::Output;
use cycle_images_tests::operations::{Visit, folder, names, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::{cases, hub};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use serde::Serialize;
use serde_json::{Value, json};

/// All recorded documents of operations but the longest.
static DOCUMENTS: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let named = names().into_iter().flat_map(|operation| {
        let recordings = recording::names(&folder(operation)).into_iter();
        recordings.map(move |name| (operation, recording::json(&name)))
    });
    named.filter(|(_, document)| document.to_string().len() < 16_000).collect()
});

/// What is put somewhere into a document.
fn values() -> impl Strategy<Value = Value> {
    let odd = select(vec![
        json!(null),
        json!(""),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!([]),
        json!({}),
        json!([null]),
        json!({"": {}}),
        json!({"type": "x", "details": 1}),
        json!("0001-01-01T00:00:00Z"),
        json!("2026-03-26T10:00:00.123456789+14:00"),
        json!("9999-12-31T23:59:60Z"),
        json!("live"),
        json!(true),
    ]);
    let text = vec(any::<char>(), 0..9).prop_map(|text| json!(String::from_iter(text)));
    prop_oneof![odd, text]
}

/// The place that `at` picks of all those in the data, the data itself included.
fn pick(value: &mut Value, at: Index) -> &mut Value {
    let mut places = vec![String::new()];
    let mut next = 0;
    while let Some(place) = places.get(next).cloned() {
        next += 1;
        match value.pointer(&place) {
            Some(Value::Array(list)) => {
                places.extend((0..list.len()).map(|index| format!("{place}/{index}")));
            }
            Some(Value::Object(map)) => {
                let names = map.keys().map(|name| name.replace('~', "~0").replace('/', "~1"));
                places.extend(names.map(|name| format!("{place}/{name}")));
            }
            _ => {}
        }
    }
    value.pointer_mut(at.get::<String>(&places)).unwrap()
}

/// A document as the response to the operation of this name.
struct RoundTrip<'d>(&'d str, &'d Value);

impl Visit for RoundTrip<'_> {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Serialize + PartialEq + Debug>>,
    {
        if O::NAME != self.0 {
            return;
        }
        let Ok(first) = hub().response(&operations[0], Response::new(self.1.to_string())) else {
            return;
        };
        let written = serde_json::to_string(&first.data).unwrap();
        let body = format!(r#"{{"data": {written}}}"#);
        let second = hub().response(&operations[0], Response::new(body)).unwrap();
        assert!(second.skipped.is_empty(), "{:?} of {written}", second.skipped);
        assert_eq!(first.data, second.data);
        assert_eq!(written, serde_json::to_string(&second.data).unwrap());
    }
}

fn config() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(7);
    let (cases, failure_persistence) = (cases(400), None);
    ProptestConfig { cases, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn changed_documents_are_the_same_after_a_round_trip(which in any::<Index>(), changes in vec((any::<Index>(), values()), 0..4)) {
        let (operation, mut document) = which.get::<(&str, Value)>(&DOCUMENTS).clone();
        for (at, value) in changes {
            *pick(&mut document, at) = value;
        }
        visit_all(&mut RoundTrip(operation, &document));
    }
}
