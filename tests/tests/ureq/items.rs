//! The records of lists, across their pages.

use cycle_images::ImageId;
use cycle_images::images::GetImages;
use cycle_images::model::Image;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Paging};
use cycle_images_ureq::{Error, Items};

use crate::pages::{long_list, names, numbers};
use crate::{client, client_of};

fn list() -> GetImages {
    GetImages::new().page_size(10)
}

#[test]
fn every_record_comes_once_and_in_order() {
    for paging in [Paging::Honest, Paging::ShortFirst] {
        let sandbox = long_list(paging);
        let items: Result<Vec<Image>, Error> = client(&sandbox).items(list()).collect();
        let items = items.unwrap();
        let found: Vec<&String> = items.iter().map(|image| &image.name).collect();
        assert_eq!(found, names().iter().collect::<Vec<_>>(), "{paging:?}");
        let mut ids: Vec<&ImageId> = items.iter().map(|image| &image.id).collect();
        ids.sort_by_key(|id| id.as_str());
        ids.dedup();
        assert_eq!(ids.len(), 25);
    }
}

#[test]
fn a_page_is_asked_for_when_its_first_record_is() {
    let sandbox = long_list(Paging::Honest);
    let mut items = client(&sandbox).items(list());
    assert!(sandbox.requests().is_empty());
    for _ in 0..10 {
        items.next().unwrap().unwrap();
        assert_eq!(numbers(&sandbox), ["1"]);
    }
    assert_eq!(items.next().unwrap().unwrap().name, names()[10]);
    assert_eq!(numbers(&sandbox), ["1", "2"]);
    assert_eq!(items.by_ref().count(), 14);
    assert!(items.next().is_none());
    assert_eq!(numbers(&sandbox), ["1", "2", "3"]);

    let few: Vec<_> = client(&sandbox).items(list()).take(3).collect();
    assert!(few.len() == 3 && few.iter().all(Result::is_ok));
    assert_eq!(sandbox.requests().len(), 4);
}

#[test]
fn an_error_comes_after_all_that_was_read_and_ends_the_list() {
    let sandbox = long_list(Paging::Honest);
    let mut items = client(&sandbox).items(list());
    let read: Vec<Image> = items.by_ref().take(10).map(Result::unwrap).collect();
    assert_eq!(read.last().unwrap().name, names()[9]);
    sandbox.fault(Fault::Close);
    let error = items.next().unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(items.next().is_none() && items.next().is_none());
    assert_eq!(numbers(&sandbox), ["1", "2"]);
}

#[test]
fn a_page_that_is_repeated_does_not_repeat_its_records() {
    let sandbox = long_list(Paging::Repeats);
    let items: Vec<_> = client(&sandbox).items(list()).collect();
    assert_eq!(items.len(), 11);
    assert!(items[..10].iter().all(Result::is_ok));
    assert!(matches!(items[10], Err(Error::RepeatedPage { .. })), "{:?}", items[10]);
}

#[test]
fn records_that_cannot_be_read_do_not_end_the_list() {
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
    ])
    .unwrap();
    let items = client_of(&server.url()).items(GetImages::new());
    let ids: Vec<String> = items.map(|image| image.unwrap().id.as_str().to_owned()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn items_can_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Items<GetImages>>();
    let sandbox = long_list(Paging::Honest);
    let items = client(&sandbox).items(list());
    let count = std::thread::spawn(move || items.filter_map(Result::ok).count());
    assert_eq!(count.join().unwrap(), 25);
}
