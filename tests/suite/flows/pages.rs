//! A list that stands still while it is read.

use cycle_images::flow::{FlowError, Pages, RetryPolicy};
use cycle_images::images::GetImages;
use cycle_images::model::ImageStatus;
use serde_json::{Value, json};

use crate::clock::{Run, secs};
use crate::outcomes::{Outcome, answer, asking, data, lost, page, refusal, status};

pub(crate) type Images = Run<Pages<GetImages>>;

pub(crate) fn images() -> Images {
    Run::new(Pages::new(GetImages::new(), 7))
}

/// The number of the page that is asked for next.
#[track_caller]
pub(crate) fn number(run: &mut Images) -> u32 {
    let request = run.request();
    let query = request.uri().query().unwrap_or_default();
    let mut numbers = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "page[number]")
        .map(|(_, number)| number.parse().unwrap());
    let number = numbers.next().unwrap();
    assert_eq!(numbers.next(), None, "{query}");
    number
}

/// Answers the page with this number, and gives the ids that come out, if anything does.
#[track_caller]
pub(crate) fn turn(run: &mut Images, asked: u32, outcome: Outcome) -> Option<Vec<String>> {
    assert_eq!(number(run), asked);
    let reply = run.handle(outcome).unwrap()?;
    Some(reply.data.iter().map(|image| image.id.to_string()).collect())
}

/// Answers the page with this number with nothing, which is how a list ends.
#[track_caller]
pub(crate) fn ends(run: &mut Images, asked: u32) {
    assert_eq!(turn(run, asked, page(&[])), None);
    run.assert_ended();
}

/// Reads a list to its end; these are all the pages that hold anything.
#[track_caller]
fn assert_read(run: &mut Images, pages: &[&[&str]]) {
    let mut asked = 0;
    for ids in pages {
        asked += 1;
        assert_eq!(turn(run, asked, page(ids)).unwrap(), *ids, "page {asked}");
    }
    ends(run, asked + 1);
}

#[test]
fn the_page_size_may_be_capped() {
    let mut run = Run::new(Pages::new(GetImages::new().page_size(100), 7));
    assert_read(&mut run, &[&["a", "b", "c"], &["d", "e", "f"], &["g"]]);
}

#[test]
fn the_empty_page_after_a_full_last_one_is_not_yielded() {
    let mut run = images();
    assert_eq!(turn(&mut run, 1, page(&["a", "b"])).unwrap(), ["a", "b"]);
    assert_eq!(turn(&mut run, 2, page(&["c", "d"])).unwrap(), ["c", "d"]);
    ends(&mut run, 3);
}

#[test]
fn a_short_first_page_is_not_the_end() {
    let mut run = Run::new(Pages::new(GetImages::new().page_size(3), 7));
    assert_read(&mut run, &[&["a", "b"], &["c", "d", "e"], &["f", "g", "h"], &["i"]]);
    assert_read(&mut images(), &[&["a"]]);
}

/// A page may be short for other reasons than that nothing is left.
#[test]
fn only_an_empty_page_is_the_end() {
    let pages: [&[&str]; 3] = [&["a", "b", "c"], &["d", "e"], &["f", "g", "h"]];
    assert_read(&mut images(), &pages);
    assert_read(&mut images(), &[&["a", "b"], &["c"], &["d"], &["e", "f", "g"], &["h"]]);
}

#[test]
fn an_empty_first_page_is_an_empty_list() {
    for nothing in [json!([]), Value::Null] {
        let mut run = images();
        assert_eq!(turn(&mut run, 1, data(&nothing)), None);
        run.assert_ended();
    }
}

#[test]
fn it_begins_where_the_operation_says() {
    let mut run = Run::new(Pages::new(GetImages::new().page_number(5), 7));
    assert_eq!(turn(&mut run, 5, page(&["a", "b"])).unwrap(), ["a", "b"]);
    assert_eq!(turn(&mut run, 6, page(&["c"])).unwrap(), ["c"]);
    ends(&mut run, 7);
}

#[test]
fn there_is_no_page_0_and_nothing_is_sent_for_it() {
    let mut run = Run::new(Pages::new(GetImages::new().page_number(0), 7));
    assert!(matches!(run.poll(), Err(FlowError::Request(_))));
}

#[test]
fn every_page_has_the_same_options() {
    let list = GetImages::new().filter_state(ImageStatus::Live).sort("name").page_size(2);
    let mut run = Run::new(Pages::new(list, 7));
    for (asked, ids) in [(1, &["a", "b"]), (2, &["c", "d"]), (3, &["e", "f"])] {
        let request = run.request();
        let query = request.uri().query().unwrap();
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let number = asked.to_string();
        let expected = [
            ("filter[state]", "live"),
            ("sort", "name"),
            ("page[number]", number.as_str()),
            ("page[size]", "2"),
        ];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        run.handle(page(ids)).unwrap().unwrap();
    }
}

#[test]
fn each_page_has_its_includes() {
    let mut run = images();
    run.request();
    let body = r#"{"data": [{"id": "a", "state": {"current": "live"}}], "includes": {
        "sources": {"s1": {"id": "s1", "name": "shop", "state": {"current": "live"}}}}}"#;
    let reply = run.handle(answer(206, &[("X-Request-Id", "r1")], body)).unwrap().unwrap();
    assert_eq!(reply.includes.sources["s1"].name, "shop");
    assert_eq!(
        (reply.status.as_u16(), &reply.headers["x-request-id"]),
        (206, &"r1".parse().unwrap())
    );
}

#[test]
fn after_an_error_the_pages_resume() {
    let outcomes: [(u32, fn() -> Outcome); 4] = [
        (1, || status(500)),
        (1, || refusal(403, "403.permissions")),
        (1, || answer(200, &[], r#"{"data": [{"id": "e""#)),
        (4, lost),
    ];
    for (times, outcome) in outcomes {
        let mut run = images();
        assert_eq!(turn(&mut run, 1, page(&["a", "b"])).unwrap(), ["a", "b"]);
        assert_eq!(turn(&mut run, 2, page(&["c", "d"])).unwrap(), ["c", "d"]);
        for _ in 1..times {
            assert_eq!(turn(&mut run, 3, outcome()), None);
        }
        assert_eq!(number(&mut run), 3);
        let error = run.handle(outcome()).unwrap_err();
        assert!(error.to_string().starts_with("GetImages "), "{error}");
        assert_eq!(turn(&mut run, 3, page(&["e", "f"])).unwrap(), ["e", "f"]);
        ends(&mut run, 4);
    }
}

#[test]
fn each_page_has_its_own_attempts() {
    let mut run = images();
    for asked in 1..=5 {
        for _ in 0..3 {
            assert_eq!(turn(&mut run, asked, asking(503, "30")), None);
        }
        let id = asked.to_string();
        assert_eq!(turn(&mut run, asked, page(&[id.as_str()])).unwrap(), [id]);
    }
    assert!(run.clock.passed() >= secs(5 * 3 * 30));
}

#[test]
fn the_policy_is_the_one_that_was_set() {
    let mut run = Run::new(Pages::new(GetImages::new(), 7).retry(RetryPolicy::disabled()));
    assert_eq!(run.step(status(503)).unwrap_err().response().unwrap().status(), 503);
}
