//! Lists without an end, and what each page has, beside the scripts of `pages.txt`.

use cycle_images::flow::{FlowError, MAX_PAGES, Pages};
use cycle_images::images::GetImages;

use crate::clock::Run;
use crate::outcomes::{Outcome, answer, page};

pub(crate) type Images = Run<Pages<GetImages>>;

pub(crate) fn images() -> Images {
    Run::new(Pages::new(GetImages::new(), 7))
}

/// The number of the page that is requested next.
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

/// Responds to the request of this page, and returns the ids of the item.
#[track_caller]
pub(crate) fn turn(run: &mut Images, asked: u32, outcome: Outcome) -> Option<Vec<String>> {
    assert_eq!(number(run), asked);
    let reply = run.handle(outcome).unwrap()?;
    Some(reply.data.iter().map(|image| image.id.to_string()).collect())
}

/// Responds to the request of this page with an empty page, which ends the list.
#[track_caller]
pub(crate) fn ends(run: &mut Images, asked: u32) {
    assert_eq!(turn(run, asked, page(&[])), None);
    run.assert_ended();
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

/// A page of two records that no other page has.
fn full(page: u32) -> [String; 2] {
    [1, 2].map(|record| format!("{page}.{record}"))
}

#[track_caller]
fn respond(run: &mut Images, asked: u32, ids: &[impl AsRef<str>]) -> Result<(), FlowError> {
    assert_eq!(number(run), asked);
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    run.handle(page(&ids)).map(|page| assert!(page.is_some()))
}

/// Reads a list until a page repeats an earlier one, and returns the numbers of both.
#[track_caller]
fn repeated(run: &mut Images, list: impl Fn(u32) -> [String; 2]) -> (u32, u32) {
    for asked in 1..100_000 {
        match respond(run, asked, &list(asked)) {
            Ok(()) => {}
            Err(FlowError::RepeatedPage { operation: "GetImages", page, earlier, .. }) => {
                assert_eq!(page, asked);
                return (page, earlier);
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("no end");
}

#[test]
fn a_cycle_of_pages_of_any_length_is_an_error() {
    for length in (1..=12).chain([100]) {
        for before in (0..=12).chain([70]) {
            let list = |page| full(if page <= before { page } else { before + page % length + 1 });
            let (page, earlier) = repeated(&mut images(), list);
            assert_eq!((page - earlier) % length, 0, "{page} for {earlier}");
            assert!(earlier > before);
            assert!(page < 3 * (before + length), "{length} after {before}: {page} pages");
        }
    }
}

#[test]
fn a_page_that_repeats_the_one_before_is_an_error() {
    for at in 1..70 {
        let list = |page| full(if page <= at { page } else { page - 1 });
        assert_eq!(repeated(&mut images(), list), (at + 1, at));
    }
}

#[test]
fn the_stored_form_of_pages_does_not_grow() {
    let mut run = images();
    let begun = serde_json::to_string(&run.flow).unwrap().len();
    let list = |page| full(page % 600);
    for asked in 1..=1_100 {
        respond(&mut run, asked, &list(asked)).unwrap();
        let text = serde_json::to_string(&run.flow).unwrap();
        assert!(text.len() < begun + 120, "{text}");
        run.flow = serde_json::from_str(&text).unwrap();
    }
    assert!((1_101..2_000).any(|asked| respond(&mut run, asked, &list(asked)).is_err()));
}

/// A flow may be stored by one build and resumed by another.
#[test]
fn the_stored_hash_of_a_page_is_fnv_1a() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b"])).unwrap();
    let text = serde_json::to_string(&run.flow).unwrap();
    // FNV-1a with 64 bits of the bytes "a\xffb\xff".
    assert!(text.contains(&HASH.to_string()), "{text}");
}

const HASH: u64 = 0xd2b3_7181_9297_f98a;

#[test]
fn more_pages_than_max_pages_are_an_error() {
    let mut run = Run::new(Pages::new(GetImages::new().page_number(5), 7));
    for asked in 5..MAX_PAGES + 5 {
        respond(&mut run, asked, &full(asked)).unwrap();
    }
    let over = MAX_PAGES + 5;
    let mut ended = Run::new(run.flow.clone());
    ends(&mut ended, over);
    for _ in 0..2 {
        let error = respond(&mut run, over, &full(over)).unwrap_err();
        let FlowError::TooManyPages { operation: "GetImages", page, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(page, over);
        let shown = error.to_string();
        assert!(shown.contains("10000 pages") && shown.contains("page 10005"), "{shown}");
    }
}
