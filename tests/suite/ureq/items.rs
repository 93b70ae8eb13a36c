//! Lists across their pages, none of which is asked for too soon.

use cycle_images::images::GetImages;
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_ureq::Items;

use crate::client;

/// 25 images, of which no page holds more than 10.
fn long_list() -> Sandbox {
    Sandbox::with(Settings::default().extra_images(17).page_cap(10)).unwrap()
}

fn list() -> GetImages {
    GetImages::new().page_size(10)
}

#[test]
fn nothing_is_sent_before_the_first_poll() {
    let sandbox = long_list();
    let mut pages = client(&sandbox).pages(list());
    assert!(sandbox.requests().is_empty());
    for sent in 1..=3 {
        pages.next().unwrap().unwrap();
        assert_eq!(sandbox.requests().len(), sent);
    }
    assert!(pages.next().is_none() && pages.next().is_none());
    assert_eq!(sandbox.requests().len(), 4);
}

#[test]
fn a_page_is_requested_with_its_first_record() {
    let sandbox = long_list();
    let mut items = client(&sandbox).items(list());
    assert!(sandbox.requests().is_empty());
    for _ in 0..10 {
        items.next().unwrap().unwrap();
        assert_eq!(sandbox.requests().len(), 1);
    }
    assert_eq!(items.next().unwrap().unwrap().name, "extra-0002");
    assert_eq!(sandbox.requests().len(), 2);
    assert_eq!(items.by_ref().count(), 14);
    assert!(items.next().is_none());
    assert_eq!(sandbox.requests().len(), 4);

    let few: Vec<_> = client(&sandbox).items(list()).take(3).collect();
    assert!(few.len() == 3 && few.iter().all(Result::is_ok));
    assert_eq!(sandbox.requests().len(), 5);
}

#[test]
fn items_can_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Items<GetImages>>();
    let sandbox = long_list();
    let items = client(&sandbox).items(list());
    let count = std::thread::spawn(move || items.filter_map(Result::ok).count());
    assert_eq!(count.join().unwrap(), 25);
}
