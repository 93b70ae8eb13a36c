//! Records that can't be read: they are on their page all the same.

use cycle_images::flow::Step;
use serde_json::{Value, json};

use crate::outcomes::{Outcome, answer, data, image, page};
use crate::pages::{Images, ends, images, number, turn};

/// An image without an id.
fn odd() -> Value {
    json!({"name": "web", "state": {"current": "live"}})
}

fn records(records: &[Value]) -> Outcome {
    data(&records.iter().cloned().collect())
}

/// How many records of a page could be read, and how many not.
#[track_caller]
fn read(run: &mut Images, asked: u32, outcome: Outcome) -> (usize, usize) {
    assert_eq!(number(run), asked);
    let reply = run.handle(outcome).unwrap().unwrap();
    (reply.data.len(), reply.skipped.len())
}

#[test]
fn malformed_records_are_skipped_and_end_nothing() {
    let mut run = images();
    assert_eq!(read(&mut run, 1, page(&["a", "b", "c"])), (3, 0));
    assert_eq!(read(&mut run, 2, records(&[odd(), image("d"), odd()])), (1, 2));
    assert_eq!(read(&mut run, 3, records(&[image("e"), odd(), image("f")])), (2, 1));
    assert_eq!(read(&mut run, 4, records(&[odd(), image("g")])), (1, 1));
    ends(&mut run, 5);
}

#[test]
fn a_page_of_malformed_records_is_not_the_end() {
    let mut run = images();
    assert_eq!(read(&mut run, 1, page(&["a", "b"])), (2, 0));
    assert_eq!(read(&mut run, 2, records(&[odd(), odd()])), (0, 2));
    assert_eq!(read(&mut run, 3, page(&["c", "d"])), (2, 0));
    ends(&mut run, 4);
}

#[test]
fn malformed_includes_are_not_records() {
    let with_odd_includes = |ids: &[&str]| {
        let data: Vec<Value> = ids.iter().map(|id| image(id)).collect();
        answer(200, &[], &json!({"data": data, "includes": {"sources": 7}}).to_string())
    };
    let mut run = images();
    assert_eq!(read(&mut run, 1, with_odd_includes(&["a", "b"])), (2, 1));
    assert_eq!(read(&mut run, 2, page(&["c", "d"])), (2, 0));
    // Nothing but odd includes is an end, and is still something to tell.
    assert_eq!(read(&mut run, 3, with_odd_includes(&[])), (0, 1));
    run.assert_ended();
}

#[test]
fn null_records_are_ignored() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    assert_eq!(
        turn(&mut run, 2, records(&[image("d"), Value::Null, image("f")])).unwrap().len(),
        2
    );
    assert_eq!(turn(&mut run, 3, page(&["g"])).unwrap(), ["g"]);
    ends(&mut run, 4);
}

/// Without a readable id there is nothing to tell pages apart by but the records as they were sent.
#[test]
fn a_repeated_page_of_malformed_records_is_an_error() {
    let mut run = images();
    for _ in 0..50 {
        if let Ok(Step::Done) | Err(_) = run.poll() {
            return;
        }
        if run.handle(records(&[odd(), odd()])).is_err() {
            return;
        }
    }
    panic!("50 times the same page, and no end");
}

#[test]
fn pages_that_differ_in_malformed_records_differ() {
    let mut run = images();
    assert_eq!(read(&mut run, 1, records(&[odd(), image("a"), odd()])), (1, 2));
    assert_eq!(read(&mut run, 2, records(&[odd(), image("b"), odd()])), (1, 2));
    assert_eq!(number(&mut run), 3);
    assert!(run.handle(records(&[odd(), image("b"), odd()])).is_err());
}
