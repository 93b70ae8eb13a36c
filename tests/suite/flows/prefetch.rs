//! The requests that a flow will send later.

use cycle_images::Operation;
use cycle_images::flow::{Exchange, Flow, FlowError, MAX_PAGES_IN_FLIGHT, Pages};
use cycle_images::http::{Method, Request};
use cycle_images::images::GetImages;
use cycle_images::model::{Image, ImageStatus};
use cycle_images::operation::{List, ListOperation, ListOptions, Path, Query};

use crate::clock::Run;
use crate::job_tracker::track;
use crate::outcomes::{Outcome, asking, lost, page, status};
use crate::pages::{Images, ends, images, number, turn};

/// The request that is sent this many responses later.
fn ahead<F: Flow>(run: &mut Run<F>, steps: u32) -> Option<Request<Vec<u8>>> {
    run.flow.prefetch(&run.hub, steps)
}

/// A list that is prefetched as far as possible, as after some full pages.
fn open(list: GetImages) -> Images {
    let mut stored = serde_json::to_value(Pages::new(list, 7)).unwrap();
    stored["in_flight"] = MAX_PAGES_IN_FLIGHT.into();
    Run::new(serde_json::from_value(stored).unwrap())
}

#[track_caller]
fn is_same(one: &Request<Vec<u8>>, other: &Request<Vec<u8>>) {
    assert_eq!((one.method(), one.uri()), (other.method(), other.uri()));
    assert_eq!((one.headers(), one.body()), (other.headers(), other.body()));
}

/// Two records to the page, which no other page has.
fn full(number: u32) -> Outcome {
    page(&[&format!("{number}.1"), &format!("{number}.2")])
}

#[test]
fn prefetched_pages_are_those_polled_later() {
    let list = GetImages::new().filter_state(ImageStatus::Live).sort("name").page_size(2);
    let mut run = open(list.page_number(3));
    let first = run.request();
    is_same(&ahead(&mut run, 0).unwrap(), &first);
    let later: Vec<_> = (1..=4).map(|steps| ahead(&mut run, steps).unwrap()).collect();
    for (number, later) in (3..).zip(&later) {
        run.handle(full(number)).unwrap().unwrap();
        is_same(&run.request(), later);
    }
    is_same(&ahead(&mut run, 0).unwrap(), &later[3]);
}

#[test]
fn a_boxed_flow_is_the_flow_in_it() {
    let mut plain = open(GetImages::new());
    let boxed: Box<dyn Flow<Item = _>> = Box::new(plain.flow.clone());
    let mut boxed = Run::new(boxed);
    is_same(&boxed.request(), &plain.request());
    is_same(&ahead(&mut boxed, 3).unwrap(), &ahead(&mut plain, 3).unwrap());
    let [later, plain] = [boxed.handle(full(1)), plain.handle(full(1))];
    assert_eq!(later.unwrap().unwrap().data, plain.unwrap().unwrap().data);
    assert!(boxed.step(page(&[])).unwrap().is_none());
    boxed.assert_ended();
}

#[test]
fn prefetch_changes_nothing() {
    let mut run = open(GetImages::new());
    let before = run.flow.clone();
    assert!(ahead(&mut run, 5).is_some());
    assert_eq!(number(&mut run), 1);
    assert!(ahead(&mut run, 5).is_some());
    run.handle(full(1)).unwrap().unwrap();
    assert!(ahead(&mut run, 9).is_some());
    let text = serde_json::to_string(&run.flow).unwrap();
    let mut stored: Images = Run::new(serde_json::from_str(&text).unwrap());
    for run in [&mut run, &mut stored] {
        assert_eq!(turn(run, 2, full(2)).unwrap(), ["2.1", "2.2"]);
    }
    let mut straight = Run::new(before);
    assert_eq!(turn(&mut straight, 1, full(1)).unwrap(), ["1.1", "1.2"]);
}

/// How many pages may be in flight.
fn in_flight(run: &mut Images) -> u32 {
    (1..).find(|&steps| ahead(run, steps).is_none()).unwrap()
}

#[test]
fn full_pages_double_the_prefetch_and_a_short_one_resets_it() {
    let mut run = images();
    assert_eq!(in_flight(&mut run), 1);
    for (asked, allowed) in [(1, 2), (2, 4), (3, 8), (4, 16), (5, 16)] {
        turn(&mut run, asked, full(asked));
        assert_eq!(in_flight(&mut run), allowed, "after page {asked}");
    }
    turn(&mut run, 6, page(&["6.1"]));
    assert_eq!(in_flight(&mut run), 1);
    turn(&mut run, 7, full(7));
    assert_eq!(in_flight(&mut run), 2);
}

#[test]
fn after_a_failure_nothing_is_prefetched_until_a_page_arrives() {
    for outcome in [|| asking(503, "5"), lost, || status(500), || full(2)] {
        let mut run = images();
        turn(&mut run, 1, full(1));
        turn(&mut run, 2, full(2));
        assert_eq!((number(&mut run), in_flight(&mut run)), (3, 4));
        let _ = run.handle(outcome());
        assert_eq!((number(&mut run), in_flight(&mut run)), (3, 1));
        run.handle(full(3)).unwrap().unwrap();
        assert_eq!(in_flight(&mut run), 2);
        // An outcome without a request changes nothing.
        run.handle(full(4)).unwrap_err();
        assert_eq!(in_flight(&mut run), 2);
    }
}

#[test]
fn nothing_is_prefetched_past_the_end_or_the_last_number() {
    let mut run = images();
    turn(&mut run, 1, full(1));
    ends(&mut run, 2);
    assert!((0..3).all(|steps| ahead(&mut run, steps).is_none()));

    let mut run = open(GetImages::new().page_number(u32::MAX - 1));
    run.request();
    assert!(ahead(&mut run, 1).is_some());
    assert!(ahead(&mut run, 2).is_none() && ahead(&mut run, u32::MAX).is_none());
}

#[test]
fn an_invalid_argument_is_not_prefetched() {
    let mut run = Run::new(Pages::new(GetImages::new().page_size(0), 7));
    assert!(ahead(&mut run, 1).is_none());
    assert!(matches!(run.poll(), Err(FlowError::Request(_))));
}

#[test]
fn exchanges_and_trackers_prefetch_nothing() {
    let mut exchange = Run::new(Exchange::new(GetImages::new(), 7));
    let mut track = Run::new(track());
    for steps in 0..3 {
        assert!(ahead(&mut exchange, steps).is_none() && ahead(&mut track, steps).is_none());
    }
    exchange.request();
    track.request();
    assert!(ahead(&mut exchange, 1).is_none() && ahead(&mut track, 1).is_none());
}

/// A list that is requested by POST.
#[derive(Clone, Default)]
struct Search {
    options: ListOptions,
    harmless: bool,
}

impl Operation for Search {
    const NAME: &'static str = "Search";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "images-view";
    type Output = List<Image>;

    fn is_idempotent(&self) -> bool {
        self.harmless
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/search");
    }

    fn query(&self, query: &mut Query<'_>) {
        query.options(&self.options);
    }
}

impl ListOperation for Search {
    type Record = Image;

    fn options(&self) -> &ListOptions {
        &self.options
    }

    fn options_mut(&mut self) -> &mut ListOptions {
        &mut self.options
    }

    fn key(image: &Image) -> &str {
        image.id.as_str()
    }
}

#[test]
fn operations_that_are_not_idempotent_are_not_prefetched() {
    let mut run = Run::new(Pages::new(Search::default(), 7));
    run.step(full(1)).unwrap().unwrap();
    assert!(ahead(&mut run, 1).is_none());
    let mut run = Run::new(Pages::new(Search { harmless: true, ..Search::default() }, 7));
    run.step(full(1)).unwrap().unwrap();
    assert!(ahead(&mut run, 1).is_some());
}
