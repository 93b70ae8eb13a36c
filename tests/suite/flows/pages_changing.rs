//! A list that changes while it is read, and pages that come twice.

use cycle_images::flow::{FlowError, Pages};
use cycle_images::images::GetImages;

use crate::clock::Run;
use crate::outcomes::{Outcome, page};
use crate::pages::{Images, ends, images, number, turn};

/// The page that was found to be the one before again, as the error counts and tells it.
#[track_caller]
fn repeated(run: &mut Images, asked: u32, outcome: Outcome) -> (u32, String) {
    assert_eq!(number(run), asked);
    let error = run.handle(outcome).unwrap_err();
    let FlowError::RepeatedPage { operation: "GetImages", page, .. } = error else {
        panic!("{error:?}");
    };
    (page, error.to_string())
}

#[test]
fn a_repeated_page_is_an_error_that_names_it() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    let (at, shown) = repeated(&mut run, 2, page(&["a", "b", "c"]));
    assert_eq!(
        (at, shown.as_str()),
        (2, "GetImages: page 2 repeats page 1; the list might never end")
    );
}

#[test]
fn the_error_has_the_requested_page_number() {
    let mut run = Run::new(Pages::new(GetImages::new().page_number(9), 7));
    turn(&mut run, 9, page(&["a", "b"]));
    turn(&mut run, 10, page(&["c", "d"]));
    assert_eq!(repeated(&mut run, 11, page(&["c", "d"])).0, 11);
}

#[test]
fn a_repeated_page_can_be_requested_again() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b"]));
    for _ in 0..3 {
        repeated(&mut run, 2, page(&["a", "b"]));
    }
    assert_eq!(turn(&mut run, 2, page(&["c", "d"])).unwrap(), ["c", "d"]);
    ends(&mut run, 3);
}

#[test]
fn the_last_page_number_does_not_wrap() {
    let mut run = Run::new(Pages::new(GetImages::new().page_number(u32::MAX), 7));
    turn(&mut run, u32::MAX, page(&["a", "b"]));
    repeated(&mut run, u32::MAX, page(&["a", "b"]));
}

#[test]
fn a_list_may_grow_at_its_end() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    // "e" and "f" were just made.
    assert_eq!(turn(&mut run, 2, page(&["d", "e", "f"])).unwrap(), ["d", "e", "f"]);
    assert_eq!(turn(&mut run, 3, page(&["g"])).unwrap(), ["g"]);
    ends(&mut run, 4);
}

#[test]
fn a_list_may_grow_at_its_beginning() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    // One was made in front of "a", so that "c" comes again.
    assert_eq!(turn(&mut run, 2, page(&["c", "d", "e"])).unwrap(), ["c", "d", "e"]);
    // Two more: only "c" of the page before stays away.
    assert_eq!(turn(&mut run, 3, page(&["d", "e", "f"])).unwrap(), ["d", "e", "f"]);
    assert_eq!(turn(&mut run, 4, page(&["g"])).unwrap(), ["g"]);
    ends(&mut run, 5);
}

#[test]
fn a_list_may_shrink() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    // "a" and "b" are gone, so that "d" and "e" have moved to page 1.
    assert_eq!(turn(&mut run, 2, page(&["f"])).unwrap(), ["f"]);
    ends(&mut run, 3);

    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    ends(&mut run, 2);
}

#[test]
fn a_shorter_page_with_the_same_beginning_is_not_repeated() {
    let mut run = images();
    turn(&mut run, 1, page(&["a", "b", "c"]));
    assert_eq!(turn(&mut run, 2, page(&["a", "b"])).unwrap(), ["a", "b"]);
    ends(&mut run, 3);
}
