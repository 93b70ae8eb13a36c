//! The records of lists, across their pages.

use cycle_images::images::GetImages;
use cycle_images::model::Image;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Paging, Sandbox};

use super::pages::{list, long_list, names, numbers};
use super::{Test, quick, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(every_record_is_yielded_once_and_in_order),
        test(records_are_requested_lazily),
        test(an_error_is_yielded_after_the_records_before_it),
        test(a_repeated_page_does_not_repeat_its_records),
        test(malformed_records_do_not_end_the_list),
    ]
}

fn items(client: &impl Driver, list: GetImages) -> Vec<Result<Image, Error>> {
    let mut items = Vec::new();
    client.items(list, |item| items.push(item));
    items
}

fn names_in(sandbox: &Sandbox, client: &impl Driver) -> Vec<String> {
    sandbox.fault(Fault::too_many_requests("0"));
    items(client, list()).into_iter().map(|image| image.unwrap().name).collect()
}

fn every_record_is_yielded_once_and_in_order<D: Driver>(make: Make<D>) {
    for paging in [Paging::Honest, Paging::ShortFirst] {
        let sandbox = long_list(paging);
        let client = make(Setup::of(&sandbox).retry(quick()));
        assert_eq!(names_in(&sandbox, &client), names(), "{paging:?}");
    }
}

fn records_are_requested_lazily<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let mut count = 0;
    make(Setup::of(&sandbox)).items(list(), |item| {
        assert_eq!(item.unwrap().name, names()[count]);
        assert_eq!(sandbox.requests().len(), 1 + count / 10);
        count += 1;
    });
    assert_eq!(count, 25);
    assert_eq!(numbers(&sandbox), ["1", "2", "3", "4"]);
}

fn an_error_is_yielded_after_the_records_before_it<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let mut items = Vec::new();
    make(Setup::of(&sandbox)).items(list(), |item| {
        items.push(item);
        if items.len() == 10 {
            sandbox.fault(Fault::Close);
        }
    });
    assert_eq!(items.len(), 11);
    let error = items.pop().unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert_eq!(items.pop().unwrap().unwrap().name, names()[9]);
    assert_eq!(numbers(&sandbox), ["1", "2"]);
}

fn a_repeated_page_does_not_repeat_its_records<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Repeats);
    let items = items(&make(Setup::of(&sandbox)), list());
    assert_eq!(items.len(), 11);
    assert!(items[..10].iter().all(Result::is_ok));
    assert!(matches!(items[10], Err(Error::RepeatedPage { .. })), "{:?}", items[10]);
}

fn malformed_records_do_not_end_the_list<D: Driver>(make: Make<D>) {
    let image = |id: &str| format!(r#"{{"id": "{id}", "state": {{"current": "live"}}}}"#);
    let page = |records: &[String]| {
        Answer::json("200 OK", &format!(r#"{{"data": [{}]}}"#, records.join(", ")))
    };
    let odd = || r#"{"id": 7}"#.to_owned();
    let server = RawServer::start([
        page(&[image("a"), odd()]),
        page(&[odd(), odd()]),
        page(&[odd(), image("b")]),
        page(&[image("c")]),
        page(&[]),
    ])
    .unwrap();
    let items = items(&make(Setup::at(&server.url())), GetImages::new());
    let ids: Vec<String> =
        items.into_iter().map(|image| image.unwrap().id.as_str().to_owned()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(server.requests().len(), 5);
}
