//! Lists that would never end: pages that come round again, and pages without number.

use cycle_images::flow::{FlowError, MAX_PAGES, Pages};
use cycle_images::images::GetImages;

use crate::clock::Run;
use crate::outcomes::page;
use crate::pages::{Images, ends, images, turn};

/// A page of two records that no other page has.
fn full(page: u32) -> [String; 2] {
    [1, 2].map(|record| format!("{page}.{record}"))
}

#[track_caller]
fn answer(run: &mut Images, asked: u32, ids: &[impl AsRef<str>]) -> Result<(), FlowError> {
    assert_eq!(crate::pages::number(run), asked);
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    run.handle(page(&ids)).map(|page| assert!(page.is_some()))
}

/// Reads a list without an end until that is found, after so many pages: the number of the page and
/// of the one that it repeats.
#[track_caller]
fn repeated(run: &mut Images, list: impl Fn(u32) -> [String; 2]) -> (u32, u32) {
    for asked in 1..100_000 {
        match answer(run, asked, &list(asked)) {
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
fn two_pages_by_turns_are_an_error() {
    let mut run = images();
    answer(&mut run, 1, &["a", "b"]).unwrap();
    answer(&mut run, 2, &["b", "a"]).unwrap();
    answer(&mut run, 3, &["a", "b"]).unwrap();
    let error = answer(&mut run, 4, &["b", "a"]).unwrap_err();
    assert_eq!(error.to_string(), "GetImages: page 4 repeats page 2; the list might never end");
    // As after any error, the page may be another when it is asked for again.
    answer(&mut run, 4, &["c", "d"]).unwrap();
    ends(&mut run, 5);
}

#[test]
fn a_cycle_of_any_length_is_found_wherever_it_begins() {
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
fn a_page_repeated_at_once_is_an_error() {
    for at in 1..70 {
        let list = |page| full(if page <= at { page } else { page - 1 });
        assert_eq!(repeated(&mut images(), list), (at + 1, at));
    }
}

/// A key ends where it ends, and the order counts.
#[test]
fn pages_that_are_alike_are_not_the_same() {
    let mut run = images();
    let pages = [
        &["ab", "c"][..],
        &["a", "bc"],
        &["abc"],
        &["c", "ab"],
        &["ab", "c", "d"],
        &["ab", "d", "c"],
        &["ab"],
    ];
    for (asked, ids) in (1..).zip(pages) {
        answer(&mut run, asked, ids).unwrap();
    }
    ends(&mut run, 8);
}

#[test]
fn a_stored_list_is_small() {
    let mut run = images();
    let begun = serde_json::to_string(&run.flow).unwrap().len();
    let list = |page| full(page % 600);
    for asked in 1..=1_100 {
        answer(&mut run, asked, &list(asked)).unwrap();
        let text = serde_json::to_string(&run.flow).unwrap();
        assert!(text.len() < begun + 120, "{text}");
        run.flow = serde_json::from_str(&text).unwrap();
    }
    assert!((1_101..2_000).any(|asked| answer(&mut run, asked, &list(asked)).is_err()));
}

/// A flow may be stored by one build and gone on with by another.
#[test]
fn the_hash_is_the_same_in_every_build() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b"])).unwrap();
    let text = serde_json::to_string(&run.flow).unwrap();
    // FNV-1a with 64 bits of the bytes "a\xffb\xff".
    assert!(text.contains(&HASH.to_string()), "{text}");
}

const HASH: u64 = 0xd2b3_7181_9297_f98a;

#[test]
fn no_list_has_more_pages_than_are_documented() {
    let mut run = Run::new(Pages::new(GetImages::new().page_number(5), 7));
    for asked in 5..MAX_PAGES + 5 {
        answer(&mut run, asked, &full(asked)).unwrap();
    }
    let over = MAX_PAGES + 5;
    let mut ended = Run::new(run.flow.clone());
    ends(&mut ended, over);
    for _ in 0..2 {
        let error = answer(&mut run, over, &full(over)).unwrap_err();
        let FlowError::TooManyPages { operation: "GetImages", page, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(page, over);
        let shown = error.to_string();
        assert!(shown.contains("10000 pages") && shown.contains("page 10005"), "{shown}");
    }
}
