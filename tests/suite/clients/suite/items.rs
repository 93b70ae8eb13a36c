//! The records of lists, across their pages.

use cycle_images::images::GetImages;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Paging, Sandbox};

use super::Test;
use super::pages::{list, long_list, names, numbers};
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        every_record_is_yielded_once_and_in_order,
        pages_of_records_are_requested_lazily_up_to_an_error,
        malformed_records_are_skipped_or_end_a_strict_list,
    ]
}

fn every_record_is_yielded_once_and_in_order(make: Make) {
    for paging in [Paging::Honest, Paging::ShortFirst] {
        let sandbox = Sandbox::with(long_list().paging(paging)).unwrap();
        sandbox.fault(Fault::too_many_requests("0"));
        let mut read = Vec::new();
        make(Setup::of(&sandbox).retrying()).items(list(), |image| read.push(image.unwrap().name));
        assert_eq!(read, names(), "{paging:?}");
    }
}

fn pages_of_records_are_requested_lazily_up_to_an_error(make: Make) {
    let sandbox = Sandbox::with(long_list()).unwrap();
    let (mut count, mut last) = (0, None);
    make(Setup::of(&sandbox)).items(list(), |item| match item {
        Ok(image) => {
            assert_eq!(image.name, names()[count]);
            assert_eq!(sandbox.requests().len(), 1 + count / 10);
            count += 1;
            if count == 20 {
                sandbox.fault(Fault::Close);
            }
        }
        Err(error) => last = Some(error),
    });
    assert!(matches!(last, Some(Error::Transport { .. })), "{last:?}");
    assert_eq!((count, numbers(&sandbox)), (20, vec![1, 2, 3]));
}

fn malformed_records_are_skipped_or_end_a_strict_list(make: Make) {
    let image = |id: &str| format!(r#"{{"id": "{id}", "state": {{"current": "live"}}}}"#);
    let odd = || r#"{"id": 7}"#.to_owned();
    let pages = [
        vec![image("a"), odd()],
        vec![odd(), odd()],
        vec![odd(), image("b")],
        vec![image("c")],
        vec![],
    ];
    let server = || {
        let body = |page: &Vec<_>| format!(r#"{{"data": [{}]}}"#, page.join(", "));
        RawServer::start(pages.each_ref().map(|page| Answer::json("200 OK", &body(page)))).unwrap()
    };
    let (lenient, mut ids) = (server(), Vec::new());
    make(Setup::at(&lenient.url())).items(GetImages::new(), |image| {
        ids.push(image.unwrap().id.to_string());
    });
    assert_eq!((ids, lenient.requests().len()), (vec!["a".into(), "b".into(), "c".into()], 5));

    let (strict, mut error) = (server(), None);
    make(Setup::at(&strict.url()))
        .strict_items(GetImages::new(), |image| error = Some(image.unwrap_err()));
    let Some(Error::Skipped { page: 1, source, .. }) = error else { panic!("{error:?}") };
    assert!(source.to_string().contains("data[1].id"), "{source}");
    assert_eq!(strict.requests().len(), 1);
}
