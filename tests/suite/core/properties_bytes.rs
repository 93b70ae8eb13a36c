//! Any bytes are read as a value or an error, without a panic.

use std::fmt::Debug;
use std::sync::LazyLock;

use cycle_images::http::{Response, StatusCode};
use cycle_images::operation::Output;
use cycle_images::{Hub, Operation, recorded};
use cycle_images_tests::operations::{Visit, folder, names, visit_all};
use cycle_images_tests::recording;
use cycle_images_tests::support::{cases, hub};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

/// All recordings but the longest, which would only take longer.
static RECORDINGS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folders = names().into_iter().map(folder).chain(["errors".to_owned()]);
    let names = folders.flat_map(|folder| recording::names(&folder));
    let recordings = names.map(|name| recording::bytes(&name));
    recordings.filter(|bytes| bytes.len() < 16_000).collect()
});

static HUB: LazyLock<Hub> = LazyLock::new(hub);

fn answer(
    operation: &impl Operation<Output: Output<Data: Debug, Includes: Debug>>,
    response: &Response<Vec<u8>>,
) {
    let mut copy = Response::new(response.body());
    *copy.status_mut() = response.status();
    *copy.headers_mut() = response.headers().clone();
    match HUB.response(operation, copy) {
        Ok(reply) => {
            assert!(response.status().is_success());
            assert_eq!(reply.status, response.status());
        }
        Err(error) => {
            assert_eq!(error.status(), response.status());
            assert!(error.body().as_str().len() <= 4096);
            assert_eq!(error.body().whole_len(), response.body().len());
            assert!(std::error::Error::source(&error).is_some());
            assert!(!format!("{error} {error:?}").is_empty());
        }
    }
}

struct Answer<'r>(&'r Response<Vec<u8>>);

impl Visit for Answer<'_> {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug, Includes: Debug>>,
    {
        answer(&operations[0], self.0);
    }
}

fn answer_to_all(response: &Response<Vec<u8>>) {
    visit_all(&mut Answer(response));
}

fn statuses() -> impl Strategy<Value = StatusCode> {
    let status = |status| StatusCode::from_u16(status).unwrap();
    prop_oneof![Just(200), 100_u16..=999].prop_map(status)
}

#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Delete(Index),
    Insert(Index, Vec<u8>),
    Cut(Index),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Flip(at, bits) => {
                let at = at.get_mut(bytes);
                *at ^= bits;
            }
            Self::Delete(at) => {
                bytes.remove(at.index(bytes.len()));
            }
            Self::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = any::<Index>;
    let piece = prop_oneof![
        vec(any::<u8>(), 1..4),
        select(vec!["null", "\"", "{", "]", "-1", "1e999", ",", "\\ud800", "HTTP/1.1 200 OK\n\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let change = prop_oneof![
        4 => (at(), 1_u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        4 => at().prop_map(Change::Delete),
        4 => (at(), piece).prop_map(|(at, more)| Change::Insert(at, more)),
        1 => at().prop_map(Change::Cut),
    ];
    vec(change, 1..4)
}

fn config() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(7);
    let (cases, failure_persistence) = (cases(300), None);
    ProptestConfig { cases, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_a_reply_or_an_error(status in statuses(), body in vec(any::<u8>(), 0..200)) {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        answer_to_all(&response);
    }

    #[test]
    fn any_punctuation_of_json_is_a_reply_or_an_error(
        status in statuses(),
        body in r#"\{"(data|error|includes)": ?[\[\]{}:,"0-9a-z .null-]{0,60}\}?"#,
    ) {
        let mut response = Response::new(body.into_bytes());
        *response.status_mut() = status;
        answer_to_all(&response);
    }

    #[test]
    fn any_bytes_are_a_recording_or_an_error(head in "(HTTP/(1.1|2) [0-9]{0,4}.{0,9}\n)?", rest in vec(any::<u8>(), 0..200)) {
        let recording = [head.as_bytes(), &rest].concat();
        if let Ok(response) = recorded::response(&recording) {
            prop_assert!(recording.ends_with(response.body()));
            prop_assert!(recording.starts_with(b"HTTP/"));
        }
    }

    #[test]
    fn changed_recordings_are_a_reply_or_an_error(which in any::<Index>(), changes in changes()) {
        let mut bytes = which.get::<Vec<u8>>(&RECORDINGS).clone();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        if let Ok(response) = recorded::response(&bytes) {
            answer_to_all(&response);
        }
    }

    #[test]
    fn changed_bodies_are_a_reply_or_an_error(which in any::<Index>(), changes in changes()) {
        let mut response = recorded::response(which.get::<Vec<u8>>(&RECORDINGS)).unwrap();
        changes.iter().for_each(|change| change.apply(response.body_mut()));
        answer_to_all(&response);
    }
}

#[test]
fn deeply_nested_bodies_do_not_overflow_the_stack() {
    let deep = "[".repeat(20_000);
    let deep_and_closed = format!("{deep}{}", "]".repeat(20_000));
    for body in [
        deep.clone(),
        r#"{"data":"#.repeat(20_000),
        format!(r#"{{"data": {deep_and_closed}}}"#),
        format!(
            r#"{{"data": {{"id": "1", "new": {deep_and_closed}, "state": {{"current": "x"}}}}}}"#
        ),
        format!(
            r#"{{"data": [{{"id": "1", "source": {{"details": {{"origin": {{"details": {deep_and_closed}}}}}}}}}]}}"#
        ),
        format!(r#"{{"error": {deep_and_closed}}}"#),
    ] {
        for status in [200, 500] {
            let mut response = Response::new(body.clone().into_bytes());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            answer_to_all(&response);
        }
    }
}
